from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from annotator.canvas.scene_data import InstanceView
from annotator.intents import AreaPicked, BoxEdited, JointMoved, JointToggled, MenuAsked, Opened, Picked, RingEdited
from engine.geometry.polygon import fill_ring
from engine.records import State

HEIGHT, WIDTH = 160, 200
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
    assert set(removed.rings[0]) == SQUARE - {(40.0, 40.0)} | {(60.0, 40.0)}


def test_a_whole_double_click_on_an_edge_only_inserts_a_vertex(chosen) -> None:
    chosen.click_twice(60, 40)
    (inserted,) = chosen.intents
    assert set(inserted.rings[0]) == SQUARE | {(60.0, 40.0)}


def test_a_click_on_the_outline_picks_nothing_but_one_inside_or_with_a_key_does(chosen) -> None:
    chosen.click(60, 38)
    chosen.click(60, 60)
    chosen.click(60, 41, shift=True)
    chosen.click(80, 60, alt=True)
    assert chosen.intents == [Picked(60, 60), Picked(60, 41, add=True), Picked(80, 60, below=True)]


def test_a_drag_from_the_outline_is_a_rubber_band(chosen) -> None:
    chosen.drag((60, 40), (70, 50), (90, 60))
    assert chosen.intents == [AreaPicked(60, 40, 90, 60)]


def test_a_double_click_that_first_picks_opens_even_on_the_outline(hand, rectangle) -> None:
    hand.view.set_instances([rectangle(1, 40, 40, 40, 40)])
    hand.view.set_tool("select")
    hand.view.intent.connect(lambda intent: hand.view.set_selection({1}) if isinstance(intent, Picked) else None)
    hand.click_twice(60, 41)
    assert hand.intents == [Picked(60, 41), Opened(60, 41)]


def test_an_inserted_vertex_stays_and_can_be_dragged(chosen) -> None:
    chosen.click_twice(60, 40)
    chosen.drag((60, 40), (60, 35), (60, 30))
    _, dragged = chosen.intents
    assert set(dragged.rings[0]) == SQUARE | {(60.0, 30.0)}


def test_vertices_on_a_straight_line_outlive_the_new_mask(chosen, rectangle) -> None:
    def answer(edited: RingEdited) -> None:
        mask = fill_ring(np.array(edited.rings[0]), HEIGHT, WIDTH).to_rle(HEIGHT, WIDTH)
        chosen.view.patch_instances([replace(rectangle(1, 40, 40, 40, 40), mask=mask)])

    # Queued, as the answer of the engine comes.
    chosen.view.intent.connect(answer, Qt.ConnectionType.QueuedConnection)
    chosen.click_twice(60, 80)
    QApplication.processEvents()
    chosen.drag((80, 80), (90, 80), (100, 80))
    QApplication.processEvents()
    chosen.drag((80, 40), (90, 40), (100, 40))
    QApplication.processEvents()
    chosen.click(60, 80, alt=True)
    assert set(chosen.intents[-1].rings[0]) == {(40.0, 40.0), (100.0, 40.0), (100.0, 80.0), (40.0, 80.0)}


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


@pytest.fixture
def pose_with_box(hand):
    joints = ((50.0, 40.0, 2), (90.0, 80.0, 1))
    box = (50.0, 40.0, 40.0, 40.0)
    hand.view.set_instances([InstanceView(3, 0.0, box, None, joints, None, (9, 200, 90), "", State.ACCEPTED)])
    hand.view.set_tool("select")
    hand.view.set_selection({3})
    return hand


@pytest.mark.parametrize("keys", [{"alt": True}, {"shift": True}], ids=str)
def test_a_joint_is_toggled_with_alt_or_shift_also_by_quick_clicks(pose_with_box, keys) -> None:
    pose_with_box.click_twice(90, 80, **keys)
    assert pose_with_box.intents == [JointToggled(3, 1), JointToggled(3, 1)]


def test_the_box_of_a_pose_has_no_handles(pose_with_box) -> None:
    pose_with_box.drag((90, 40), (95, 35), (110, 30))
    pose_with_box.drag((70, 60), (75, 65), (80, 75))
    pose_with_box.drag((50, 40), (45, 35), (40, 30))
    assert pose_with_box.intents == [
        AreaPicked(90, 30, 110, 40),
        AreaPicked(70, 60, 80, 75),
        JointMoved(3, 0, 40, 30),
    ]


def test_handles_of_a_pose_are_not_drawn(hand) -> None:
    box = InstanceView(3, 0.0, (50.0, 40.0, 40.0, 40.0), None, None, None, (9, 200, 90), "", State.ACCEPTED)
    corners = []
    for joints in (None, ((50.0, 40.0, 2), (90.0, 80.0, 2)), ((0.0, 0.0, 0), (0.0, 0.0, 0))):
        hand.view.set_instances([replace(box, keypoints=joints)])
        hand.view.set_selection({3})
        at = hand.point(90, 40)
        corners.append(hand.view.grab_image().pixelColor(at.x(), at.y()).getRgb()[:3] == (255, 255, 255))
    assert corners == [True, False, True]
