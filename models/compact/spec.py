"""What the embedded network is, without starting it."""

from __future__ import annotations

from models.api import BackendSpec, WeightsInfo

WEIGHTS = "compact.safetensors"
"""Name of the weights file among the shipped files, in the cache, or in $MASKWRIGHT_WEIGHTS."""
CHECKSUM = "2b381042bea0e2c2191431b9cd4e226a888d04b3cc2f1ecbb67058bd794befda"
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
    # Before classic: better at every number of clicks and for boxes (see model card); classic is there without torch.
    rank=40,
    ready="models.compact.ready:reason",
    trainer="models.compact.train",
)
