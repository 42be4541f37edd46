"""Logits of a network, turned into candidates for a person."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from models.api import MaskCandidate
from models.sam.frame import Frame
from models.sam.network import Heard
from models.sam.shapes import part, shapes

STABILITY_OFFSET = 1.0
"""In logits, as SAM's automatic generator."""


def candidates(frame: Frame, heard: Heard, side: int, limit: float) -> list[MaskCandidate]:
    """Return the masks of one prompt at image size, best first; the network's logits are of ``side`` x ``side``.

    Logits are given out up to ``limit`` either way; the masks are made of what the network said.
    """
    scores = heard.scores[0]
    logits = heard.draw(torch.arange(len(scores), device=scores.device), *part(frame, side))
    rows, columns = frame.part(side)
    seen = logits[:, :rows, :columns].float().clamp(-limit, limit).cpu().numpy()
    drawn = shapes(frame, logits, side, STABILITY_OFFSET)
    found = [
        MaskCandidate(shape.mask(), limited(score), shape.stability, np.ascontiguousarray(seen[n]))
        for n, (shape, score) in enumerate(zip(drawn, scores.cpu().tolist(), strict=True))
    ]
    return sorted(found, key=lambda candidate: -candidate.score)


def stability(logits: Tensor, offset: float) -> Tensor:
    """Return ``float32[N]``: how much of the mask at ``-offset`` is left at ``+offset``; nan where nothing is there."""
    inner = torch.count_nonzero(logits > offset, dim=(-2, -1))
    outer = torch.count_nonzero(logits > -offset, dim=(-2, -1))
    return inner / outer


def limited(score: float) -> float:
    """Return a forecast of IoU as one: the network's may lie a little outside 0 to 1."""
    return min(1.0, max(0.0, score))
