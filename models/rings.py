"""Rings along pixel borders: traced from a mask, and filled back into one; plain arrays in and out.

Rings are ``float64[N, 2]`` x, y, not closed, in the frame of the array given: pixel (column c, row r) is the square
from (c, r) to (c + 1, r + 1), so a traced ring runs on whole numbers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class _Edges:
    """Straight border pieces: start and end vertex ``int64[N]`` (row * stride + column), and the run's sign."""

    start: NDArray[np.int64]
    end: NDArray[np.int64]
    forward: NDArray[np.bool_]


def trace(mask: NDArray[np.bool_]) -> list[tuple[NDArray[np.float64], list[NDArray[np.float64]]]]:
    """Return one (outer ring, holes) for each 4-connected part of ``bool[H, W]``, in raster order.

    Every ring is simple (it never meets itself), outer rings run clockwise on screen and holes against it, so each
    pair is a valid polygon; where pixels meet only at a corner, the parts touch in that corner and stay apart.
    """
    stride = mask.shape[1] + 1
    level = mask.view(np.int8)
    flat = _edges(level, stride, 1)
    upright = _edges(np.ascontiguousarray(level.T), 1, stride)
    # Inside lies to the right of the way: along the top of a pixel to the right, along its left side upwards.
    upright = _Edges(upright.end, upright.start, ~upright.forward)
    count = flat.start.size
    if count == 0:
        return []
    # Turning right leads from rightwards to down, from leftwards to up, from down to left, from up to right.
    after_flat = _follow(flat, upright, right_turn=flat.forward)
    after_upright = _follow(upright, flat, right_turn=~upright.forward)
    following = np.concatenate((after_flat + count, after_upright))
    starts = np.concatenate((flat.start, upright.start))
    crossing = np.concatenate((_doubled(flat.start), _doubled(upright.start)))
    rings = _walk(following.tolist(), starts.tolist(), crossing.tolist())
    return _sort_rings(mask, rings, starts, stride)


def _edges(level: NDArray[np.int8], row_step: int, column_step: int) -> _Edges:
    """Find the border pieces that run along rows; ``forward`` where inside lies below."""
    rows, columns = level.shape
    step = np.zeros((rows + 1, columns + 2), dtype=np.int8)
    step[:-1, 1:-1] = level
    step[1:, 1:-1] -= level
    row, column = np.nonzero(step[:, 1:] != step[:, :-1])
    before, after = step[row, column], step[row, column + 1]
    vertex = row.astype(np.int64) * row_step + column.astype(np.int64) * column_step
    begins, ends = vertex[after != 0], vertex[before != 0]
    forward = after[after != 0] > 0
    return _Edges(np.where(forward, begins, ends), np.where(forward, ends, begins), forward)


