"""A person who knows the true pose: what they do in the window to place it from nothing, and to correct a proposal.

Seconds follow the keystroke-level model (Card, Moran and Newell 1980): K 0.28 s a key, P 1.1 s pointing, B 0.1 s
pressing or releasing a button, M 1.35 s to make up one's mind. The model knows skilled people who make no mistakes.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from statistics import mean, median
from typing import Any, Literal, TypeAlias

from engine.records import Keypoints
from engine.skeletons.names import Pair
from engine.skeletons.poses import by_doubt, swapped

Kind: TypeAlias = Literal["key", "click", "right", "drag"]
TOLERANCE = 0.04
"""A joint nearer than this share of the longer side of the person's box is left where it is: two thirds of PCK@0.2."""


@dataclass(frozen=True, slots=True)
class Keystrokes:
    """Seconds of the keystroke-level model's operators."""

    key: float = 0.28
    point: float = 1.1
    button: float = 0.1
    think: float = 1.35


@dataclass(frozen=True, slots=True)
class Step:
    """One action: a key, a click or right click ``at`` a place, or a drag of ``joint`` there; image pixels.

    ``thinks`` tells that the person makes up their mind before.
    """

    kind: Kind
    key: str = ""
    joint: int = -1
    at: tuple[float, float] | None = None
    thinks: bool = False


@dataclass(frozen=True, slots=True)
class Effort:
    """Steps of one pose, counted, with the seconds they take."""

    keys: int
    clicks: int
    drags: int
    seconds: float

    @property
    def actions(self) -> int:
        """All of them."""
        return self.keys + self.clicks + self.drags


def placing(true: Keypoints) -> tuple[Step, ...]:
    """Return what places a pose from nothing with the keypoint tool in hand: a click a joint, J where there is none."""
    steps = [
        Step("key", "J", joint, thinks=True) if not v else Step(_button(v), "", joint, (x, y), thinks=True)
        for joint, (x, y, v) in enumerate(true)
    ]
    # J does nothing before the first joint, and the last ones need not be skipped: Enter ends the pose.
    first = next((joint for joint, (_, _, v) in enumerate(true) if v), None)
    last = max((joint for joint, (_, _, v) in enumerate(true) if v), default=-1)
    if first is None:
        return ()
    done = steps[: last + 1]
    return (*done, Step("key", "Return")) if last < len(true) - 1 else tuple(done)


def correcting(
    proposed: Keypoints,
    scores: Sequence[float],
    true: Keypoints,
    flip_pairs: Sequence[Pair],
    reach: float,
    times: Keystrokes = Keystrokes(),
) -> tuple[Step, ...]:
    """Return what makes a proposed pose true: joints off by more than ``reach`` pixels are moved, then it is accepted.

    Tab takes the proposal, K the tool. A joint is reached by U, which goes to the least certain ones first, where that
    is quicker than pointing at it; then a click puts it right. Sides are swapped first where that leaves less to do.
    A proposal that is more work than a new pose is rejected, and the pose placed.
    """
    steps = _mended(proposed, scores, true, flip_pairs, reach, times)
    anew = (Step("key", "Tab", thinks=True), Step("key", "N", thinks=True), Step("key", "K"), *placing(true))
    return min(steps, anew, key=lambda each: effort(each, times).seconds)


def _mended(
    proposed: Keypoints,
    scores: Sequence[float],
    true: Keypoints,
    flip_pairs: Sequence[Pair],
    reach: float,
    times: Keystrokes,
) -> tuple[Step, ...]:
    steps = [Step("key", "Tab", thinks=True), Step("key", "K")]
    turned = swapped(proposed, flip_pairs)
    if len(_wrong(turned, true, reach)) + 1 < len(_wrong(proposed, true, reach)):
        steps.append(Step("key", "Shift+F", thinks=True))
        proposed = turned
        # A joint that the swap moved is by hand now.
        scores = [1.0 if any(joint in pair for pair in flip_pairs) else s for joint, s in enumerate(scores)]
    unseen = list(by_doubt(proposed, scores))
    empty = [joint for joint, (_, _, v) in enumerate(proposed) if not v]
    waiting = -1
    for joint in [each for each in unseen if each in set(_wrong(proposed, true, reach))]:
        steps += _put_right(joint, proposed, true, unseen, times, waiting=joint == waiting)
        waiting = -1
        if joint in empty and true[joint][2]:
            # The window goes on to the next joint that is not labelled by itself.
            empty.remove(joint)
            waiting = next((each for each in empty if each > joint), empty[0] if empty else -1)
            unseen = [each for each in unseen if each != waiting]
    return (*steps, Step("key", "Y", thinks=True))


def effort(steps: Sequence[Step], times: Keystrokes = Keystrokes()) -> Effort:
    """Count the steps and add up their seconds."""
    kinds = Counter(step.kind for step in steps)
    cost = {
        "key": times.key,
        "click": times.point + 2 * times.button,
        "right": times.point + 2 * times.button,
        "drag": 2 * times.point + 2 * times.button,
    }
    seconds = sum(cost[step.kind] + (times.think if step.thinks else 0.0) for step in steps)
    return Effort(kinds["key"], kinds["click"] + kinds["right"], kinds["drag"], round(seconds, 3))


def summary(efforts: Sequence[Effort]) -> dict[str, Any]:
    """Return means and the median seconds of poses, ready for a table or JSON."""
    if not efforts:
        return {"poses": 0}
    names = ("keys", "clicks", "drags", "seconds")
    means = {name: round(mean(asdict(each)[name] for each in efforts), 2) for name in names}
    return {
        "poses": len(efforts),
        **means,
        "actions": round(mean(each.actions for each in efforts), 2),
        "median_seconds": round(median(each.seconds for each in efforts), 2),
        "under_10_s": round(sum(each.seconds < 10 for each in efforts) / len(efforts), 4),
    }


def _put_right(
    joint: int, proposed: Keypoints, true: Keypoints, unseen: list[int], times: Keystrokes, *, waiting: bool
) -> list[Step]:
    x, y, v = true[joint]
    last = Step("key", "Backspace", joint) if not v else Step(_button(v), "", joint, (x, y))
    if waiting:
        return [replace(last, thinks=True)]
    presses = unseen.index(joint) + 1
    if presses * times.key < times.point or not proposed[joint][2]:
        chosen = [Step("key", "U", each, thinks=each == joint) for each in unseen[:presses]]
        del unseen[:presses]
        return [*chosen, last]
    unseen.remove(joint)
    px, py, _ = proposed[joint]
    if v == 2:
        return [Step("drag", "", joint, (x, y), thinks=True)]
    return [Step("click", "", joint, (px, py), thinks=True), last]


def _wrong(proposed: Keypoints, true: Keypoints, reach: float) -> list[int]:
    return [
        joint
        for joint, ((x, y, v), (tx, ty, tv)) in enumerate(zip(proposed, true, strict=True))
        if bool(v) != bool(tv) or (tv and (v != tv or math.dist((x, y), (tx, ty)) > reach))
    ]


def _button(v: int) -> Kind:
    return "click" if v == 2 else "right"
