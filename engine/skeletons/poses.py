"""Arithmetic on poses: move, scale, swap sides, lay a whole skeleton into a box. Image pixels; v = 0 stays as it is.

Boxes are corners (x0, y0, x1, y1), sizes (width, height). Nothing of a pose leaves the image by it: where it lay
inside before, it lies inside afterwards.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TypeAlias

from engine.records import Keypoints
from engine.skeletons.names import Pair
from engine.skeletons.templates import Place, places_of

Corners: TypeAlias = tuple[float, float, float, float]
Size: TypeAlias = tuple[float, float]
UNSURE = 0.5
"""A joint that a backend was less sure of is looked at first."""
INSET = 0.04
"""How far joints stay inside an object's box, as a share of its sides."""
# Candidates for the place of a joint that no ready-made skeleton knows: a grid of so many a side.
_GRID = 9


def extent(keypoints: Keypoints) -> Corners | None:
    """Return the box around the labelled joints, or None where there is none."""
    places = [(x, y) for x, y, v in keypoints if v]
    if not places:
        return None
    xs, ys = zip(*places, strict=True)
    return min(xs), min(ys), max(xs), max(ys)


def moved(keypoints: Keypoints, dx: float, dy: float, size: Size) -> Keypoints:
    """Return the pose shifted as a whole, as far as the image allows."""
    box = extent(keypoints)
    if box is None:
        return keypoints
    dx = min(max(dx, min(-box[0], 0.0)), max(size[0] - box[2], 0.0))
    dy = min(max(dy, min(-box[1], 0.0)), max(size[1] - box[3], 0.0))
    return tuple((x + dx, y + dy, v) if v else (x, y, v) for x, y, v in keypoints)


def scaled(keypoints: Keypoints, before: Corners, after: Corners, size: Size) -> Keypoints:
    """Return the pose stretched from one box to another."""

    def along(value: float, axis: int) -> float:
        low, high = before[axis], before[axis + 2]
        share = (value - low) / (high - low) if high > low else 0.5
        return min(max(after[axis] + share * (after[axis + 2] - after[axis]), 0.0), size[axis])

    return tuple((along(x, 0), along(y, 1), v) if v else (x, y, v) for x, y, v in keypoints)


def swapped(keypoints: Keypoints, flip_pairs: Sequence[Pair]) -> Keypoints:
    """Return the pose with left and right changed over."""
    joints = list(keypoints)
    for first, second in flip_pairs:
        if first < len(joints) and second < len(joints):
            joints[first], joints[second] = joints[second], joints[first]
    return tuple(joints)


def replaced(keypoints: Keypoints, joint: int, place: tuple[float, float, int]) -> Keypoints:
    """Return the pose with one joint elsewhere."""
    return (*keypoints[:joint], place, *keypoints[joint + 1 :])


def inset(box: Corners) -> Corners:
    """Return the box that joints fill in an object's box: its border is the body's, not the joints'.

    It also keeps the two boxes apart: that of a mere pose follows its joints, an object's own stays.
    """
    dx, dy = INSET * (box[2] - box[0]), INSET * (box[3] - box[1])
    return box[0] + dx, box[1] + dy, box[2] - dx, box[3] - dy


def laid(joints: Sequence[str], box: Corners) -> Keypoints:
    """Return all joints, visible, as the skeleton stands at rest, stretched to fill a box."""
    rest = tuple((x, y, 2) for x, y in rest_places(joints))
    around = extent(rest)
    return scaled(rest, around, box, (math.inf, math.inf)) if around is not None else ()


def rest_places(joints: Sequence[str]) -> tuple[Place, ...]:
    """Return where each joint is in a drawing, 0..1: as in the ready-made skeleton that knows most, else far apart."""
    known = dict(places_of(joints))
    for name in joints:
        if name not in known:
            known[name] = free_place(tuple(known.values()))
    return tuple(known[name] for name in joints)


def free_place(taken: Sequence[Place]) -> Place:
    """Return the place of a grid that is farthest from all that are taken; the middle while none is."""
    if not taken:
        return (0.5, 0.5)
    steps = [step / (_GRID - 1) for step in range(_GRID)]
    return max(((x, y) for y in steps for x in steps), key=lambda at: min(math.dist(at, each) for each in taken))


def by_doubt(keypoints: Keypoints, scores: Sequence[float]) -> tuple[int, ...]:
    """Return the joints in the order to look at them: not labelled first, then the least certain; sure ones last."""
    scored = [
        (scores[place] if place < len(scores) else 1.0) if v else -1.0 for place, (_, _, v) in enumerate(keypoints)
    ]
    return tuple(sorted(range(len(scored)), key=lambda place: (scored[place], place)))
