from __future__ import annotations

import pytest
from PySide6.QtCore import Qt

from annotator.canvas.scene_data import InstanceView
from annotator.intents import JointMoved, JointPlaced, JointToggled
from engine.records import State


@pytest.fixture
def posed(hand):
    joints = ((50.0, 40.0, 2), (50.0, 80.0, 1), (0.0, 0.0, 0))
    hand.view.set_instances([InstanceView(3, 0.0, None, None, joints, None, (9, 200, 90), "", State.ACCEPTED)])
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


@pytest.mark.parametrize("keys", [{"alt": True}, {"shift": True}], ids=str)
def test_a_click_with_alt_or_shift_changes_its_visibility(posed, keys) -> None:
    posed.click(50, 40, **keys)
    assert posed.intents == [JointToggled(3, 0)]


def test_an_unlabelled_joint_cannot_be_grabbed(posed) -> None:
    posed.click(1, 1)
    assert posed.intents == [JointPlaced(1, 1, True)]
