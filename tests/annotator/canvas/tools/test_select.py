from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt

from annotator.canvas.scene_data import InstanceView
from annotator.intents import AreaPicked, BoxEdited, JointMoved, MenuAsked, Opened, Picked, RingEdited
from engine.records import State

SQUARE = {(40.0, 40.0), (80.0, 40.0), (80.0, 80.0), (40.0, 80.0)}


@pytest.fixture
def chosen(hand, rectangle):
    hand.view.set_instances([rectangle(1, 40, 40, 40, 40)])
    hand.view.set_tool("select")
    hand.view.set_selection({1})
    return hand


@pytest.fixture
def boxed(hand):
    view = InstanceView(2, 0.0, (40.0, 40.0, 60.0, 50.0), None, None, None, (9, 99, 200), "", State.ACCEPTED)
    hand.view.set_instances([view])
    hand.view.set_tool("select")
    hand.view.set_selection({2})
    return hand


def test_click_again_and_alt_ask_for_the_one_below(hand) -> None:
    hand.view.set_tool("select")
    hand.click(50, 50)
    hand.click(50, 50)
    hand.click(90, 50, alt=True)
    hand.click(20, 20, shift=True)
    assert hand.intents == [
        Picked(50, 50),
        Picked(50, 50, below=True),
        Picked(90, 50, below=True),
        Picked(20, 20, add=True),
    ]


def test_a_drag_is_a_rubber_band(hand) -> None:
    hand.view.set_tool("select")
    hand.drag((20, 20), (50, 50), (90, 60))
    assert hand.intents == [AreaPicked(20, 20, 90, 60)]


def test_double_click_opens_and_right_click_asks_for_a_menu(hand) -> None:
    hand.view.set_tool("select")
    hand.double(50, 60)
    hand.release(50, 60)
    hand.click(70, 60, Qt.MouseButton.RightButton)
    opened, menu = hand.intents
    assert opened == Opened(50, 60)
    assert isinstance(menu, MenuAsked)
    on_screen = hand.view.viewport().mapToGlobal(hand.point(70, 60))
    assert (menu.screen_x, menu.screen_y) == (on_screen.x(), on_screen.y())


def test_a_vertex_can_be_dragged(chosen) -> None:
    chosen.drag((80, 80), (90, 90), (100, 95))
    (edited,) = chosen.intents
    assert isinstance(edited, RingEdited)
    assert edited.instance_id == 1
    assert set(edited.rings[0]) == SQUARE - {(80.0, 80.0)} | {(100.0, 95.0)}


def test_escape_puts_the_vertex_back(chosen) -> None:
    chosen.press(80, 80)
    chosen.move(100, 95)
    assert chosen.view.gesture_key("escape")
    chosen.release(100, 95)
    assert chosen.intents == []


def test_double_click_on_an_edge_inserts_and_alt_click_removes_a_vertex(chosen) -> None:
    chosen.double(60, 40)
    chosen.release(60, 40)
    chosen.click(40, 40, alt=True)
    inserted, removed = chosen.intents
    assert set(inserted.rings[0]) == SQUARE | {(60.0, 40.0)}
    assert set(removed.rings[0]) == SQUARE - {(40.0, 40.0)}


def test_a_locked_instance_has_no_handles(hand, rectangle) -> None:
    hand.view.set_instances([replace(rectangle(1, 40, 40, 40, 40), locked=True)])
    hand.view.set_tool("select")
    hand.view.set_selection({1})
    hand.drag((80, 80), (90, 90), (100, 95))
    assert hand.intents == [AreaPicked(80, 80, 100, 95)]


@pytest.mark.parametrize(
    ("start", "end", "after"),
    [
        ((40, 40), (30, 35), (30, 35, 100, 90)),
        ((70, 90), (75, 110), (40, 40, 100, 110)),
        ((100, 65), (20, 65), (20, 40, 40, 90)),
        ((70, 65), (80, 60), (50, 35, 110, 85)),
        ((70, 65), (20, 60), (0, 35, 60, 85)),
    ],
    ids=["corner", "edge", "turned over", "moved", "moved against the border"],
)
def test_a_box_is_resized_or_moved(boxed, start, end, after) -> None:
    boxed.press(*start)
    boxed.move((start[0] + end[0]) / 2, (start[1] + end[1]) / 2)
    boxed.move(*end)
    boxed.release(*end)
    assert boxed.intents == [BoxEdited(2, *after)]


def test_a_joint_of_the_selected_pose_can_be_dragged(hand) -> None:
    joints = ((50.0, 40.0, 2), (50.0, 80.0, 1))
    hand.view.set_instances([InstanceView(3, 0.0, None, None, joints, None, (9, 200, 90), "", State.ACCEPTED)])
    hand.view.set_tool("select")
    hand.view.set_selection({3})
    hand.drag((50, 80), (60, 80), (80, 90))
    assert hand.intents == [JointMoved(3, 1, 80, 90)]
