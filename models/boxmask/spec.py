"""What the weights-free answerer of boxes is, without starting it."""

from __future__ import annotations

from models.api import BackendSpec

SPEC = BackendSpec(
    name="boxmask",
    task="mask",
    title="Boxmask (no training)",
    factory="models.boxmask.backend:load",
    prompts=frozenset({"points", "box", "mask", "grid"}),
    description="The classic backend with better boxes: regions vote, then colours are fitted inside.",
    rank=60,
)
