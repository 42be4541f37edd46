from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from engine.errors import InvalidOp
from engine.ops.combine import MergeInstances
from engine.ops.instances import AddInstance
from engine.ops.joints import CopyPoses, PlaceJoints, SwapSides
from engine.ops.labels import AddLabel
from engine.ops.reviews import SetLocked
from engine.ops.shapes import PaintStroke
from engine.ops.skeletons import AddSkeleton
from engine.records import State
from models import masks

POSE = ((1.0, 2.0, 2), (3.0, 4.0, 1), (9.0, 8.0, 2))
MASK = masks.encode(np.pad(np.ones((4, 4), dtype=np.bool_), ((2, 4), (2, 14))))


@pytest.fixture
def person(desk: Any) -> Any:
    made = desk.workspace.execute(AddSkeleton("stick", ("nose", "left_eye", "right_eye"), (), ((1, 2),))).value
    desk.label = desk.workspace.execute(AddLabel("man", skeleton_id=made.id)).value.id
    desk.pose = desk.workspace.execute(AddInstance(desk.images[0], keypoints=POSE, label_id=desk.label)).value.id
    return desk


def get(desk: Any, instance_id: int) -> Any:
    with desk.workspace.read() as read:
        return read.instances.get(instance_id)


def test_two_quick_moves_do_not_overwrite_each_other(person: Any) -> None:
    before = person.dump()
    person.workspace.execute(PlaceJoints(person.pose, ((0, 5.0, 6.0, 2),)))
    person.workspace.execute(PlaceJoints(person.pose, ((2, 7.0, 7.0, 1),)))
    found = get(person, person.pose)
    assert found.keypoints == ((5.0, 6.0, 2), (3.0, 4.0, 1), (7.0, 7.0, 1))
    assert found.bbox == (3.0, 4.0, 4.0, 3.0)
    person.workspace.undo(person.images[0])
    person.workspace.undo(person.images[0])
    assert person.dump() == before


def test_sides_are_swapped_by_the_flip_pairs(person: Any) -> None:
    person.workspace.execute(SwapSides((person.pose,)))
    assert get(person, person.pose).keypoints == (POSE[0], POSE[2], POSE[1])


@pytest.mark.parametrize(
    ("joints", "words"),
    [
        (((0, 25.0, 5.0, 2),), "outside the image"),
        (((0, 5.0, -0.5, 1),), "outside the image"),
        (((0, float("nan"), 5.0, 2),), "outside the image"),
        (((3, 5.0, 5.0, 2),), "no such joint"),
        (((-1, 5.0, 5.0, 2),), "no such joint"),
        (((0, 5.0, 5.0, 3),), "visibility"),
    ],
)
def test_what_makes_no_sense_is_refused(person: Any, joints: Any, words: str) -> None:
    before = person.dump(story=True)
    with pytest.raises(InvalidOp, match=words):
        person.workspace.execute(PlaceJoints(person.pose, joints))
    assert person.dump(story=True) == before


def test_locked_bare_and_unpaired_poses_are_refused(person: Any) -> None:
    mask = person.add()
    bare = person.workspace.execute(AddInstance(person.images[0], keypoints=POSE, label_id=person.cat)).value.id
    person.workspace.execute(SetLocked((person.pose,), True))
    for op, words in (
        (PlaceJoints(person.pose, ((0, 1.0, 1.0, 2),)), "locked"),
        (PlaceJoints(mask, ((0, 1.0, 1.0, 2),)), "no pose"),
        (SwapSides((bare,)), "no flip pairs"),
        (SwapSides((mask,)), "no pose"),
    ):
        with pytest.raises(InvalidOp, match=words):
            person.workspace.execute(op)


def test_poses_are_copied_to_the_next_image_and_cut_to_it(person: Any) -> None:
    proposed = AddInstance(person.images[0], keypoints=POSE, label_id=person.label, state=State.PROPOSED)
    person.workspace.execute(proposed)
    (made,) = person.workspace.execute(CopyPoses(person.images[0], person.images[2], person.label)).value
    found = get(person, made)
    assert found.keypoints == (POSE[0], POSE[1], (8.0, 8.0, 2))
    assert (found.state, found.provenance.tool, found.provenance.clicks) == (State.ACCEPTED, "copied pose", 0)
    with pytest.raises(InvalidOp, match="no accepted pose of cat"):
        person.workspace.execute(CopyPoses(person.images[0], person.images[1], person.cat))


def test_a_copied_pose_is_stretched_into_the_box_it_is_for(person: Any) -> None:
    box = AddInstance(person.images[1], box=(10.0, 4.0, 4.0, 3.0), label_id=person.label)
    target = person.workspace.execute(box).value.id
    person.workspace.execute(CopyPoses(person.images[0], person.images[1], person.label, onto=target))
    found = get(person, target)
    (x0, y0, _), _, (x1, y1, _) = found.keypoints
    assert (x0, y0, x1, y1) == pytest.approx((10.16, 4.12, 13.84, 6.88))
    assert found.bbox == (10.0, 4.0, 4.0, 3.0)
    # The object's own box stays where it is when a joint is moved.
    person.workspace.execute(PlaceJoints(target, ((0, 1.0, 1.0, 2),)))
    assert get(person, target).bbox == (10.0, 4.0, 4.0, 3.0)
    person.workspace.undo(person.images[1])
    person.workspace.execute(AddInstance(person.images[0], keypoints=POSE, label_id=person.label))
    with pytest.raises(InvalidOp, match="has 2 poses"):
        person.workspace.execute(CopyPoses(person.images[0], person.images[1], person.label, onto=target))


def test_mask_box_and_pose_become_one_instance_and_each_edit_keeps_the_others(person: Any) -> None:
    mask = person.workspace.execute(AddInstance(person.images[0], mask=MASK, label_id=person.label)).value.id
    person.workspace.execute(MergeInstances((mask, person.pose)))
    joined = get(person, mask)
    assert (joined.mask, joined.keypoints, joined.bbox) == (MASK, POSE, (2.0, 2.0, 4.0, 4.0))
    person.workspace.execute(PlaceJoints(mask, ((0, 5.0, 5.0, 2),)))
    person.workspace.execute(PaintStroke(person.images[0], ((12.0, 5.0),), 1.5, instance_id=mask))
    both = get(person, mask)
    assert both.keypoints[0] == (5.0, 5.0, 2)
    assert both.mask != MASK and both.bbox != (2.0, 2.0, 4.0, 4.0)
    other = person.workspace.execute(AddInstance(person.images[0], keypoints=POSE, label_id=person.label)).value.id
    with pytest.raises(InvalidOp, match="have poses"):
        person.workspace.execute(MergeInstances((mask, other)))


def test_a_box_takes_a_pose_and_a_pose_its_first_mask(person: Any) -> None:
    box = AddInstance(person.images[0], box=(0.0, 0.0, 12.0, 9.0), label_id=person.label)
    target = person.workspace.execute(box).value.id
    person.workspace.execute(MergeInstances((person.pose, target)))
    joined = get(person, person.pose)
    assert (joined.bbox, joined.keypoints) == ((0.0, 0.0, 12.0, 9.0), POSE)
    person.workspace.execute(PaintStroke(person.images[0], ((5.0, 5.0),), 1.5, instance_id=person.pose))
    painted = get(person, person.pose)
    assert painted.mask is not None and painted.keypoints == POSE
