"""Poses in the real window: placed, corrected by mouse and keys, copied, and taken along when the skeleton changes."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt

from engine.ops.instances import AddInstance, DeleteInstances
from engine.ops.labels import AddLabel
from engine.ops.skeletons import AddSkeleton, EditSkeleton
from engine.records import Keypoints, State
from engine.simulate.posing import correcting
from engine.workspace import Workspace

JOINTS = ("head", "left_hand", "right_hand")
POSE = ((100.0, 60.0, 2), (60.0, 120.0, 2), (140.0, 120.0, 2))
SHIFT = Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def posed(open_window, project: Path) -> Iterator[object]:
    """A figure on the first image, selected, with the keypoint tool in hand."""
    with Workspace.open(project, author="ann") as workspace:
        skeleton = workspace.execute(AddSkeleton("arms", JOINTS, ((0, 1), (0, 2)), ((1, 2),))).value
        label = workspace.execute(AddLabel("figure", skeleton_id=skeleton.id)).value
        stored = workspace.execute(AddInstance(1, keypoints=POSE, label_id=label.id)).value
    driver = open_window()
    driver.skeleton, driver.label = skeleton, label
    driver.wait(lambda: stored.id in driver.desk.editing.instances)
    driver.desk.editing.select((stored.id,))
    driver.do("tool.keypoints")
    driver.pose = stored.id
    return driver


def joints(driver) -> Keypoints:
    return next(each.keypoints for each in driver.stored() if each.id == driver.pose)


def test_tab_and_a_click_correct_a_joint_and_each_gesture_is_one_step(posed) -> None:
    posed.key(Qt.Key.Key_Tab)
    assert posed.canvas.figure.figure.title == "head"
    assert posed.canvas._scene.tag.text == ""
    posed.key(Qt.Key.Key_Tab)
    posed.click(70, 130)
    posed.key(Qt.Key.Key_Tab)
    posed.click(150, 130, Qt.MouseButton.RightButton)
    posed.settle()
    head, left, right = joints(posed)
    assert head == POSE[0]
    assert abs(left[0] - 70) < 1 and left[2] == 2
    assert abs(right[0] - 150) < 1 and right[2] == 1
    posed.do("edit.undo")
    posed.wait(lambda: posed.desk.editing.instances[posed.pose].keypoints[2] == POSE[2])
    posed.do("edit.undo")
    posed.wait(lambda: posed.desk.editing.instances[posed.pose].keypoints == POSE)


def test_arrows_nudge_and_a_burst_is_one_step(posed) -> None:
    posed.do("joint.uncertain")
    for _ in range(3):
        posed.key(Qt.Key.Key_Right)
    posed.key(Qt.Key.Key_Down, SHIFT)
    assert posed.canvas._scene.pose_of(posed.pose)[0] == (103.0, 70.0, 2)
    posed.wait(lambda: posed.desk.editing.instances[posed.pose].keypoints[0] == (103.0, 70.0, 2))
    assert joints(posed)[0] == (103.0, 70.0, 2)
    posed.key(Qt.Key.Key_Left)
    posed.do("edit.undo")
    posed.settle()
    assert joints(posed)[0] == (103.0, 70.0, 2)
    posed.do("edit.undo")
    posed.wait(lambda: posed.desk.editing.instances[posed.pose].keypoints == POSE)


def test_visibility_by_key_and_a_joint_is_taken_away_and_placed_again(posed) -> None:
    posed.key(Qt.Key.Key_Tab)
    posed.do("joint.turn")
    posed.settle()
    assert joints(posed)[0][2] == 1
    posed.key(Qt.Key.Key_Backspace)
    posed.settle()
    assert joints(posed)[0][2] == 0
    assert posed.canvas._scene.tag.text == "head"
    posed.key(Qt.Key.Key_Escape)
    posed.do("joint.uncertain")
    assert posed.desk.editing.selection == (posed.pose,)
    posed.click(110, 50)
    posed.settle()
    assert abs(joints(posed)[0][0] - 110) < 1
    assert joints(posed)[0][2] == 2


def test_sides_swapped_and_the_whole_pose_moved(posed) -> None:
    posed.do("pose.swap")
    posed.wait(lambda: posed.desk.editing.instances[posed.pose].keypoints[1] == POSE[2])
    posed.drag((80, 90), (90, 95), (100, 110))
    posed.settle()
    moved = joints(posed)
    shifts = {(round(b[0] - a[0]), round(b[1] - a[1])) for a, b in zip((POSE[0], POSE[2], POSE[1]), moved, strict=True)}
    assert shifts == {(20, 20)}


def test_a_dragged_box_holds_a_whole_skeleton(posed) -> None:
    posed.key(Qt.Key.Key_Escape)
    posed.drag((200, 40), (240, 100), (300, 200))
    posed.wait(lambda: len(posed.desk.editing.instances) == 2)
    made = next(each for each in posed.stored() if each.id != posed.pose)
    assert made.provenance.tool == "skeleton box"
    assert all(v == 2 for _, _, v in made.keypoints)
    assert abs(made.bbox[0] - 200) < 1 and abs(made.bbox[3] - 160) < 2
    posed.wait(lambda: posed.desk.editing.selection == (made.id,))


def test_an_object_gets_a_pose_in_its_box_and_keeps_the_box(posed) -> None:
    box = AddInstance(1, box=(200.0, 40.0, 100.0, 150.0), label_id=posed.label.id)
    posed.desk.store.execute(box)
    posed.wait(lambda: len(posed.desk.editing.instances) == 2)
    posed.settle()
    (made,) = set(posed.desk.editing.instances) - {posed.pose}
    posed.desk.editing.select((made,))
    posed.do("pose.fill")
    posed.wait(lambda: posed.desk.editing.instances[made].keypoints)
    posed.key(Qt.Key.Key_Tab)
    posed.click(150, 200)
    posed.settle()
    stored = next(each for each in posed.stored() if each.id == made)
    assert stored.bbox == (200.0, 40.0, 100.0, 150.0)
    assert abs(stored.keypoints[0][0] - 150) < 1


def test_the_pose_of_the_image_before_is_copied(posed) -> None:
    posed.do("pose.copy")
    posed.settle()
    assert any("first image" in text for text in posed.messages)
    posed.do("go.next")
    posed.wait(lambda: posed.desk.editing.image.id == 2)
    posed.settle()
    assert not posed.desk.editing.instances
    posed.do("pose.copy")
    posed.wait(lambda: posed.desk.editing.selection)
    (copied,) = [each for each in posed.stored() if each.image_id == 2]
    assert copied.keypoints == POSE
    assert posed.desk.editing.selection == (copied.id,)


def test_what_the_simulated_person_does_makes_the_pose_true(posed) -> None:
    """The steps counted by ``maskwright bench pose``, done in the real window, give the pose that was wanted."""
    proposed = ((150.0, 30.0, 2), (142.0, 121.0, 2), (60.0, 118.0, 2))
    posed.desk.store.execute(DeleteInstances((posed.pose,)))
    add = AddInstance(1, keypoints=proposed, label_id=posed.label.id, state=State.PROPOSED)
    posed.desk.store.execute(add)
    posed.wait(lambda: [each.state for each in posed.desk.editing.instances.values()] == [State.PROPOSED])
    (posed.pose,) = posed.desk.editing.instances
    posed.do("tool.select")
    steps = correcting(proposed, (), POSE, ((1, 2),), 6.0)
    assert [step.key or step.kind for step in steps] == ["Tab", "K", "Shift+F", "U", "click", "Y"]
    named = {
        "Tab": "instance.next",
        "K": "tool.keypoints",
        "U": "joint.uncertain",
        "Shift+F": "pose.swap",
        "Y": "instance.accept",
    }
    for step in steps:
        if step.key in named:
            posed.do(named[step.key])
        else:
            posed.click(*step.at)
        posed.settle()
    (stored,) = posed.stored()
    assert stored.state is State.ACCEPTED
    for (x, y, v), (tx, ty, tv) in zip(stored.keypoints, POSE, strict=True):
        assert math.dist((x, y), (tx, ty)) < 6
        assert v == tv


def test_a_skeleton_changed_elsewhere_drops_the_joints_placed_so_far_with_words(posed) -> None:
    posed.key(Qt.Key.Key_Escape)
    posed.click(200, 100)
    assert posed.desk.posing.active
    edit = EditSkeleton(posed.skeleton.id, "arms", ("head", "left_hand"), (0, 1), ((0, 1),))
    posed.desk.store.execute(edit)
    posed.wait(lambda: not posed.desk.posing.active)
    assert any("joints placed were dropped" in text for text in posed.messages)
    posed.wait(lambda: len(posed.desk.editing.instances[posed.pose].keypoints) == 2)
    posed.wait(lambda: posed.canvas._scene.instances[posed.pose].skeleton.joints == edit.joints)
    posed.do("edit.undo")
    posed.wait(lambda: posed.desk.editing.instances[posed.pose].keypoints == POSE)


def test_a_deleted_label_leaves_the_pose(posed) -> None:
    posed.window.labels.delete_asked.emit(posed.label.id)
    posed.wait(lambda: posed.desk.editing.instances[posed.pose].label_id is None)
    posed.key(Qt.Key.Key_Tab)
    posed.key(Qt.Key.Key_Right)
    posed.wait(lambda: posed.desk.editing.instances[posed.pose].keypoints[0] == (101.0, 60.0, 2))
    assert joints(posed)[1:] == POSE[1:]


def test_a_locked_pose_is_put_back_with_words(posed) -> None:
    posed.do("instance.lock")
    posed.wait(lambda: posed.desk.editing.instances[posed.pose].locked)
    posed.key(Qt.Key.Key_Tab)
    posed.click(200, 200)
    posed.wait(lambda: any("locked" in text for text in posed.messages))
    posed.wait(lambda: posed.desk.editing.instances[posed.pose].keypoints == POSE)
    assert joints(posed) == POSE
