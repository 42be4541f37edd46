"""From run-length code straight to the mask's own box, without an array of the image's size."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.geometry.patch import Patch
from models import masks


@dataclass(frozen=True, slots=True, eq=False)
class Spans:
    """Foreground runs of a mask: ``int64[N]`` starts and ends (exclusive) counted down the columns, ascending."""

    height: int
    width: int
    starts: NDArray[np.int64]
    ends: NDArray[np.int64]

    def contains(self, x: int, y: int) -> bool:
        """Tell whether pixel (column ``x``, row ``y``) is foreground; outside the image nothing is."""
        if not (0 <= x < self.width and 0 <= y < self.height):
            return False
        at = x * self.height + y
        run = int(np.searchsorted(self.starts, at, side="right")) - 1
        return run >= 0 and at < int(self.ends[run])


def spans_of(rle: masks.Rle) -> Spans:
    """Read the foreground runs. Raises ValueError if the bytes are no run-length code of this size."""
    lengths = np.asarray(masks.runs(rle), dtype=np.int64)
    edges = np.cumsum(lengths)
    if lengths.size and (int(lengths.min()) < 0 or int(edges[-1]) != rle.height * rle.width):
        raise ValueError("run-length code does not fill the mask")
    starts, ends = edges[:-1:2], edges[1::2]
    real = ends > starts
    return Spans(rle.height, rle.width, starts[real], ends[real])


def crop_of(rle: masks.Rle) -> Patch:
    """Return ``(x, y, bool[h, w])``: the mask in its tight box, exactly; 0 x 0 at (0, 0) when it is empty."""
    return crop_of_spans(spans_of(rle))


def crop_of_spans(spans: Spans) -> Patch:
    """Do the same as ``crop_of`` for runs already read."""
    if spans.starts.size == 0:
        return Patch(0, 0, np.zeros((0, 0), dtype=np.bool_))
    height = spans.height
    first, last = spans.starts // height, (spans.ends - 1) // height
    starts, ends = spans.starts, spans.ends
    if bool((last > first).any()):
        starts, ends = _cut_at_columns(starts, ends, first, last, height)
    columns = starts // height
    x0, x1 = int(columns[0]), int(columns[-1]) + 1
    tops = starts - columns * height
    bottoms = ends - columns * height
    y0, y1 = int(tops.min()), int(bottoms.max())
    rows = y1 - y0
    base = (columns - x0) * rows - y0
    # +1 where a run starts and -1 where it ends; a running sum is then 1 inside. Starts differ, and so do ends.
    change = np.zeros((x1 - x0) * rows + 1, dtype=np.int8)
    change[base + tops] += 1
    change[base + bottoms] -= 1
    inside = np.cumsum(change[:-1], dtype=np.int8).view(np.bool_)
    return Patch(x0, y0, np.ascontiguousarray(inside.reshape(x1 - x0, rows).T))


def _cut_at_columns(
    starts: NDArray[np.int64], ends: NDArray[np.int64], first: NDArray[np.int64], last: NDArray[np.int64], height: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Cut runs that go on into the next column, so that each piece lies in one."""
    pieces = last - first + 1
    place = np.arange(int(pieces.sum())) - np.repeat(np.cumsum(pieces) - pieces, pieces)
    column = np.repeat(first, pieces) + place
    return np.maximum(np.repeat(starts, pieces), column * height), np.minimum(
        np.repeat(ends, pieces), (column + 1) * height
    )
