"""Arithmetic of boxes (x, y, w, h)."""

from __future__ import annotations

from engine.records import Box


def clipped(box: Box, width: int, height: int) -> Box | None:
    """Return the part of a box on the image, None where nothing is left."""
    return meeting(box, (0.0, 0.0, float(width), float(height)))


def meeting(first: Box, second: Box) -> Box | None:
    """Return the box that two boxes share, None where there is none."""
    x0, y0 = max(first[0], second[0]), max(first[1], second[1])
    x1 = min(first[0] + first[2], second[0] + second[2])
    y1 = min(first[1] + first[3], second[1] + second[3])
    return (x0, y0, x1 - x0, y1 - y0) if x1 > x0 and y1 > y0 else None


def box_iou(first: Box, second: Box) -> float:
    """Return the overlap of two boxes in [0, 1]."""
    both = meeting(first, second)
    shared = 0.0 if both is None else both[2] * both[3]
    whole = first[2] * first[3] + second[2] * second[3] - shared
    return shared / whole if whole > 0 else 0.0
