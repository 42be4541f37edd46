"""Two instances of one label that are one object, or that overlap too much."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

import numpy as np

from engine.datacheck.kinds import Fault, Kind, Scene
from engine.datacheck.plain import box_iou, meeting
from engine.records import InstanceRecord, State
from models import masks

SAME = 0.9
"""IoU from which on two objects of one label are one object."""
INSIDE = 0.5
"""Share of the smaller of two masks of one label inside the other from which on they overlap too much."""


def pair_faults(scene: Scene) -> Iterator[Fault]:
    """Yield duplicates and overlaps among instances of one label of which neither is a part of the other."""
    alike: dict[tuple[int | None, bool], list[InstanceRecord]] = defaultdict(list)
    for each in sorted(scene.instances, key=lambda one: one.id):
        if not each.iscrowd and each.bbox is not None:
            alike[each.label_id, each.mask is None].append(each)
    gone: set[int] = set()
    for group in alike.values():
        for first, second in _meeting(group):
            if first.parent_id == second.id or second.parent_id == first.id:
                continue
            yield from _judge(first, second, gone)


def _meeting(group: Sequence[InstanceRecord]) -> Iterator[tuple[InstanceRecord, InstanceRecord]]:
    """Yield the pairs whose boxes meet; found on arrays, as an image may hold hundreds of instances."""
    if len(group) < 2:
        return
    x, y, w, h = np.array([each.bbox for each in group], dtype=np.float64).T
    wide = np.minimum.outer(x + w, x + w) - np.maximum.outer(x, x)
    high = np.minimum.outer(y + h, y + h) - np.maximum.outer(y, y)
    # Less than the share that counts cannot be reached by what lies in both boxes.
    shared = np.where((wide > 0) & (high > 0), wide * high, 0.0)
    area = np.array([each.area for each in group])
    most = np.minimum.outer(area, area)
    for first, second in zip(*np.nonzero(np.triu(shared >= INSIDE * np.maximum(most, 1e-9), 1)), strict=True):
        if shared[first, second] > 0:
            yield group[int(first)], group[int(second)]


def _judge(first: InstanceRecord, second: InstanceRecord, gone: set[int]) -> Iterator[Fault]:
    overlap = _overlap(first, second)
    if overlap >= SAME:
        if first.id not in gone and second.id not in gone:
            # The one that a person accepted stays, of two equals the older one.
            kept, other = sorted((first, second), key=lambda each: (each.state is not State.ACCEPTED, each.id))
            gone.add(other.id)
            places = () if other.bbox is None else (other.bbox,)
            yield Fault(Kind.DUPLICATES, other.id, kept.id, places, f"IoU {overlap:.2f}")
        return
    if first.mask is None or second.mask is None:
        return
    small, large = sorted((first, second), key=lambda each: (each.area, each.id))
    share = float(masks.shares_inside([small.mask or first.mask], [large.mask or second.mask])[0, 0])
    if share >= INSIDE and small.bbox is not None and large.bbox is not None:
        both = meeting(small.bbox, large.bbox)
        yield Fault(Kind.OVERLAPS, large.id, small.id, () if both is None else (both,), f"{share:.0%} of the smaller")


def _overlap(first: InstanceRecord, second: InstanceRecord) -> float:
    if first.bbox is None or second.bbox is None:
        return 0.0
    if first.mask is None or second.mask is None:
        # Two poses in one box may be two people.
        return 0.0 if first.keypoints != second.keypoints else box_iou(first.bbox, second.bbox)
    return float(masks.iou([first.mask], [second.mask])[0, 0])
