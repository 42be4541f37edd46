from __future__ import annotations

import pytest

from annotator.intents import PolygonClosed

CORNERS = ((20, 20), (80, 20), (80, 70))


@pytest.fixture
def started(hand):
    hand.view.set_tool("polygon")
    for corner in CORNERS:
        hand.click(*corner)
    return hand


def test_a_click_on_the_first_vertex_closes(started) -> None:
    started.click(21, 21)
    assert started.intents == [PolygonClosed(CORNERS)]


def test_enter_closes_but_not_with_two_vertices(started) -> None:
    assert started.view.gesture_key("backspace")
    assert started.view.gesture_key("enter")
    assert started.intents == []
    started.click(80, 70)
    started.view.gesture_key("enter")
    assert started.intents == [PolygonClosed(CORNERS)]


def test_a_double_click_places_the_last_vertex_and_closes(started) -> None:
    started.click(20, 70)
    started.double(20, 70)
    started.release(20, 70)
    assert started.intents == [PolygonClosed((*CORNERS, (20, 70)))]


def test_escape_drops_it_and_the_next_escape_is_the_windows(started) -> None:
    assert started.view.gesture_key("escape")
    assert not started.view.gesture_key("escape")
    assert not started.view.gesture_key("enter")
    assert started.intents == []


def test_shift_snaps_to_45_degrees(hand) -> None:
    hand.view.set_tool("polygon")
    hand.click(20, 20)
    hand.click(80, 24, shift=True)
    hand.click(110, 90, shift=True)
    hand.view.gesture_key("enter")
    (closed,) = hand.intents
    (_, second, third) = closed.ring
    assert second == pytest.approx((80, 20))
    assert third[0] - second[0] == pytest.approx(third[1] - second[1])


def test_a_drag_draws_freehand(hand) -> None:
    hand.view.set_tool("polygon")
    hand.drag((20, 20), (40, 20), (60, 20), (60, 50), (40, 60))
    hand.view.gesture_key("enter")
    assert hand.intents == [PolygonClosed(((20, 20), (40, 20), (60, 20), (60, 50), (40, 60)))]


def test_another_tool_drops_it(started) -> None:
    started.view.set_tool("select")
    started.view.set_tool("polygon")
    assert not started.view.gesture_key("enter")
