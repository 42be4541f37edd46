from __future__ import annotations

import pytest

from annotator.canvas.tools.table import TOOLS


@pytest.mark.parametrize("name", sorted(TOOLS))
def test_every_tool_starts_ends_and_leaves_unused_keys(hand, name: str) -> None:
    hand.view.set_tool(name)
    assert hand.view.tool == name
    hand.move(30, 30)
    assert not any(hand.view.gesture_key(key) for key in ("enter", "escape", "backspace"))


def test_an_unknown_tool_is_refused(hand) -> None:
    with pytest.raises(KeyError):
        hand.view.set_tool("lasso")
    assert hand.view.tool == "smart"


def test_pan_drags_the_image(hand) -> None:
    hand.view.set_tool("pan")
    hand.view.zoom_by(3)
    before = hand.view.seen.x()
    hand.press(100, 80)
    hand.move(90, 80)
    hand.release(90, 80)
    assert hand.view.seen.x() - before == pytest.approx(10, abs=0.5)
    assert hand.intents == []
