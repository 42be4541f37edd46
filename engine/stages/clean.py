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
    if top and bottom and left and right and _one_piece(inside):
        return rle if int(np.count_nonzero(inside)) >= least else None
    holes = _small(~inside, least, ring=(top, bottom, left, right))
    cleaned = inside if holes is None else inside | holes
    islands = _small(cleaned, least)
    if islands is not None:
        cleaned &= ~islands
    if holes is None and islands is None:
        return rle
    if not cleaned.any():
        return None
    return Patch(patch.x - left, patch.y - top, cleaned).to_rle(rle.height, rle.width)


def _one_piece(region: NDArray[np.bool_]) -> bool:
    """Tell whether there is one part without holes, which its outline alone says: much quicker than numbering parts."""
    outlines, _ = cv2.findContours(np.ascontiguousarray(region).view(np.uint8), cv2.RETR_CCOMP, cv2.CHAIN_APPROX_SIMPLE)
    return len(outlines) == 1


def _small(
    region: NDArray[np.bool_], least: int, *, ring: tuple[int, int, int, int] = (0, 0, 0, 0)
) -> NDArray[np.bool_] | None:
    """Return the 8-connected parts of fewer than ``least`` pixels that touch no padded side, or None."""
    _, labels, stats, _ = cv2.connectedComponentsWithStats(
        np.ascontiguousarray(region).view(np.uint8), connectivity=8, ltype=cv2.CV_32S
    )
    small = stats[:, cv2.CC_STAT_AREA] < least
    small[0] = False
    top, bottom, left, right = ring
    for padded, line in ((top, labels[0]), (bottom, labels[-1]), (left, labels[:, 0]), (right, labels[:, -1])):
        if padded:
            small[line] = False
    if not small.any():
        return None
    found: NDArray[np.bool_] = small[labels]
    return found
