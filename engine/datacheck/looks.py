"""Looks at one image's instances, one kind of fault after the other. Pure: nothing is read and nothing changed."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.datacheck.kinds import PLACES, Fault, Kind, Scene
from engine.datacheck.pairs import pair_faults
from engine.datacheck.plain import box_iou, clipped
from engine.geometry.rle_crop import crop_of
from engine.measure.swapped import Pairs, swapped_pairs
from engine.records import Box, InstanceRecord, Rle, SkeletonRecord, State

ISLAND_SHARE = 0.01
"""A part of a mask below this share of the whole is an island."""
AGREES = 0.5
"""IoU of a box and the box around the mask made from it below which they disagree."""
NEAR_MASK = 3
"""Pixels that a visible joint may lie beside the mask."""
LEAST_SIDE = 1.0
"""Pixels; a thinner box encloses nothing (and no backend is asked about it)."""

Look = Callable[[Scene], Iterator[Fault]]


def faults(scene: Scene, kinds: Collection[Kind] = tuple(Kind)) -> list[Fault]:
    """Return what is wrong, kind by kind, in the order of ids."""
    found = [fault for covered, look in _LOOKS if covered & set(kinds) for fault in look(scene) if fault.kind in kinds]
    order = list(Kind)
    return sorted(found, key=lambda each: (order.index(each.kind), each.instance_id, each.other_id or 0))


def islands(rle: Rle) -> tuple[NDArray[np.bool_], int, int, list[Box], int]:
    """Return ``bool[h, w]`` of the parts below ISLAND_SHARE of the whole, its place x, y, their boxes, their pixels."""
    x0, y0, mask = crop_of(rle)
    if not mask.any():
        return mask, x0, y0, [], 0
    count, labels, stats, _ = cv2.connectedComponentsWithStats(mask.view(np.uint8), connectivity=8, ltype=cv2.CV_32S)
    if count <= 2:
        return np.zeros_like(mask), x0, y0, [], 0
    small = stats[:, cv2.CC_STAT_AREA] < ISLAND_SHARE * stats[1:, cv2.CC_STAT_AREA].sum()
    small[0] = False
    boxes = [
        (float(x0 + stats[n, 0]), float(y0 + stats[n, 1]), float(stats[n, 2]), float(stats[n, 3]))
        for n in np.flatnonzero(small)
    ]
    found: NDArray[np.bool_] = small[labels]
    return found, x0, y0, boxes, int(stats[small, cv2.CC_STAT_AREA].sum())


def outside(instance: InstanceRecord) -> tuple[int, ...]:
    """Return the places of visible joints on the image that lie more than NEAR_MASK pixels beside the mask."""
    if instance.mask is None or instance.keypoints is None:
        return ()
    if not any(v == 2 for _, _, v in instance.keypoints):
        return ()
    side = 2 * NEAR_MASK + 1
    x0, y0, mask = crop_of(instance.mask)
    grown = np.pad(mask, NEAR_MASK).view(np.uint8)
    near = cv2.dilate(grown, np.ones((side, side), dtype=np.uint8))
    rows, columns = near.shape
    wide, high = instance.mask.width, instance.mask.height
    left, top = x0 - NEAR_MASK, y0 - NEAR_MASK

    def is_near(x: float, y: float) -> bool:
        if not (0 <= x <= wide and 0 <= y <= high):
            return True
        column, row = int(np.floor(x)) - left, int(np.floor(y)) - top
        return 0 <= column < columns and 0 <= row < rows and bool(near[row, column])

    return tuple(place for place, (x, y, v) in enumerate(instance.keypoints) if v == 2 and not is_near(x, y))


def off_image(instance: InstanceRecord, width: int, height: int) -> tuple[int, ...]:
    """Return the places of labelled joints beyond the image's edges."""
    joints = instance.keypoints or ()
    return tuple(place for place, (x, y, v) in enumerate(joints) if v and not (0 <= x <= width and 0 <= y <= height))


