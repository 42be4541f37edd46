from __future__ import annotations

from annotator.intents import BoxDrawn


def test_a_drag_draws_a_box_whichever_way_it_goes(hand) -> None:
    hand.view.set_tool("box")
    hand.drag((90, 80), (60, 60), (30, 20))
    assert hand.intents == [BoxDrawn(30, 20, 90, 80)]


def test_a_click_or_a_drag_without_height_draws_none(hand) -> None:
    hand.view.set_tool("box")
    hand.click(50, 50)
    hand.drag((20, 50), (40, 50), (80, 50))
    assert hand.intents == []
