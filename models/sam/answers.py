"""Logits of a network, turned into candidates for a person."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from models.api import MaskCandidate
from models.sam.frame import Frame

STABILITY_OFFSET = 1.0
"""In logits, as SAM's automatic generator."""


def candidates(frame: Frame, logits: Tensor, scores: Tensor, limit: float) -> list[MaskCandidate]:
    """Return ``float32[C, h, w]`` logits of the square as masks at image size, best of ``float32[C]`` first.

    Logits are given out up to ``limit`` either way; the masks are made of what the network said.
    """
    large = frame.enlarge(logits)
    masks = (large > 0).cpu().numpy()
    steady = stability(large, STABILITY_OFFSET).nan_to_num(0).cpu().tolist()
    rows, columns = frame.part(logits.shape[-1])
    seen = logits[:, :rows, :columns].float().clamp(-limit, limit).cpu().numpy()
    found = [
        MaskCandidate(masks[n], limited(score), float(steady[n]), np.ascontiguousarray(seen[n]))
        for n, score in enumerate(scores.cpu().tolist())
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
