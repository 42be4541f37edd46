"""What the embedded network is, without starting it."""

from __future__ import annotations

from models.api import BackendSpec, WeightsInfo

WEIGHTS = "compact.safetensors"
"""Name of the weights file among the shipped files, in the cache, or in $MASKWRIGHT_WEIGHTS."""
CHECKSUM = "d37a361da87a1360c95b418a93160cd8a4095039a3b79b152c1a39e356fe753e"
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
