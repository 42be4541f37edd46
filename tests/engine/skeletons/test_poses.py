from __future__ import annotations

import math

from hypothesis import given
from hypothesis import strategies as st

from engine.skeletons import poses
from engine.skeletons.templates import COCO_17

SIZE = (100.0, 80.0)
INSIDE = st.tuples(st.floats(0, 100), st.floats(0, 80), st.integers(0, 2))
POSES = st.lists(INSIDE, min_size=1, max_size=5).map(tuple)
SHIFT = st.floats(-200, 200)


@given(POSES, SHIFT, SHIFT)
def test_a_moved_pose_keeps_its_shape_and_stays_inside(pose, dx: float, dy: float) -> None:
    moved = poses.moved(pose, dx, dy, SIZE)
    seen = [(a, b) for a, b in zip(pose, moved, strict=True) if a[2]]
    assert all(-1e-9 <= x <= 100 + 1e-9 and -1e-9 <= y <= 80 + 1e-9 for _, (x, y, _) in seen)
    shifts = {(round(b[0] - a[0], 6), round(b[1] - a[1], 6)) for a, b in seen}
    assert len(shifts) <= 1
    assert [v for _, _, v in moved] == [v for _, _, v in pose]
    assert all(a == b for a, b in zip(pose, moved, strict=True) if not a[2])


@given(POSES)
def test_swapping_twice_changes_nothing(pose) -> None:
    pairs = ((0, 1), (2, 9))
    assert poses.swapped(poses.swapped(pose, pairs), pairs) == pose


def test_a_stretched_pose_follows_its_box() -> None:
    pose = ((10.0, 10.0, 2), (20.0, 30.0, 1), (0.0, 0.0, 0))
    assert poses.scaled(pose, (10, 10, 20, 30), (0, 0, 50, 40), SIZE) == ((0.0, 0.0, 2), (50.0, 40.0, 1), (0.0, 0.0, 0))
    flat = ((10.0, 10.0, 2), (10.0, 30.0, 2))
    assert poses.scaled(flat, (10, 10, 10, 30), (20, 10, 40, 30), SIZE) == ((30.0, 10.0, 2), (30.0, 30.0, 2))
    assert poses.scaled(pose, (10, 10, 20, 30), (0, 0, 500, 40), SIZE)[1][0] == 100.0


def test_a_whole_skeleton_fills_a_box() -> None:
    pose = poses.laid(COCO_17.joints, (20, 10, 60, 70))
    assert poses.extent(pose) == (20, 10, 60, 70)
    assert all(v == 2 for _, _, v in pose)
    assert pose[0][1] < pose[15][1]
    assert poses.laid(("only",), (20, 10, 60, 70)) == ((40.0, 40.0, 2),)


def test_unknown_joints_rest_apart() -> None:
    places = poses.rest_places([f"j{number}" for number in range(9)])
    assert min(math.dist(a, b) for a in places for b in places if a is not b) > 0.2
    assert math.dist(poses.free_place([(0.0, 0.0)]), (1.0, 1.0)) == 0


def test_the_least_certain_joint_comes_first() -> None:
    pose = ((1.0, 1.0, 2), (2.0, 2.0, 2), (0.0, 0.0, 0), (3.0, 3.0, 1))
    assert poses.by_doubt(pose, (0.9, 0.2, 0.8, 0.4)) == (2, 1, 3, 0)
    assert poses.by_doubt(pose, ()) == (2, 0, 1, 3)
