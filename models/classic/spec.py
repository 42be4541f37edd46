"""What the training-free segmenter is, without starting it."""

from __future__ import annotations

from models.api import BackendSpec

SPEC = BackendSpec(
    name="classic",
    task="mask",
    title="Classic (no training)",
    factory="models.classic.backend:load",
    prompts=frozenset({"points", "box", "mask", "grid"}),
    description="Colour, edges and graph cuts; needs no weights and no graphics card.",
    rank=50,
)
