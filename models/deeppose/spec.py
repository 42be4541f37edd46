"""What DeepPose is, without starting it."""

from __future__ import annotations

from models.api import BackendSpec, WeightsInfo

WEIGHTS = "deeppose.safetensors"
"""Name of the weights file in the cache, or in $MASKWRIGHT_WEIGHTS; none ships: it is made of one's own keypoints."""

SPEC = BackendSpec(
    name="deeppose",
    task="pose",
    title="DeepPose (your own skeleton)",
    factory="models.deeppose.backend:load",
    prompts=frozenset({"box"}),
    requires=("torch", "safetensors"),
    extra="torch",
    description="Learns a small skeleton of your own from a project's keypoints.",
    weights=WeightsInfo(WEIGHTS, 0, "yours"),
    rank=80,
    ready="models.deeppose.ready:reason",
    trainer="models.deeppose.train",
)
