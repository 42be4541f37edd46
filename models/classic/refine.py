"""From a rough chance map to an outline: one graph cut on a crop, then a soft signed map that enlarges smoothly."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from models.masks import BoolMask, extent

CROP_SIDE = 160
"""Longest side, in pixels, of the crop the graph cut works on: about 15 ms an answer."""
SURE = 0.75
"""Chances above it are taken for certain, below 1 - SURE for certain background."""
REACH = 4.0
"""Distance from the outline, in working pixels, at which the soft map levels off."""
_FEWEST = 10  # pixels of either side that the colour models need


@dataclass(frozen=True, slots=True)
class Dot:
    """A click in working pixels."""

    x: float
    y: float
    positive: bool


def outline(work: NDArray[np.uint8], chance: NDArray[np.float32], dots: Sequence[Dot], *, rounds: int = 1) -> BoolMask:
    """Cut ``chance`` (float32[h, w] in [0, 1]) along the colours of ``work`` (uint8[h, w, 3]); returns ``bool[h, w]``.

    Only what lies between 1 - SURE and SURE is decided anew; dots are obeyed. The colour models start from k-means, so
    OpenCV's own random numbers are seeded first: the same question has the same answer.
    """
    rough = chance > 0.5
    box = extent(chance > 1 - SURE)
    if box is None:
        return rough
    x0, y0, x1, y1 = _widen(box, rough.shape)
    scale = min(1.0, CROP_SIDE / max(x1 - x0, y1 - y0))
    size = (max(1, round((x1 - x0) * scale)), max(1, round((y1 - y0) * scale)))
    colours = cv2.resize(np.ascontiguousarray(work[y0:y1, x0:x1]), size, interpolation=cv2.INTER_AREA)
    part = cv2.resize(np.ascontiguousarray(chance[y0:y1, x0:x1]), size, interpolation=cv2.INTER_AREA)
    ternary = np.where(part > 0.5, cv2.GC_PR_FGD, cv2.GC_PR_BGD).astype(np.uint8)
    ternary[part < 1 - SURE] = cv2.GC_BGD
    ternary[part > SURE] = cv2.GC_FGD
    for dot in sorted(dots, key=lambda dot: not dot.positive):
        centre = (int((dot.x - x0) * scale), int((dot.y - y0) * scale))
        cv2.circle(ternary, centre, 2, cv2.GC_FGD if dot.positive else cv2.GC_BGD, -1)
    inside = (ternary & 1) > 0
    unsure = int(np.count_nonzero(ternary >= cv2.GC_PR_BGD))
    if unsure == 0 or min(int(np.count_nonzero(inside)), int(np.count_nonzero(~inside))) < _FEWEST:
        return rough
    cv2.setRNGSeed(0)
    cv2.grabCut(colours, ternary, (0, 0, 1, 1), np.zeros((1, 65)), np.zeros((1, 65)), rounds, cv2.GC_INIT_WITH_MASK)
    cut = cv2.GaussianBlur((ternary & 1).astype(np.float32), (0, 0), 1.0)
    out = np.zeros(rough.shape, dtype=np.bool_)
    out[y0:y1, x0:x1] = cv2.resize(cut, (x1 - x0, y1 - y0), interpolation=cv2.INTER_LINEAR) > 0.5
    return out


def soften(mask: BoolMask, chance: NDArray[np.float32], dots: Sequence[Dot]) -> NDArray[np.float32]:
    """Return logits ``float32[h, w]``: distance to the outline of ``mask``, flatter where ``chance`` disagrees."""
    bordered = np.pad(mask, 1, mode="edge").view(np.uint8)
    inside = cv2.distanceTransform(bordered, cv2.DIST_L2, 3)[1:-1, 1:-1]
    outside = cv2.distanceTransform(1 - bordered, cv2.DIST_L2, 3)[1:-1, 1:-1]
    distance = np.where(mask, np.clip(inside - 0.5, 0.1, REACH), -np.clip(outside - 0.5, 0.1, REACH))
    agreed = np.where(mask, chance, 1 - chance)
    logits: NDArray[np.float32] = (distance * (0.5 + 2 * agreed)).astype(np.float32)
    for dot in sorted(dots, key=lambda dot: not dot.positive):
        x, y = int(dot.x), int(dot.y)
        spot = logits[max(y - 1, 0) : y + 2, max(x - 1, 0) : x + 2]
        spot[...] = np.maximum(spot, REACH) if dot.positive else np.minimum(spot, -REACH)
    return logits


def enlarge(logits: NDArray[np.float32], height: int, width: int, clicks: Sequence[Dot]) -> BoolMask:
    """Bring working logits to image size as ``bool[height, width]``; ``clicks`` in image pixels are obeyed exactly.

    Only pieces that hold a positive click stay, if there are such clicks. A pixel clicked both ways stays outside.
    """
    soft = cv2.GaussianBlur(logits, (0, 0), 0.8)
    if soft.shape != (height, width):
        soft = cv2.resize(soft, (width, height), interpolation=cv2.INTER_LINEAR)
    mask: BoolMask = soft > 0
    for click in sorted(clicks, key=lambda click: not click.positive):
        mask[int(click.y), int(click.x)] = click.positive
    held = [(int(click.x), int(click.y)) for click in clicks if click.positive]
    box = extent(mask)
    if not held or box is None:
        return mask
    x0, y0, x1, y1 = box
    part = np.ascontiguousarray(mask[y0:y1, x0:x1]).view(np.uint8)
    count, labels = cv2.connectedComponents(part, connectivity=8, ltype=cv2.CV_32S)
    keep = np.zeros(count, dtype=np.bool_)
    for x, y in held:
        if mask[y, x]:
            keep[labels[y - y0, x - x0]] = True
    if keep.any():
        mask[y0:y1, x0:x1] = keep[labels]
    return mask


def _widen(box: tuple[int, int, int, int], shape: tuple[int, ...]) -> tuple[int, int, int, int]:
    x0, y0, x1, y1 = box
    wide, high = (x1 - x0) // 8 + 6, (y1 - y0) // 8 + 6
    return max(0, x0 - wide), max(0, y0 - high), min(shape[1], x1 + wide), min(shape[0], y1 + high)