def _doubled(vertices: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Mark vertices that occur twice: two pixels meet there only by their corners."""
    _, inverse, counts = np.unique(vertices, return_inverse=True, return_counts=True)
    doubled: NDArray[np.bool_] = counts[inverse] > 1
    return doubled


def _follow(edges: _Edges, others: _Edges, *, right_turn: NDArray[np.bool_]) -> NDArray[np.int64]:
    """For each of ``edges`` find the one of ``others`` that starts where it ends, turning right where two do.

    ``right_turn`` is the value of ``others.forward`` that means a turn to the right.
    """
    order = np.argsort(others.start, kind="stable")
    sorted_starts = others.start[order]
    at = np.searchsorted(sorted_starts, edges.end)
    last = sorted_starts.size - 1
    second = np.minimum(at + 1, last)
    two = (at < last) & (sorted_starts[second] == edges.end)
    wrong = others.forward[order[at]] != right_turn
    return order[np.where(two & wrong, second, at)]


def _walk(following: list[int], starts: list[int], crossing: list[bool]) -> list[list[int]]:
    """Collect the cycles of ``following`` as edge numbers, cut apart wherever one comes back to a vertex."""
    seen = bytearray(len(following))
    rings: list[list[int]] = []
    for origin in range(len(following)):
        if seen[origin]:
            continue
        path: list[int] = []
        place: dict[int, int] = {}
        edge = origin
        while not seen[edge]:
            seen[edge] = 1
            if crossing[edge]:
                vertex = starts[edge]
                if vertex in place:
                    cut = place[vertex]
                    loop = path[cut:]
                    rings.append(loop)
                    del path[cut:]
                    for inner in loop:
                        if crossing[inner]:
                            place.pop(starts[inner], None)
                place[vertex] = len(path)
            path.append(edge)
            edge = following[edge]
        rings.append(path)
    return rings


def _sort_rings(
    mask: NDArray[np.bool_], rings: list[list[int]], starts: NDArray[np.int64], stride: int
) -> list[tuple[NDArray[np.float64], list[NDArray[np.float64]]]]:
    """Give each hole to the part it lies in."""
    sizes = np.array([len(ring) for ring in rings])
    begin = np.concatenate(([0], np.cumsum(sizes)[:-1]))
    vertices = starts[np.concatenate([np.asarray(ring) for ring in rings])]
    y, x = np.divmod(vertices, stride)
    ahead = np.arange(vertices.size) + 1
    ahead[begin + sizes - 1] = begin
    areas = np.add.reduceat(x * y[ahead] - x[ahead] * y, begin)
    _, labels = cv2.connectedComponents(mask.view(np.uint8), connectivity=4, ltype=cv2.CV_32S)
    # The pixel to the right of the first step of each ring belongs to the ring's part.
    dx, dy = np.sign(x[ahead] - x)[begin], np.sign(y[ahead] - y)[begin]
    column = x[begin] - ((dx < 0) | (dy > 0))
    row = y[begin] - ((dx < 0) | (dy < 0))
    owner = labels[row, column]
    points = np.stack((x, y), axis=1).astype(np.float64)
    parts: dict[int, tuple[NDArray[np.float64], list[NDArray[np.float64]]]] = {}
    for ring in np.lexsort((areas < 0, owner)).tolist():
        traced = points[begin[ring] : begin[ring] + sizes[ring]]
        if areas[ring] > 0:
            parts[int(owner[ring])] = (traced, [])
        else:
            parts[int(owner[ring])][1].append(traced)
    return list(parts.values())


def fill(rings: Sequence[NDArray[np.float64]], *, height: int, width: int) -> NDArray[np.bool_]:
    """Return ``bool[height, width]``: the pixels whose centre an odd number of ``rings`` encloses."""
    near = np.concatenate(rings)
    far = np.concatenate([np.roll(ring, -1, axis=0) for ring in rings])
    upper, lower = np.where((near[:, 1:] <= far[:, 1:]), near, far), np.where((near[:, 1:] <= far[:, 1:]), far, near)
    first = np.clip(np.ceil(upper[:, 1] - 0.5), 0, height).astype(np.int64)
    stop = np.clip(np.ceil(lower[:, 1] - 0.5), 0, height).astype(np.int64)
    upper, lower, first, count = _keep(stop > first, upper, lower, first, stop - first)
    rows = np.arange(int(count.sum())) - np.repeat(np.cumsum(count) - count, count) + np.repeat(first, count)
    slope = (lower[:, 0] - upper[:, 0]) / (lower[:, 1] - upper[:, 1])
    crossing = np.repeat(upper[:, 0], count) + (rows + 0.5 - np.repeat(upper[:, 1], count)) * np.repeat(slope, count)
    columns = np.clip(np.ceil(crossing - 0.5), 0, width).astype(np.int64)
    toggles = np.bincount(rows * (width + 1) + columns, minlength=height * (width + 1)).reshape(height, width + 1)
    parity = np.bitwise_xor.accumulate((toggles[:, :-1] & 1).astype(np.uint8), axis=1)
    return parity.view(np.bool_)


def _keep(
    chosen: NDArray[np.bool_],
    upper: NDArray[np.float64],
    lower: NDArray[np.float64],
    first: NDArray[np.int64],
    count: NDArray[np.int64],
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.int64], NDArray[np.int64]]:
    return upper[chosen], lower[chosen], first[chosen], count[chosen]
