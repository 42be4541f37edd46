from __future__ import annotations

import pytest

from annotator.intents import StrokeDrawn


@pytest.mark.parametrize(
    ("tool", "ctrl", "erase"),
    [("brush", False, False), ("brush", True, True), ("eraser", False, True), ("eraser", True, False)],
)
def test_a_stroke_comes_whole_with_its_radius(hand, tool: str, ctrl: bool, erase: bool) -> None:
    hand.view.set_tool(tool, radius=7.5)
    hand.press(40, 50, ctrl=ctrl)
    for x in (45, 50, 60):
        hand.move(x, 50)
    assert hand.intents == []
    hand.release(60, 50, ctrl=ctrl)
    assert hand.intents == [StrokeDrawn(((40, 50), (45, 50), (50, 50), (60, 50)), 7.5, erase)]


def test_a_click_is_a_stroke_of_one_point(hand) -> None:
    hand.view.set_tool("brush")
    hand.view.set_brush_radius(3)
    hand.click(40, 50)
    assert hand.intents == [StrokeDrawn(((40, 50),), 3, False)]


def test_escape_drops_the_stroke(hand) -> None:
    hand.view.set_tool("brush")
    hand.press(40, 50)
    hand.move(60, 50)
    assert hand.view.gesture_key("escape")
    hand.release(60, 50)
    assert hand.intents == []


def test_the_cursor_has_the_brushs_true_size(hand) -> None:
    bare = hand.view.grab_image()
    hand.view.set_tool("brush", radius=20)
    hand.move(100, 80)
    shown = hand.view.grab_image()
    changed = [
        x
        for x in range(shown.width())
        if shown.pixel(x, hand.point(100, 80).y()) != bare.pixel(x, hand.point(100, 80).y())
    ]
    middle, reach = hand.point(100, 80).x(), 20 * 2
    assert min(changed) == pytest.approx(middle - reach, abs=3)
    assert max(changed) == pytest.approx(middle + reach, abs=3)
