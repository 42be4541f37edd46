from __future__ import annotations

import math

import pytest

from annotator.intents import PolygonClosed

# On the edge of the bright disc of the test picture: middle (60, 70), radius 30.
AROUND = tuple((60 + 30 * math.cos(angle), 70 + 30 * math.sin(angle)) for angle in (0, 2.1, 4.2))


def test_the_outline_follows_the_edge_between_anchors(hand) -> None:
    hand.view.set_tool("scissors")
    for place in AROUND:
        hand.click(*place)
    assert hand.intents == []
    hand.click(*AROUND[0])
    (closed,) = hand.intents
    assert isinstance(closed, PolygonClosed)
    assert closed.tool == "scissors"
    away = [abs(math.dist(point, (60.5, 70.5)) - 30) for point in closed.ring]
    assert len(closed.ring) > 60
    assert max(away) < 4


@pytest.mark.parametrize("how", ["enter", "double"])
def test_enter_or_a_double_click_closes(hand, how: str) -> None:
    hand.view.set_tool("scissors")
    for place in AROUND:
        hand.click(*place)
    if how == "enter":
        assert hand.view.gesture_key("enter")
    else:
        hand.double(*AROUND[-1])
    assert [intent.tool for intent in hand.intents] == ["scissors"]


def test_backspace_removes_anchors_and_escape_all(hand) -> None:
    hand.view.set_tool("scissors")
    hand.click(*AROUND[0])
    hand.click(*AROUND[1])
    assert hand.view.gesture_key("backspace")
    assert hand.view.gesture_key("enter")
    assert hand.view.gesture_key("escape")
    assert not hand.view.gesture_key("backspace")
    assert hand.intents == []
