"""A round brush along a path: the pixels it covers, and laying them on a mask or rubbing them out."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from engine.geometry.patch import Patch

MIN_RADIUS = 0.5
"""Below half a pixel a brush would slip between pixel centres and leave gaps."""

_TIE = 1e-9  # a centre that lies exactly on the rim belongs to the brush, whatever the rounding


def stroke_mask(points: NDArray[np.float64], radius: float, height: int, width: int) -> Patch:
    """Return the pixels whose centre lies within ``radius`` of the polyline ``points`` (``float[N, 2]`` x, y).

    Radii may be fractional; below half a pixel they count as half a pixel. The pixel under each point belongs to the
    stroke in any case, so that the finest brush leaves no gap. One point gives a dot, none gives nothing.
    The patch is the stroke's box clipped to the image; it may be 0 x 0.
    """
    path = np.asarray(points, dtype=np.float64).reshape(-1, 2)
    radius = max(float(radius), MIN_RADIUS)
    if len(path) == 0:
        return Patch(0, 0, np.zeros((0, 0), dtype=np.bool_))
    x0, y0, x1, y1 = _covered(path, radius, height, width)
    part = np.zeros((max(y1 - y0, 0), max(x1 - x0, 0)), dtype=np.bool_)
    if part.size == 0:
        return Patch(0, 0, np.zeros((0, 0), dtype=np.bool_))
    ends = path[1:] if len(path) > 1 else path
    for start, end in zip(path, ends, strict=False):
        _stamp(part, x0, y0, start, end, radius)
    under = np.floor(path).astype(np.int64) - (x0, y0)
    under = under[((under >= 0) & (under < (x1 - x0, y1 - y0))).all(axis=1)]
    part[under[:, 1], under[:, 0]] = True
    return Patch(x0, y0, part)


def _covered(path: NDArray[np.float64], radius: float, height: int, width: int) -> tuple[int, int, int, int]:
    """Return the box ``(x0, y0, x1, y1)`` of pixels that the path or its reach can touch, clipped to the image."""
    low = np.minimum(np.ceil(path.min(axis=0) - radius - 0.5 - _TIE), np.floor(path.min(axis=0)))
    high = np.maximum(np.floor(path.max(axis=0) + radius - 0.5 + _TIE), np.floor(path.max(axis=0))) + 1
    limits = np.array([width, height])
    low, high = np.clip(low, 0, limits), np.clip(high, 0, limits)
    return int(low[0]), int(low[1]), int(high[0]), int(high[1])


def _stamp(
    part: NDArray[np.bool_], x0: int, y0: int, start: NDArray[np.float64], end: NDArray[np.float64], radius: float
) -> None:
    """Set the pixels of one straight piece, working only in its own box."""
    origin = np.array([x0, y0])
    a, b = start - origin, end - origin
    left, top, right, bottom = _covered(np.stack((a, b)), radius, *part.shape)
    if right <= left or bottom <= top:
        return
    dx = np.arange(left, right)[None, :] + 0.5 - a[0]
    dy = np.arange(top, bottom)[:, None] + 0.5 - a[1]
    way = b - a
    length = float(way @ way)
    if length > _TIE**2:
        along = np.clip((dx * way[0] + dy * way[1]) / length, 0.0, 1.0)
        distance = (dx - along * way[0]) ** 2 + (dy - along * way[1]) ** 2
    else:
        distance = dx**2 + dy**2
    part[top:bottom, left:right] |= distance <= radius**2 + _TIE


def apply_stroke(mask: NDArray[np.bool_], patch: Patch, *, erase: bool = False) -> tuple[int, int, int, int]:
    """Lay ``patch`` on ``mask`` (``bool[H, W]``, changed in place) or rub it out; return the touched box.

    The patch must lie inside the mask, as those of ``stroke_mask`` do.
    """
    x0, y0, x1, y1 = patch.box
    region = mask[y0:y1, x0:x1]
    if erase:
        region &= ~patch.part
    else:
        region |= patch.part
    return patch.box
