from __future__ import annotations

import pytest
from PySide6.QtCore import Qt

from annotator.canvas.scene_data import DraftView, InstanceView
from annotator.intents import DRAFT, JointChosen, JointMoved, JointPlaced, JointToggled, PoseBoxDrawn, PoseEdited
from engine.records import SkeletonRecord, State

STICK = SkeletonRecord(1, "stick", ("a", "b", "c"), ((0, 1),), (), ())


@pytest.fixture
def posed(hand):
    joints = ((50.0, 40.0, 2), (50.0, 80.0, 1), (0.0, 0.0, 0))
    hand.view.set_instances([InstanceView(3, 0.0, None, None, joints, STICK, (9, 200, 90), "", State.ACCEPTED)])
    three = ((40.0, 40.0, 2), (80.0, 80.0, 2), (60.0, 60.0, 1))
    hand.trio = InstanceView(3, 0.0, None, None, three, STICK, (9, 200, 90), "", State.ACCEPTED)
    hand.view.set_tool("keypoints")
    return hand


def test_a_click_places_the_next_joint_right_or_shift_hidden(posed) -> None:
    posed.click(100, 90)
    posed.click(110, 90, Qt.MouseButton.RightButton)
    posed.click(120, 90, shift=True)
    assert posed.intents == [JointPlaced(100, 90, True), JointPlaced(110, 90, False), JointPlaced(120, 90, False)]


def test_a_drag_moves_a_stored_joint(posed) -> None:
    posed.drag((50, 80), (60, 85), (70, 90))
    assert posed.intents == [JointMoved(3, 1, 70, 90)]


def test_a_click_on_a_joint_chooses_it_and_a_right_click_turns_it(posed) -> None:
    posed.click(50, 80)
    posed.click(51, 41, Qt.MouseButton.RightButton)
    assert posed.intents == [JointChosen(3, 1), JointToggled(3, 0)]


def test_a_dragged_box_asks_for_a_whole_skeleton_and_a_tiny_one_is_a_click(posed) -> None:
    posed.drag((100, 20), (120, 60), (150, 140))
    posed.drag((100, 20), (103, 21), (104, 22))
    assert posed.intents == [PoseBoxDrawn(100, 20, 150, 140), JointPlaced(100, 20, True)]


def test_the_selected_pose_is_moved_by_a_bone_and_stays_in_the_image(posed) -> None:
    posed.view.set_selection({3})
    posed.drag((50, 60), (60, 65), (70, 70))
    posed.drag((50, 60), (20, 60), (-10, 60))
    moved, cut = posed.intents
    assert moved == PoseEdited(3, ((70.0, 50.0, 2), (70.0, 90.0, 1), (0.0, 0.0, 0)), scaled=False)
    assert cut.keypoints[0] == (0.0, 40.0, 2)


def test_the_frame_stretches_the_pose(posed) -> None:
    posed.view.set_instances([posed.trio])
    posed.view.set_selection({3})
    # The frame stands 16 screen pixels off the joints: 8 image pixels at 200 %.
    posed.drag((88, 88), (96, 100), (108, 128))
    (edited,) = posed.intents
    assert edited == PoseEdited(3, ((40.0, 40.0, 2), (100.0, 120.0, 2), (70.0, 80.0, 1)), scaled=True)


def test_esc_puts_a_dragged_pose_back(posed) -> None:
    posed.view.set_selection({3})
    posed.press(50, 60)
    posed.move(70, 80)
    assert posed.view._scene.pose_of(3)[0] != (50.0, 40.0, 2)
    assert posed.view.gesture_key("escape")
    posed.release(70, 80)
    assert posed.view._scene.pose_of(3)[0] == (50.0, 40.0, 2)
    assert posed.intents == []


def test_joints_of_the_draft_come_first(posed) -> None:
    posed.view.set_draft(DraftView(keypoints=((50.0, 41.0, 2), (0.0, 0.0, 0)), skeleton=STICK))
    posed.drag((50, 41), (60, 50), (90, 60))
    posed.click(50, 41, Qt.MouseButton.RightButton)
    assert posed.intents == [JointMoved(DRAFT, 0, 90, 60), JointToggled(DRAFT, 0)]


@pytest.mark.parametrize("keys", [{"alt": True}, {"shift": True}], ids=str)
def test_a_click_with_alt_or_shift_changes_its_visibility(posed, keys) -> None:
    posed.click(50, 40, **keys)
    assert posed.intents == [JointToggled(3, 0)]


def test_an_unlabelled_joint_cannot_be_grabbed(posed) -> None:
    posed.click(1, 1)
    assert posed.intents == [JointPlaced(1, 1, True)]
