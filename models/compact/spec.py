"""What the embedded network is, without starting it."""

from __future__ import annotations

from models.api import BackendSpec, WeightsInfo

WEIGHTS = "compact.safetensors"
"""Name of the weights file among the shipped files, in the cache, or in $MASKWRIGHT_WEIGHTS."""
CHECKSUM = "edb2a865be52d6434dea3176fc3794c3f363b9cf6e08fa676a29a02e4fe3644a"
"""BLAKE3 of the weights file that ships; others, in the cache or named by a person, may be anything that fits."""

SPEC = BackendSpec(
    name="compact",
    task="mask",
    title="Compact (embedded network)",
    factory="models.compact.backend:load",
    prompts=frozenset({"points", "box", "mask", "grid"}),
    requires=("torch", "safetensors"),
    extra="torch",
    description="Maskwright's own small network; its weights come with the program.",
    weights=WeightsInfo(WEIGHTS, 0, "Apache-2.0; trained on COCO, Clothing Co-Parsing and DSB 2018 (see model card)"),
    # Behind classic until the figures asked of it are reached: it often gives one candidate where people expect three.
    rank=60,
    ready="models.compact.ready:reason",
    trainer="models.compact.train",
)