def changed_over(instance: InstanceRecord, skeleton: SkeletonRecord | None) -> Pairs:
    """Return the flip pairs of a pose that seem to be changed over; none where it does not fit the skeleton."""
    joints = instance.keypoints
    if joints is None or skeleton is None or len(joints) != len(skeleton.joints):
        return ()
    return swapped_pairs(joints, skeleton)


def _islands(scene: Scene) -> Iterator[Fault]:
    for each in scene.instances:
        if each.mask is None or each.iscrowd:
            continue
        _, _, _, boxes, pixels = islands(each.mask)
        if boxes:
            note = f"{_count(len(boxes), 'island')}, {pixels:,} px"
            yield Fault(Kind.ISLANDS, each.id, None, tuple(boxes[:PLACES]), note)


def _boxes(scene: Scene) -> Iterator[Fault]:
    for each in scene.instances:
        if each.mask is not None or each.bbox is None:
            continue
        x, y, w, h = each.bbox
        if min(w, h) < LEAST_SIDE:
            yield Fault(Kind.NO_SIZE, each.id, None, (each.bbox,), f"{w:.2g} x {h:.2g} px")
        # Where the image's size is unknown nothing lies beyond it; a pose's box follows its joints.
        elif (over := max(-x, -y, x + w - scene.width, y + h - scene.height)) > 0 and scene.width:
            if off_image(each, scene.width, scene.height):
                continue
            beyond = clipped(each.bbox, scene.width, scene.height) is None
            note = "wholly beyond the edge" if beyond else f"by {over:.3g} px"
            yield Fault(Kind.OFF_IMAGE, each.id, None, (each.bbox,), note)


def _against_mask(scene: Scene) -> Iterator[Fault]:
    for each in scene.instances:
        asked = scene.asked.get(each.id)
        if asked is not None and each.mask is not None and each.bbox is not None:
            overlap = box_iou(asked, each.bbox)
            if overlap < AGREES:
                yield Fault(Kind.BOX_AGAINST_MASK, each.id, None, (asked,), f"IoU {overlap:.2f}")


def _no_label(scene: Scene) -> Iterator[Fault]:
    for each in scene.instances:
        if each.label_id is None and each.state is State.ACCEPTED:
            yield Fault(Kind.NO_LABEL, each.id, None, () if each.bbox is None else (each.bbox,))


def _joints(scene: Scene) -> Iterator[Fault]:
    for each in scene.instances:
        if each.keypoints is None:
            continue
        for kind, away in (
            (Kind.JOINTS_OFF_IMAGE, off_image(each, scene.width, scene.height) if scene.width else ()),
            (Kind.JOINTS_OUTSIDE, outside(each)),
        ):
            if away:
                places = tuple(_around(*each.keypoints[place][:2]) for place in away[:PLACES])
                yield Fault(kind, each.id, None, places, _count(len(away), "joint"))


def _swapped(scene: Scene) -> Iterator[Fault]:
    for each in scene.instances:
        pairs = changed_over(each, scene.skeletons.get(each.label_id or 0))
        if pairs and each.keypoints is not None:
            places = tuple(_around(*each.keypoints[joint][:2]) for pair in pairs[: PLACES // 2] for joint in pair)
            yield Fault(Kind.SWAPPED, each.id, None, places, _count(len(pairs), "pair"))


def _around(x: float, y: float) -> Box:
    return x - NEAR_MASK, y - NEAR_MASK, 2.0 * NEAR_MASK, 2.0 * NEAR_MASK


def _count(number: int, thing: str) -> str:
    return f"1 {thing}" if number == 1 else f"{number:,} {thing}s"


_LOOKS: tuple[tuple[frozenset[Kind], Look], ...] = (
    (frozenset({Kind.ISLANDS}), _islands),
    (frozenset({Kind.DUPLICATES, Kind.OVERLAPS}), pair_faults),
    (frozenset({Kind.NO_SIZE, Kind.OFF_IMAGE}), _boxes),
    (frozenset({Kind.BOX_AGAINST_MASK}), _against_mask),
    (frozenset({Kind.NO_LABEL}), _no_label),
    (frozenset({Kind.JOINTS_OFF_IMAGE, Kind.JOINTS_OUTSIDE}), _joints),
    (frozenset({Kind.SWAPPED}), _swapped),
)
