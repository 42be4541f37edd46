"""What looks wrong in an image's annotations, each kind with a repair that is one step (see ``engine.ops.repairs``)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import combinations

import cv2
import numpy as np

from engine.records import Box, InstanceRecord, State
from models import masks

ISLAND_SHARE = 0.01
"""A part of a mask below this share of the whole is an island."""
SAME = 0.9
"""IoU from which on two objects of one label are one object."""
INSIDE = 0.5
"""Share of the smaller of two masks of one label inside the other from which on they overlap too much."""
AGREES = 0.5
"""IoU of a box and the box around the mask made from it below which they disagree."""
NEAR_MASK = 3
"""Pixels that a visible joint may lie beside the mask."""


class Kind(StrEnum):
    """What can be wrong."""

    ISLANDS = "islands"
    DUPLICATES = "duplicates"
    OVERLAPS = "overlaps"
    OFF_IMAGE = "off-image"
    BOX_AGAINST_MASK = "box-against-mask"
    NO_LABEL = "no-label"
    JOINTS_OUTSIDE = "joints-outside"


WORDS: Mapping[Kind, tuple[str, str]] = {
    Kind.ISLANDS: ("tiny islands beside the object", "dropped"),
    Kind.DUPLICATES: ("the same object twice", "the second one is deleted"),
    Kind.OVERLAPS: ("objects of one label overlap", "cut out of the larger one"),
    Kind.OFF_IMAGE: ("a box reaches over the image's edge", "cut at the edge"),
    Kind.BOX_AGAINST_MASK: ("a mask disagrees with the box it was made from", "cut at the box"),
    Kind.NO_LABEL: ("accepted without a label", "gets the label named by --label"),
    Kind.JOINTS_OUTSIDE: ("visible joints outside the mask", "marked as hidden"),
}
"""For people: what was found, and what repair does."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing found: the instance that repair changes, and the other one it is compared with."""

    kind: Kind
    instance_id: int
    other_id: int | None = None


@dataclass(frozen=True, slots=True)
class Scene:
    """One image's accepted and proposed instances; ``asked`` are the boxes (x, y, w, h) that masks were made from."""

    width: int
    height: int
    instances: tuple[InstanceRecord, ...]
    asked: Mapping[int, Box]


def faults(scene: Scene, kinds: Sequence[Kind] = tuple(Kind)) -> list[Fault]:
    """Return what is wrong, kind by kind, in the order of ids."""
    return [fault for kind in kinds for fault in _LOOKS[kind](scene)]


def islands(mask: masks.BoolMask) -> masks.BoolMask:
    """Return ``bool[H, W]``: the parts below ISLAND_SHARE of the whole."""
    _, labels, stats, _ = cv2.connectedComponentsWithStats(mask.astype(np.uint8), connectivity=8, ltype=cv2.CV_32S)
    small = stats[:, cv2.CC_STAT_AREA] < ISLAND_SHARE * mask.sum()
    small[0] = False
    found: masks.BoolMask = small[labels]
    return found


def outside(instance: InstanceRecord) -> tuple[int, ...]:
    """Return the places of visible joints that lie more than NEAR_MASK pixels beside the mask."""
    if instance.mask is None or instance.keypoints is None:
        return ()
    side = 2 * NEAR_MASK + 1
    near = cv2.dilate(masks.decode(instance.mask).astype(np.uint8), np.ones((side, side), dtype=np.uint8))
    height, width = near.shape
    return tuple(
        place
        for place, (x, y, v) in enumerate(instance.keypoints)
        if v == 2 and not (0 <= x < width and 0 <= y < height and near[int(y), int(x)])
    )


def clipped(box: Box, width: int, height: int) -> Box | None:
    """Return the part of a box on the image, None where nothing is left."""
    x, y, w, h = box
    x0, y0, x1, y1 = max(x, 0.0), max(y, 0.0), min(x + w, float(width)), min(y + h, float(height))
    return (x0, y0, x1 - x0, y1 - y0) if x1 > x0 and y1 > y0 else None


