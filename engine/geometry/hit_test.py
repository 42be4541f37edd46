"""Which instances lie under the pointer, smallest first, so that a part is reached before the whole it lies on."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.geometry.rle_crop import Spans, spans_of
from models.masks import Box, Rle, bbox

KeypointTuple = tuple[tuple[float, float, int], ...]


@dataclass(frozen=True, slots=True)
class HitItem:
    """What is needed of one instance: its id, ``area`` in pixels, and whatever of mask, box and keypoints it has."""

    id: int
    area: float = 0.0
    mask: Rle | None = None
    bbox: Box | None = None
    keypoints: KeypointTuple | None = None


class HitIndex:
    """An index over the instances of one image; masks are read on first need and kept as runs.

    A mask is hit on its foreground only, a bare box anywhere inside, keypoints within ``reach`` of a labelled joint.
    """

    def __init__(self, items: Iterable[HitItem] = ()) -> None:
        """Index ``items``; ids must differ."""
        self._items: dict[int, HitItem] = {}
        self._spans: dict[int, Spans] = {}
        self._ids: list[int] | None = None
        self._extents: NDArray[np.float64] = np.zeros((0, 4))
        for item in items:
            if item.id in self._items:
                raise ValueError(f"instance {item.id} is given twice")
            self._items[item.id] = item

    def __len__(self) -> int:
        return len(self._items)

    def put(self, item: HitItem) -> None:
        """Add an instance, or replace the one with its id."""
        self.remove(item.id)
        self._items[item.id] = item

    def remove(self, instance_id: int) -> None:
        """Forget an instance; an unknown id is no error."""
        self._items.pop(instance_id, None)
        self._spans.pop(instance_id, None)
        self._ids = None

    def at(self, x: float, y: float, *, reach: float = 0.0) -> list[int]:
        """Return the ids under image position ``(x, y)``, smallest area first, the newer id first among equals."""
        ids = self._order()
        near = (
            (self._extents[:, 0] - reach <= x)
            & (x <= self._extents[:, 2] + reach)
            & (self._extents[:, 1] - reach <= y)
            & (y <= self._extents[:, 3] + reach)
        )
        return [ids[row] for row in np.flatnonzero(near).tolist() if self._hit(self._items[ids[row]], x, y, reach)]

    def inside(self, box: tuple[float, float, float, float]) -> list[int]:
        """Return the ids that lie wholly inside ``(x0, y0, x1, y1)`` (corners in any order), smallest area first."""
        ids = self._order()
        x0, x1 = sorted((box[0], box[2]))
        y0, y1 = sorted((box[1], box[3]))
        extents = self._extents
        within = (extents[:, 0] >= x0) & (extents[:, 1] >= y0) & (extents[:, 2] <= x1) & (extents[:, 3] <= y1)
        return [ids[row] for row in np.flatnonzero(within).tolist()]

    def _order(self) -> list[int]:
        if self._ids is None:
            known = [(item, _extent(item)) for item in self._items.values()]
            ordered = sorted(((item, box) for item, box in known if box is not None), key=_smallest_first)
            self._ids = [item.id for item, _ in ordered]
            self._extents = np.array([box for _, box in ordered], dtype=np.float64).reshape(-1, 4)
        return self._ids

    def _hit(self, item: HitItem, x: float, y: float, reach: float) -> bool:
        if item.mask is not None:
            spans = self._spans.get(item.id)
            if spans is None:
                spans = self._spans[item.id] = spans_of(item.mask)
            if spans.contains(math.floor(x), math.floor(y)):
                return True
        elif item.bbox is not None:
            left, top, width, height = item.bbox
            if left <= x < left + width and top <= y < top + height:
                return True
        return any(v > 0 and math.hypot(px - x, py - y) <= reach for px, py, v in item.keypoints or ())


def _smallest_first(entry: tuple[HitItem, tuple[float, float, float, float]]) -> tuple[float, int]:
    return entry[0].area, -entry[0].id


def _extent(item: HitItem) -> tuple[float, float, float, float] | None:
    """Return the corners of everything the instance shows, or None when it shows nothing."""
    corners: list[tuple[float, float]] = []
    box = item.bbox
    if item.mask is not None and box is None:
        box = bbox(item.mask)
    if box is not None and box[2] > 0 and box[3] > 0:
        corners += [(box[0], box[1]), (box[0] + box[2], box[1] + box[3])]
    corners += [(x, y) for x, y, v in item.keypoints or () if v > 0]
    if not corners:
        return None
    xs, ys = [x for x, _ in corners], [y for _, y in corners]
    return min(xs), min(ys), max(xs), max(ys)
