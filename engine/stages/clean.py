"""Fills the small holes of a mask and drops its small islands."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.geometry.patch import Patch
from engine.geometry.rle_crop import crop_of
from engine.records import Rle


def clean(rle: Rle, least: int) -> Rle | None:
    """Return the mask without holes and parts of fewer than ``least`` pixels (8-connected, both).

    The very same object comes back when there is nothing to do, and None when nothing is left. A hole is a stretch of
    background that goes no further than the mask's own box.
    """
    patch = crop_of(rle)
    rows, columns = patch.part.shape
    if patch.part.size == 0:
        return None
    left, top = int(patch.x > 0), int(patch.y > 0)
    right, bottom = int(patch.x + columns < rle.width), int(patch.y + rows < rle.height)
    # A ring of background, where the image has any, ties all that lies outside together.
    inside = np.pad(patch.part, ((top, bottom), (left, right)))
    filled = inside | _small(~inside, least, ring=(top, bottom, left, right))
    cleaned = filled & ~_small(filled, least)
    if not cleaned.any():
        return None
    if np.array_equal(cleaned, inside):
        return rle
    return Patch(patch.x - left, patch.y - top, cleaned).to_rle(rle.height, rle.width)


def _small(
    region: NDArray[np.bool_], least: int, *, ring: tuple[int, int, int, int] = (0, 0, 0, 0)
) -> NDArray[np.bool_]:
    """Return the 8-connected parts of fewer than ``least`` pixels; none that touches a padded side."""
    _, labels, stats, _ = cv2.connectedComponentsWithStats(
        np.ascontiguousarray(region).view(np.uint8), connectivity=8, ltype=cv2.CV_32S
    )
    small = stats[:, cv2.CC_STAT_AREA] < least
    small[0] = False
    top, bottom, left, right = ring
    for padded, line in ((top, labels[0]), (bottom, labels[-1]), (left, labels[:, 0]), (right, labels[:, -1])):
        if padded:
            small[line] = False
    found: NDArray[np.bool_] = small[labels]
    return found
