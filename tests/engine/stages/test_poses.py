"""Poses from boxes, asked of backends with known answers."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from engine.errors import InvalidOp
from engine.records import Box
from engine.stages.poses import BATCH, Figure, PoseParams, PoseWork, answer_poses
from models import registry
from models.api import BackendInfo, BoxPrompt, Image, KeypointCandidate, PoseBackend
from models.errors import UnsupportedPrompt

IMAGE = np.zeros((40, 60, 3), dtype=np.uint8)
BOX = (10.0, 10.0, 20.0, 20.0)


class Knows:
    """Places the joints it knows, each with a confidence of its own, at the given points of the box."""

    def __init__(self, **joints: tuple[float, float, float]) -> None:
        self.info = BackendInfo("knows", "pose", "cpu")
        self.joints = joints
        self.asked: list[int] = []

    def close(self) -> None: ...

    def predict(self, image: Image, boxes: Sequence[BoxPrompt], joints: Sequence[str]) -> list[KeypointCandidate]:
        self.asked.append(len(boxes))
        return [KeypointCandidate(tuple(self._place(box, name) for name in joints), 0.5, box) for box in boxes]

    def _place(self, box: BoxPrompt, name: str) -> tuple[float, float, float]:
        x, y, sure = self.joints.get(name, (0.5, 0.5, 0.0))
        return box.x0 + x * (box.x1 - box.x0), box.y0 + y * (box.y1 - box.y0), sure


def work(*figures: tuple[Box, tuple[str, ...]]) -> PoseWork:
    return PoseWork(PoseParams(), tuple(Figure(7 + at, *each) for at, each in enumerate(figures)))


def test_the_fake_backend_puts_joints_along_the_diagonal() -> None:
    backend = registry.load("fake-pose")
    assert isinstance(backend, PoseBackend)
    found = answer_poses(backend, IMAGE, work((BOX, ("a", "b")), ((0.0, 0.0, 8.0, 4.0), ("a",))))
    first, second = found.poses
    assert (first.source, first.keypoints) == (7, ((15.0, 15.0, 2), (25.0, 25.0, 2)))
    assert first.scores == (0.9, 0.9) and first.score == pytest.approx(0.9)
    assert (second.source, second.keypoints) == (8, ((4.0, 2.0, 2),))
    assert (found.counts.asked, found.counts.new, found.masks) == (2, 2, ())


def test_joints_that_nobody_knows_are_not_labelled_and_named() -> None:
    backend = Knows(head=(0.5, 0.0, 0.8), foot=(0.5, 1.0, 0.6))
    found = answer_poses(backend, IMAGE, work((BOX, ("foot", "tail", "head")), (BOX, ("tail",))))
    (pose,) = found.poses
    assert pose.keypoints == ((20.0, 30.0, 2), (0.0, 0.0, 0), (20.0, 10.0, 2))
    assert pose.scores == (0.6, 0.0, 0.8) and pose.score == pytest.approx(0.7) and pose.unknown == ("tail",)
    assert found.account()["unknown joint tail"] == 1


def test_a_backend_that_knows_no_joint_at_all_is_named_with_them() -> None:
    with pytest.raises(UnsupportedPrompt, match=r"'knows' knows no joint of this skeleton \(wing, tail\)"):
        answer_poses(Knows(), IMAGE, work((BOX, ("wing", "tail"))))


def test_joints_off_the_image_come_to_its_edge_or_are_left_out() -> None:
    backend = Knows(near=(-0.54, 0.5, 0.8), far=(-0.56, 0.5, 0.9))
    (pose,) = answer_poses(backend, IMAGE, work((BOX, ("near", "far")))).poses
    assert pose.keypoints == ((0.0, 20.0, 2), (0.0, 0.0, 0))
    assert pose.scores == (0.8, 0.0) and pose.unknown == ()


def test_boxes_off_the_image_are_not_asked_and_the_order_stays() -> None:
    backend = Knows(head=(0.5, 0.5, 0.8), paw=(0.5, 0.5, 0.8))
    figures = [(BOX, ("head",)), ((70.0, 0.0, 9.0, 9.0), ("head",)), (BOX, ("paw",)), (BOX, ("head",))]
    found = answer_poses(backend, IMAGE, work(*figures))
    assert [pose.source for pose in found.poses] == [7, 9, 10]
    assert backend.asked == [2, 1] and found.counts.asked == 3


def test_many_people_are_asked_in_batches_with_a_limit_each() -> None:
    backend = Knows(head=(0.5, 0.5, 0.8))
    phases: list[str] = []
    answer_poses(backend, IMAGE, work(*[(BOX, ("head",))] * (BATCH + 3)), phase=phases.append)
    assert backend.asked == [BATCH, 3] and phases == ["grid", "grid"]


def test_constants_survive_a_job_and_strange_ones_are_refused() -> None:
    params = PoseParams((3, 5))
    assert PoseParams.from_json(params.to_json()) == params
    for strange in ({}, {"label_ids": 3}, {"label_ids": ["a"]}, {"label_ids": [], "more": 1}):
        with pytest.raises(InvalidOp, match="label_ids"):
            PoseParams.from_json(strange)
