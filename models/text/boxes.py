"""Boxes as the detectors' networks tell them."""

from __future__ import annotations

import torch
from torch import Tensor


def corners(boxes: Tensor) -> Tensor:
    """Return ``float[..., 4]`` centre x, y and size w, h as x0, y0, x1, y1, in the same unit."""
    centre, half = boxes[..., :2], boxes[..., 2:] / 2
    return torch.cat([centre - half, centre + half], -1)