def box_iou(first: Box, second: Box) -> float:
    """Return the overlap of two boxes (x, y, w, h) in [0, 1]."""
    wide = min(first[0] + first[2], second[0] + second[2]) - max(first[0], second[0])
    high = min(first[1] + first[3], second[1] + second[3]) - max(first[1], second[1])
    shared = max(wide, 0.0) * max(high, 0.0)
    whole = first[2] * first[3] + second[2] * second[3] - shared
    return shared / whole if whole > 0 else 0.0


def _islands(scene: Scene) -> Iterator[Fault]:
    for each in scene.instances:
        if each.mask is not None and not each.iscrowd and islands(masks.decode(each.mask)).any():
            yield Fault(Kind.ISLANDS, each.id)


def _duplicates(scene: Scene) -> Iterator[Fault]:
    gone: set[int] = set()
    for first, second in _alike(scene):
        if first.id not in gone and second.id not in gone and _overlap(first, second) >= SAME:
            # The one that a person accepted stays, of two equals the older one.
            kept, other = sorted((first, second), key=lambda each: (each.state is not State.ACCEPTED, each.id))
            gone.add(other.id)
            yield Fault(Kind.DUPLICATES, other.id, kept.id)


def _overlaps(scene: Scene) -> Iterator[Fault]:
    for first, second in _alike(scene):
        if first.mask is None or second.mask is None or _overlap(first, second) >= SAME:
            continue
        small, large = sorted((first, second), key=lambda each: (each.area, each.id))
        if masks.shares_inside([small.mask or first.mask], [large.mask or second.mask])[0, 0] >= INSIDE:
            yield Fault(Kind.OVERLAPS, large.id, small.id)


def _alike(scene: Scene) -> Iterator[tuple[InstanceRecord, InstanceRecord]]:
    """Yield pairs of one label and one kind of shape of which neither is a part of the other."""
    for first, second in combinations(sorted(scene.instances, key=lambda each: each.id), 2):
        same = first.label_id == second.label_id and (first.mask is None) == (second.mask is None)
        if same and not (first.iscrowd or second.iscrowd) and not _related(first, second):
            yield first, second


def _related(first: InstanceRecord, second: InstanceRecord) -> bool:
    return first.parent_id == second.id or second.parent_id == first.id


def _overlap(first: InstanceRecord, second: InstanceRecord) -> float:
    if first.bbox is None or second.bbox is None:
        return 0.0
    overlap = box_iou(first.bbox, second.bbox)
    if first.mask is None or second.mask is None or overlap == 0:
        # Two poses in one box may be two people.
        return 0.0 if first.keypoints != second.keypoints else overlap
    return float(masks.iou([first.mask], [second.mask])[0, 0])


def _off_image(scene: Scene) -> Iterator[Fault]:
    for each in scene.instances:
        if each.mask is None and each.bbox is not None and clipped(each.bbox, scene.width, scene.height) != each.bbox:
            x, y, w, h = each.bbox
            if x < 0 or y < 0 or x + w > scene.width or y + h > scene.height:
                yield Fault(Kind.OFF_IMAGE, each.id)


def _against_mask(scene: Scene) -> Iterator[Fault]:
    for each in scene.instances:
        asked = scene.asked.get(each.id)
        if asked is not None and each.mask is not None and box_iou(asked, masks.bbox(each.mask)) < AGREES:
            yield Fault(Kind.BOX_AGAINST_MASK, each.id)


def _no_label(scene: Scene) -> Iterator[Fault]:
    for each in scene.instances:
        if each.label_id is None and each.state is State.ACCEPTED:
            yield Fault(Kind.NO_LABEL, each.id)


def _joints_outside(scene: Scene) -> Iterator[Fault]:
    for each in scene.instances:
        if outside(each):
            yield Fault(Kind.JOINTS_OUTSIDE, each.id)


_LOOKS: Mapping[Kind, Callable[[Scene], Iterator[Fault]]] = {
    Kind.ISLANDS: _islands,
    Kind.DUPLICATES: _duplicates,
    Kind.OVERLAPS: _overlaps,
    Kind.OFF_IMAGE: _off_image,
    Kind.BOX_AGAINST_MASK: _against_mask,
    Kind.NO_LABEL: _no_label,
    Kind.JOINTS_OUTSIDE: _joints_outside,
}
