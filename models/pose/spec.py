"""What the embedded pose network is, without starting it."""

from __future__ import annotations

from models.api import BackendSpec, WeightsInfo

WEIGHTS = "pose.safetensors"
"""Name of the weights file among the shipped files, in the cache, or in $MASKWRIGHT_WEIGHTS."""
CHECKSUM = "3ec26dfb9b8d4339310c43f7d815a4ff4ac3717619d3b841e65b091212f2bdf7"
"""BLAKE3 of the weights file that ships; others, in the cache or named by a person, may be anything that fits."""

SPEC = BackendSpec(
    name="pose",
    task="pose",
    title="Pose (embedded network)",
    factory="models.pose.backend:load",
    prompts=frozenset({"box"}),
    requires=("torch", "safetensors"),
    extra="torch",
    description="Maskwright's own small network for 14 joints of a person; its weights come with the program.",
    weights=WeightsInfo(WEIGHTS, 10_691_804, "Apache-2.0; trained on LSP extended (see model card)"),
    rank=50,
    ready="models.pose.ready:reason",
    trainer="models.pose.train",
)
