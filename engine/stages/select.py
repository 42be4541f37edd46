"""What stays of everything the grid was answered: SAM's order of filters, on boxes and run-length codes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from engine.geometry.patch import Patch
from engine.geometry.rle_crop import crop_of
from engine.records import Rle
from engine.stages.clean import clean
from engine.stages.grid import Window
from engine.stages.params import AutoParams
from models import masks
from models.api import MaskCandidate

Boxes = NDArray[np.float64]
"""``float64[N, 4]``: corners x0, y0, x1, y1 in image pixels; x1 and y1 are the last pixel's own, as SAM counts them.

A pixel more would change which of two small masks goes, and the result should be that of SAM's generator.
"""


@dataclass(frozen=True, slots=True)
class Offer:
    """One answer that is still in the running: ``rle`` at the size of the window until ``uncrop``, then the image's."""

    rle: Rle
    score: float
    stability: float
    point: tuple[float, float]
    window: Window
    changed: bool = False


def offers(candidates: Sequence[MaskCandidate], window: Window) -> list[Offer]:
    """Return a window's answers that hold a pixel, points now in image pixels."""
    found = []
    for each in candidates:
        rle = each.mask if isinstance(each.mask, Rle) else masks.encode(each.mask)
        x, y = (each.point.x, each.point.y) if each.point is not None else (window.width / 2, window.height / 2)
        if masks.area(rle):
            found.append(Offer(rle, each.score, each.stability, (x + window.x, y + window.y), window))
    return found


def within_window(found: Sequence[Offer], height: int, width: int, params: AutoParams) -> list[Offer]:
    """Keep of one window's offers what the window does not cut off, and of twins the one of the higher score."""
    if not found:
        return []
    window = found[0].window
    boxes = _boxes(found) + np.array([window.x, window.y, window.x, window.y])
    whole = np.flatnonzero(~cut_off(boxes, window, height, width, params.crop_edge)).tolist()
    scores = np.array([found[number].score for number in whole])
    return [found[whole[number]] for number in nms(boxes[whole], np.argsort(-scores, kind="stable"), params.box_nms)]


def cut_off(boxes: Boxes, window: Window, height: int, width: int, edge: float) -> NDArray[np.bool_]:
    """Tell which boxes end within ``edge`` pixels of a side of the window that is no side of the image."""
    corners = np.array([window.x, window.y, window.x + window.width, window.y + window.height])
    near_window = np.abs(boxes - corners) <= edge
    near_image = np.abs(boxes - np.array([0, 0, width, height])) <= edge
    found: NDArray[np.bool_] = (near_window & ~near_image).any(axis=1)
    return found


def uncrop(found: Sequence[Offer], height: int, width: int) -> list[Offer]:
    """Carry masks from their window into the image."""
    return [replace(each, rle=_place(each.rle, each.window, height, width)) for each in found]


def across_windows(found: Sequence[Offer], params: AutoParams) -> list[Offer]:
    """Of twins in different windows keep the one from the smaller window, which saw it closer."""
    if len({each.window for each in found}) < 2:
        return list(found)
    order = sorted(range(len(found)), key=lambda number: found[number].window.area)
    return [found[number] for number in nms(_boxes(found), np.array(order), params.crop_nms)]


def tidied(found: Sequence[Offer], params: AutoParams) -> list[Offer]:
    """Fill small holes and drop small parts; of twins that this makes the unchanged, or the first, stays."""
    if not params.min_region:
        return list(found)
    made: list[Offer] = []
    for each in found:
        rle = clean(each.rle, params.min_region)
        if rle is not None:
            made.append(each if rle is each.rle else replace(each, rle=rle, changed=True))
    order = sorted(range(len(made)), key=lambda number: made[number].changed)
    kept = nms(_boxes(made), np.array(order, dtype=np.int64), max(params.box_nms, params.crop_nms))
    return [made[number] for number in kept]


def small_enough(found: Sequence[Offer], params: AutoParams) -> list[Offer]:
    """Drop what covers nearly the whole image."""
    return [each for each in found if masks.area(each.rle) < params.max_area * each.rle.height * each.rle.width]


def duplicates(found: Sequence[Rle], taken: Sequence[Rle], least: float) -> set[int]:
    """Return the places of masks that overlap one of ``taken`` by an IoU of ``least`` or more."""
    fitting = [each for each in taken if found and (each.height, each.width) == (found[0].height, found[0].width)]
    if not fitting:
        return set()
    return {int(number) for number in np.flatnonzero((masks.iou(found, fitting) >= least).any(axis=1))}


def nms(boxes: Boxes, order: NDArray[np.int64], most: float) -> list[int]:
    """Go through ``boxes`` in ``order`` and keep what overlaps none kept before by an IoU above ``most``."""
    areas = (boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1])
    left = np.asarray(order, dtype=np.int64)
    kept: list[int] = []
    while left.size:
        best, left = int(left[0]), left[1:]
        kept.append(best)
        low = np.maximum(boxes[left, :2], boxes[best, :2])
        high = np.minimum(boxes[left, 2:], boxes[best, 2:])
        shared = np.clip(high - low, 0, None).prod(axis=1)
        left = left[shared <= most * (areas[left] + areas[best] - shared)]
    return kept


def _boxes(found: Sequence[Offer]) -> Boxes:
    boxes = np.array([masks.bbox(each.rle) for each in found], dtype=np.float64).reshape(-1, 4)
    boxes[:, 2:] += boxes[:, :2] - 1
    return boxes


def _place(rle: Rle, window: Window, height: int, width: int) -> Rle:
    if (rle.height, rle.width) == (height, width):
        return rle
    patch = crop_of(rle)
    return Patch(patch.x + window.x, patch.y + window.y, patch.part).to_rle(height, width)
