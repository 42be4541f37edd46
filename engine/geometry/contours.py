"""Outlines of masks for display: rings along pixel borders, simplified to what the zoom can show."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.geometry.patch import Patch
from engine.geometry.rle_crop import crop_of
from models.masks import Rle

_COARSE = 2.0  # from this tolerance on, half a pixel more or less cannot be seen, and the quick way is taken


def outlines(rle: Rle, *, tolerance: float = 0.0) -> list[NDArray[np.float64]]:
    """Return the rings around and inside a mask, ``float64[N, 2]`` x, y in image pixels, not closed, N >= 3.

    At tolerance 0 the rings run exactly along pixel borders: filling them by the even-odd rule at pixel centres gives
    the mask back. Otherwise no border lies farther than about ``tolerance`` pixels from its ring; details smaller
    than that may vanish, but a mask that is not empty always has a ring.
    """
    return outlines_of_patch(crop_of(rle), tolerance=tolerance)


def outlines_of_patch(patch: Patch, *, tolerance: float = 0.0) -> list[NDArray[np.float64]]:
    """Do the same as ``outlines`` for a mask already cropped."""
    if patch.part.size == 0 or not patch.part.any():
        return []
    rings = _coarse(patch.part, tolerance) if tolerance >= _COARSE else _exact(patch.part)
    if 0 < tolerance < _COARSE:
        rings = [_simplified(ring, tolerance) for ring in rings]
    offset = np.array([patch.x, patch.y], dtype=np.float64)
    kept = [ring + offset for ring in rings if len(ring) >= 3]
    return kept or [_box(patch.trimmed())]


def _exact(part: NDArray[np.bool_]) -> list[NDArray[np.float64]]:
    # With every pixel doubled, each border pixel of the doubled picture belongs to one corner of one pixel, so that
    # OpenCV's contour through pixel centres becomes a ring through pixel corners: p becomes p / 2, rounded up.
    doubled = np.repeat(np.repeat(part.view(np.uint8), 2, axis=0), 2, axis=1)
    found, _ = cv2.findContours(doubled, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_SIMPLE)
    return [_without_straight_points((contour[:, 0, :].astype(np.int64) + 1) // 2) for contour in found]


def _without_straight_points(ring: NDArray[np.int64]) -> NDArray[np.float64]:
    """Drop repeated vertices and those on a straight line between their neighbours."""
    ring = ring[(ring != np.roll(ring, 1, axis=0)).any(axis=1)]
    before, after = ring - np.roll(ring, 1, axis=0), np.roll(ring, -1, axis=0) - ring
    bends: NDArray[np.bool_] = before[:, 0] * after[:, 1] != before[:, 1] * after[:, 0]
    kept: NDArray[np.float64] = ring[bends].astype(np.float64)
    return kept


def _simplified(ring: NDArray[np.float64], tolerance: float) -> NDArray[np.float64]:
    short = cv2.approxPolyDP(ring.astype(np.float32)[:, None, :], tolerance, True)
    return short.astype(np.float64).reshape(-1, 2)


def _coarse(part: NDArray[np.bool_], tolerance: float) -> list[NDArray[np.float64]]:
    """Trace through the centres of border pixels and move them to the middle of the pixel."""
    found, _ = cv2.findContours(part.view(np.uint8), cv2.RETR_CCOMP, cv2.CHAIN_APPROX_SIMPLE)
    simple = (cv2.approxPolyDP(contour, tolerance, True) for contour in found)
    return [np.asarray(contour[:, 0, :], dtype=np.float64) + 0.5 for contour in simple]


def _box(patch: Patch) -> NDArray[np.float64]:
    x0, y0, x1, y1 = patch.box
    return np.array([(x0, y0), (x1, y0), (x1, y1), (x0, y1)], dtype=np.float64)
