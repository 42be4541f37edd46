"""Cutting a mask in pieces: along a drawn line, or into the parts that do not touch."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.geometry.patch import Patch, patch_of

_TOUCHING = 8  # pixels that meet at a corner belong together, as in an annotator's eye


def split_parts(mask: NDArray[np.bool_]) -> list[Patch]:
    """Return the connected parts of ``bool[H, W]`` (corners connect), largest first; one or none is no split."""
    tight = patch_of(mask)
    if tight.part.size == 0:
        return []
    count, labels, stats, _ = cv2.connectedComponentsWithStats(_bytes(tight.part), connectivity=_TOUCHING)
    parts = [
        Patch(tight.x + int(x), tight.y + int(y), labels[int(y) : int(y + h), int(x) : int(x + w)] == label)
        for label, (x, y, w, h, _) in zip(range(1, count), stats[1:].tolist(), strict=True)
    ]
    return sorted(parts, key=lambda patch: -int(patch.part.sum()))


def split_by_line(mask: NDArray[np.bool_], line: NDArray[np.float64]) -> list[Patch]:
    """Cut ``bool[H, W]`` along the polyline ``float[N, 2]`` x, y in image pixels; largest piece first.

    No pixel is lost: those under the line go to the nearest piece. Parts that the line does not divide stay with the
    largest piece. The result has one patch when the line divides nothing, and none when the mask is empty.
    """
    tight = patch_of(mask)
    if tight.part.size == 0:
        return []
    pieces = _pieces(tight.part, np.asarray(line, dtype=np.float64).reshape(-1, 2) - (tight.x, tight.y))
    found = [Patch(tight.x, tight.y, pieces == piece).trimmed() for piece in range(1, int(pieces.max()) + 1)]
    return sorted(found, key=lambda patch: -int(patch.part.sum()))


def _pieces(part: NDArray[np.bool_], line: NDArray[np.float64]) -> NDArray[np.int32]:
    """Number the pieces of ``part`` from 1 (the largest, with everything undivided); 0 is background."""
    barrier = _draw(line, part.shape) & part
    _, whole = cv2.connectedComponents(_bytes(part), connectivity=_TOUCHING)
    count, rest = cv2.connectedComponents(_bytes(part & ~barrier), connectivity=_TOUCHING)
    if count <= 1:
        return part.astype(np.int32)
    sizes = np.bincount(rest.ravel(), minlength=count)
    sizes[0] = 0
    # Which connected part each remainder came from; a part is divided when two remainders came from it.
    origin = np.zeros(count, dtype=np.int64)
    origin[rest.ravel()] = whole.ravel()
    origin[0] = 0
    remainders = np.bincount(origin[1:], minlength=int(whole.max()) + 1)
    divided = remainders[origin] > 1
    divided[0] = False
    number = np.ones(count, dtype=np.int32)
    number[0] = 0
    order = sorted(np.flatnonzero(divided).tolist(), key=lambda label: -int(sizes[label]))
    for place, label in enumerate(order, start=1):
        number[label] = place
    pieces = number[rest].astype(np.int32)
    return _give_back(pieces, barrier)


def _give_back(pieces: NDArray[np.int32], barrier: NDArray[np.bool_]) -> NDArray[np.int32]:
    """Give each pixel under the line to the piece nearest to it."""
    if not barrier.any():
        return pieces
    _, nearest = cv2.distanceTransformWithLabels(
        (pieces == 0).astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_5, labelType=cv2.DIST_LABEL_PIXEL
    )
    owner = np.zeros(int(nearest.max()) + 1, dtype=np.int32)
    taken = pieces > 0
    owner[nearest[taken]] = pieces[taken]
    pieces[barrier] = owner[nearest[barrier]]
    return pieces


def _draw(line: NDArray[np.float64], shape: tuple[int, ...]) -> NDArray[np.bool_]:
    """Draw the line so that no two pixels on its sides touch, not even at a corner."""
    canvas = np.zeros(shape, dtype=np.uint8)
    pixels = np.floor(line).astype(np.int32)
    cv2.polylines(canvas, [pixels[:, None, :]], isClosed=False, color=(1,), thickness=1, lineType=cv2.LINE_4)
    return canvas.view(np.bool_)


def _bytes(mask: NDArray[np.bool_]) -> NDArray[np.uint8]:
    return np.ascontiguousarray(mask).view(np.uint8)
