"""One mode is on; what is not built says so and cannot be chosen."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from annotator.modes import MODES, Mode
from annotator.widgets.mode_switch import ModeSwitch


def test_modes_not_built_are_off_and_say_so(qtbot: QtBot) -> None:
    switch = ModeSwitch()
    qtbot.addWidget(switch)
    assert switch.mode == "assisted"
    for mode in MODES:
        button = switch.button(mode.name)
        assert button.isEnabled() is mode.built
        assert ("Not built yet" in button.toolTip()) is not mode.built


def test_a_click_tells_and_a_call_does_not(qtbot: QtBot) -> None:
    switch = ModeSwitch((Mode("a", "A", "", built=True), Mode("b", "B", "", built=True)))
    qtbot.addWidget(switch)
    with qtbot.waitSignal(switch.mode_chosen) as told:
        QTest.mouseClick(switch.button("b"), Qt.MouseButton.LeftButton)
    assert told.args == ["b"]
    assert switch.mode == "b"
    with qtbot.assertNotEmitted(switch.mode_chosen):
        switch.set_mode("a")
    assert switch.mode == "a"
