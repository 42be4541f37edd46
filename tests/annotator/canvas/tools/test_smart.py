from __future__ import annotations

import pytest
from PySide6.QtCore import Qt

from annotator.intents import BoxAdded, HoverMoved, PointAdded

RIGHT = Qt.MouseButton.RightButton


def test_left_includes_and_right_excludes(hand) -> None:
    hand.click(40, 50)
    hand.click(70, 60, RIGHT)
    assert hand.intents == [PointAdded(40, 50, True), PointAdded(70, 60, False)]


def test_two_quick_clicks_are_two_points(hand) -> None:
    hand.click(40, 50)
    hand.double(42, 50)
    hand.release(42, 50)
    assert hand.intents == [PointAdded(40, 50, True), PointAdded(42, 50, True)]


def test_a_trembling_click_is_a_point_and_a_drag_a_box(hand) -> None:
    hand.drag((40, 50), (41, 51))
    hand.drag((90, 80), (60, 70), (40, 30))
    assert hand.intents == [PointAdded(40, 50, True), BoxAdded(40, 30, 90, 80)]


def test_a_box_is_cut_to_the_image_and_escape_drops_it(hand) -> None:
    hand.view.zoom_by(0.5)
    hand.drag((150, 100), (180, 130), (230, 190))
    assert hand.intents == [BoxAdded(150, 100, 200, 160)]
    hand.press(50, 50)
    hand.move(90, 90)
    assert hand.view.gesture_key("escape")
    hand.release(90, 90)
    assert len(hand.intents) == 1


def test_clicks_outside_the_image_mean_nothing(hand) -> None:
    hand.view.zoom_by(0.5)
    hand.click(-5, 20)
    assert hand.intents == []


def test_the_hover_preview_is_asked_for_only_when_wanted(hand) -> None:
    hand.move(40, 50)
    assert hand.intents == []
    hand.view.set_tool("smart", hover_preview=True)
    hand.move(60, 50)
    assert hand.intents == [HoverMoved(pytest.approx(60), pytest.approx(50))]
