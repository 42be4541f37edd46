"""Instances become poses: the box of each is looked at, all of one skeleton together."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

from engine.errors import InvalidOp
from engine.records import Box
from engine.stages.auto_pose import AutoPose
from engine.stages.automatic import Counts, Found, Spent
from engine.stages.boxes import box_prompt
from models.api import BoxPrompt, Image, KeypointCandidate, PoseBackend
from models.errors import UnsupportedPrompt

BEYOND = 0.05
"""Share of the box's longer side by which a joint may lie off the image and is still taken, at the image's edge."""
BATCH = 20
"""People whose poses are asked for in one go, each such go with a time limit of its own."""
_NAMED = 4


@dataclass(frozen=True, slots=True)
class PoseParams:
    """Constants of a run over poses; without ``label_ids`` every label that has a skeleton is meant."""

    label_ids: tuple[int, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Return plain values by name, as a job keeps them."""
        return {"label_ids": list(asdict(self)["label_ids"])}

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> PoseParams:
        """Inverse of ``to_json``. Raises InvalidOp."""
        ids = values.get("label_ids")
        if set(values) != {"label_ids"} or not isinstance(ids, list) or not all(isinstance(each, int) for each in ids):
            raise InvalidOp("A run over poses knows the setting 'label_ids' only. Nothing was started.")
        return cls(tuple(ids))


@dataclass(frozen=True, slots=True)
class Figure:
    """An instance that a pose is wanted for: its id, its box (x, y, w, h) and its skeleton's joints by name."""

    source: int
    box: Box
    joints: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PoseWork:
    """What is to be asked in one image."""

    params: PoseParams
    figures: tuple[Figure, ...]


def _tell_nobody(_phase: Literal["encode", "grid"]) -> None:
    return


def answer_poses(
    backend: PoseBackend,
    image: Image,
    work: PoseWork,
    *,
    phase: Callable[[Literal["encode", "grid"]], None] = _tell_nobody,
) -> Found:
    """Return a pose for each figure of ``image`` (uint8[H, W, 3]) of which the backend finds a joint.

    ``phase`` is called as the backend is set to work, again for each batch. Raises UnsupportedPrompt where the backend
    knows no joint of any skeleton asked for, and what the backend raises.
    """
    height, width = image.shape[:2]
    began = time.perf_counter()
    asked = 0
    poses: list[AutoPose] = []
    strange: list[tuple[str, ...]] = []
    skeletons = dict.fromkeys(figure.joints for figure in work.figures)
    for joints in skeletons:
        placed = [(each, box_prompt(each.box, height, width)) for each in work.figures if each.joints == joints]
        boxed = [(each, box) for each, box in placed if box is not None]
        asked += len(boxed)
        answers = list(_ask(backend, image, [box for _, box in boxed], joints, phase))
        known = {at for answer in answers for at, (_, _, sure) in enumerate(answer.keypoints) if sure > 0}
        if boxed and not known:
            strange.append(joints)
            continue
        unknown = tuple(name for at, name in enumerate(joints) if at not in known) if boxed else ()
        for (figure, _), answer in zip(boxed, answers, strict=True):
            pose = _pose(figure, answer, unknown, width, height)
            if pose is not None:
                poses.append(pose)
    if strange and len(strange) == len(skeletons):
        raise UnsupportedPrompt(_knows_none(backend.info.name, strange[0]))
    order = {figure.source: place for place, figure in enumerate(work.figures)}
    poses.sort(key=lambda pose: order[pose.source])
    spent = Spent(grid=time.perf_counter() - began)
    return Found((), Counts(asked, len(poses), len(poses), len(poses)), spent, tuple(poses))


def _ask(
    backend: PoseBackend,
    image: Image,
    boxes: Sequence[BoxPrompt],
    joints: tuple[str, ...],
    phase: Callable[[Literal["encode", "grid"]], None],
) -> Iterator[KeypointCandidate]:
    for start in range(0, len(boxes), BATCH):
        phase("grid")
        some = boxes[start : start + BATCH]
        answers = backend.predict(image, some, joints)
        if len(answers) != len(some) or any(len(each.keypoints) != len(joints) for each in answers):
            raise ValueError(f"'{backend.info.name}' must answer each box with {len(joints)} joints")
        yield from answers


def _pose(
    figure: Figure, answer: KeypointCandidate, unknown: tuple[str, ...], width: int, height: int
) -> AutoPose | None:
    room = BEYOND * max(figure.box[2], figure.box[3])
    keypoints: list[tuple[float, float, int]] = []
    scores: list[float] = []
    for x, y, sure in answer.keypoints:
        inside = -room <= x <= width + room and -room <= y <= height + room
        if sure > 0 and inside and math.isfinite(x) and math.isfinite(y):
            keypoints.append((min(max(x, 0.0), float(width)), min(max(y, 0.0), float(height)), 2))
            scores.append(min(sure, 1.0))
        else:
            keypoints.append((0.0, 0.0, 0))
            scores.append(0.0)
    found = [score for score, (_, _, v) in zip(scores, keypoints, strict=True) if v]
    if not found:
        return None
    return AutoPose(figure.source, tuple(keypoints), tuple(scores), sum(found) / len(found), unknown)


def _knows_none(backend: str, joints: Sequence[str]) -> str:
    named = ", ".join(joints[:_NAMED]) + (", ..." if len(joints) > _NAMED else "")
    return (
        f"The backend '{backend}' knows no joint of this skeleton ({named}). Choose another backend, or name the "
        "joints as it does."
    )
