"""What lies under the pointer: the smallest shape first. Plain arithmetic on the shapes already made for drawing."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence

import numpy as np

from annotator.canvas.scene_data import InstanceView
from annotator.canvas.shapes import Shape
from annotator.canvas.tools.gesture import Grip, Xy
from engine.records import Keypoints

EIGHT = ((0.0, 0.0), (0.5, 0.0), (1.0, 0.0), (1.0, 0.5), (1.0, 1.0), (0.5, 1.0), (0.0, 1.0), (0.0, 0.5))
"""Box handles clockwise from the top-left corner, as shares of width and height."""


class Picker:
    """Finds instances by place; built anew when instances change, which costs less than a millisecond for 500."""

    def __init__(self, views: Collection[InstanceView], shapes: Mapping[int, Shape], hidden: Collection[int]) -> None:
        """Order what is shown by area."""
        shown = [v for v in views if v.id in shapes and v.id not in hidden]
        self._order = sorted(shown, key=lambda view: (view.area, -view.id))
        self._shapes = [shapes[view.id] for view in self._order]
        spans = [shape.span for shape in self._shapes]
        self._boxes = np.array([(s.x0, s.y0, s.x1, s.y1) for s in spans], dtype=np.int64).reshape(-1, 4)

    def at(self, x: float, y: float) -> int | None:
        """Return the id of the smallest instance that covers an image place, or None."""
        column, row = math.floor(x), math.floor(y)
        x0, y0, x1, y1 = self._boxes.T
        met = np.flatnonzero((x0 <= column) & (column < x1) & (y0 <= row) & (row < y1))
        return next((self._order[i].id for i in met.tolist() if self._shapes[i].contains(column, row)), None)


def grip_of_rings(instance_id: int, rings: Sequence[Sequence[Xy]], at: Xy, reach: float) -> Grip | None:
    """Return the nearest vertex within ``reach`` image pixels, else the nearest edge, else None."""
    vertex: tuple[float, Grip] | None = None
    edge: tuple[float, Grip] | None = None
    place = np.array(at)
    for number, ring in enumerate(rings):
        points = np.array(ring, dtype=np.float64)
        away = np.linalg.norm(points - place, axis=1)
        index = int(np.argmin(away))
        if vertex is None or away[index] < vertex[0]:
            vertex = (float(away[index]), Grip(instance_id, "vertex", number, index))
        along = np.roll(points, -1, axis=0) - points
        share = ((place - points) * along).sum(axis=1) / np.maximum((along**2).sum(axis=1), 1e-12)
        gap = np.linalg.norm(points + np.clip(share, 0, 1)[:, None] * along - place, axis=1)
        index = int(np.argmin(gap))
        if edge is None or gap[index] < edge[0]:
            edge = (float(gap[index]), Grip(instance_id, "edge", number, index))
    for found in (vertex, edge):
        if found is not None and found[0] <= reach:
            return found[1]
    return None


def grip_of_box(instance_id: int, box: tuple[float, float, float, float], at: Xy, reach: float) -> Grip | None:
    """Return the handle of a box (x0, y0, x1, y1) within ``reach`` image pixels, its body, or None."""
    for index, place in enumerate(box_handles(box)):
        if math.dist(place, at) <= reach:
            return Grip(instance_id, "corner", 0, index)
    return Grip(instance_id, "body") if box[0] <= at[0] < box[2] and box[1] <= at[1] < box[3] else None


def box_handles(box: tuple[float, float, float, float]) -> tuple[Xy, ...]:
    """Return the places of the eight handles."""
    x0, y0, x1, y1 = box
    return tuple((x0 + across * (x1 - x0), y0 + down * (y1 - y0)) for across, down in EIGHT)


def grip_of_joints(instance_id: int, keypoints: Keypoints, at: Xy, reach: float) -> Grip | None:
    """Return the nearest labelled joint within ``reach`` image pixels."""
    joints = [(math.dist((x, y), at), i) for i, (x, y, v) in enumerate(keypoints) if v]
    away, index = min(joints, default=(math.inf, 0))
    return Grip(instance_id, "joint", 0, index) if away <= reach else None


def grip_of_bones(
    instance_id: int, keypoints: Keypoints, edges: Sequence[tuple[int, int]], at: Xy, reach: float
) -> Grip | None:
    """Return the pose's bone if one with two labelled ends passes within ``reach`` image pixels, else None."""
    for first, second in edges:
        if max(first, second) < len(keypoints) and keypoints[first][2] and keypoints[second][2]:
            (ax, ay, _), (bx, by, _) = keypoints[first], keypoints[second]
            length = (bx - ax) ** 2 + (by - ay) ** 2
            share = ((at[0] - ax) * (bx - ax) + (at[1] - ay) * (by - ay)) / length if length else 0.0
            share = min(max(share, 0.0), 1.0)
            if math.dist((ax + share * (bx - ax), ay + share * (by - ay)), at) <= reach:
                return Grip(instance_id, "bone")
    return None


def grip_of_frame(instance_id: int, frame: tuple[float, float, float, float], at: Xy, reach: float) -> Grip | None:
    """Return the handle of a pose's frame (x0, y0, x1, y1) within ``reach`` image pixels."""
    for index, place in enumerate(box_handles(frame)):
        if math.dist(place, at) <= reach:
            return Grip(instance_id, "frame", 0, index)
    return None
