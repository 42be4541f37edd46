from __future__ import annotations

import numpy as np
import pytest

from engine.measure.swapped import changed_over, nearer_swapped, swapped_pairs
from engine.records import SkeletonRecord
from models.joint_names import links_in, mirror_of

NAMES = (
    "nose", "left_eye", "right_eye", "left_ear", "right_ear", "left_shoulder", "right_shoulder", "left_elbow",
    "right_elbow", "left_wrist", "right_wrist", "left_hip", "right_hip", "left_knee", "right_knee", "left_ankle",
    "right_ankle",
)  # fmt: skip
PAIRS = tuple((at, other) for at, other in enumerate(mirror_of(NAMES)) if at < other)
SKELETON = SkeletonRecord(1, "person", NAMES, (*links_in(NAMES), (5, 6)), PAIRS, ())
FACING = (
    (50, 20, 2), (53, 17, 2), (47, 17, 2), (57, 19, 2), (43, 19, 2), (66, 40, 2), (34, 40, 2), (85, 55, 2),
    (15, 55, 2), (100, 70, 2), (0, 70, 2), (60, 80, 2), (40, 80, 2), (75, 110, 2), (25, 110, 2), (80, 145, 2),
    (20, 145, 2),
)  # fmt: skip
AWAY = tuple((100 - x, y, 0 if at < 3 else v) for at, (x, y, v) in enumerate(FACING))


def places(*names):
    return tuple(pair for pair in PAIRS if any(name in NAMES[pair[0]] for name in names))


def turned(pose, angle, scale=3.0):
    turn = scale * np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    return tuple((*(turn @ (x, y) + 400).tolist(), v) for x, y, v in pose)


@pytest.mark.parametrize("pose", [FACING, AWAY])
@pytest.mark.parametrize("angle", [0.0, 1.2, 3.1])
def test_plausible_poses_are_left_alone(pose, angle):
    assert swapped_pairs(turned(pose, angle), SKELETON) == ()


@pytest.mark.parametrize("angle", [0.0, -1.9])
@pytest.mark.parametrize("what", [("wrist",), ("knee",), ("elbow", "wrist"), ("ankle",)])
def test_limbs_changed_over_are_named(what, angle):
    wrong = places(*what)
    assert swapped_pairs(turned(changed_over(FACING, wrong), angle), SKELETON) == wrong


def test_hips_that_face_the_other_way_than_shoulders_are_named_with_their_legs():
    wrong = places("hip", "knee", "ankle")
    assert swapped_pairs(changed_over(FACING, wrong), SKELETON) == wrong


def test_a_face_on_a_body_that_faces_away_is_changed_over_as_a_whole():
    assert swapped_pairs(changed_over(FACING, PAIRS), SKELETON) == PAIRS
    unseen = tuple((x, y, 1 if at == 0 else v) for at, (x, y, v) in enumerate(FACING))
    assert swapped_pairs(changed_over(unseen, PAIRS), SKELETON) == ()


def test_joints_that_are_not_labelled_tell_nothing():
    empty = ((0.0, 0.0, 0),) * len(NAMES)
    assert swapped_pairs(empty, SKELETON) == ()
    few = tuple(joint if at in (0, 9, 10) else (0, 0, 0) for at, joint in enumerate(FACING))
    assert swapped_pairs(changed_over(few, places("wrist")), SKELETON) == ()
    assert swapped_pairs(FACING, SkeletonRecord(1, "x", NAMES, (), (), ())) == ()


def test_changing_over_twice_changes_nothing():
    assert changed_over(changed_over(FACING, PAIRS), PAIRS) == FACING


def test_a_backend_s_answer_tells():
    answer = [(x + 2, y - 3, 0.9) for x, y, _ in FACING]
    assert not nearer_swapped(FACING, answer, PAIRS)
    assert nearer_swapped(changed_over(FACING, PAIRS), answer, PAIRS)
    unsure = [(x, y, 0.1) for x, y, _ in answer]
    assert not nearer_swapped(changed_over(FACING, PAIRS), unsure, PAIRS)


def test_large_skeletons_are_looked_at_pair_by_pair():
    names = tuple(f"{side}_{number}" for number in range(12) for side in ("left", "right"))
    edges = tuple((at, at + 2) for at in range(22))
    pairs = tuple((at, at + 1) for at in range(0, 24, 2))
    skeleton = SkeletonRecord(1, "legs", names, edges, pairs, ())
    pose = tuple((100.0 * (at % 2), 10.0 * (at // 2), 2) for at in range(24))
    assert swapped_pairs(pose, skeleton) == ()
    assert swapped_pairs(changed_over(pose, (pairs[5],)), skeleton) == (pairs[5],)
