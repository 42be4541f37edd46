"""The tools at the left follow their actions."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QToolButton
from pytestqt.qtbot import QtBot

from annotator.actions.action import UiContext
from annotator.actions.registry import ActionRegistry
from annotator.icons import Icons
from annotator.widgets.tool_strip import ToolStrip


def test_every_tool_has_a_button_with_its_key(qtbot: QtBot, icons: Icons) -> None:
    registry = ActionRegistry(None, icons)
    chosen: list[str] = []
    registry.bind("tool.choose", chosen.append)
    strip = ToolStrip(registry)
    qtbot.addWidget(strip)
    buttons = {button.objectName(): button for button in strip.findChildren(QToolButton)}
    assert {spec.id for spec in registry.specs if spec.exclusive == "tool"} <= set(buttons)
    assert "(B)" in buttons["tool.brush"].toolTip()
    assert not buttons["tool.brush"].isEnabled()
    registry.refresh(UiContext(has_image=True))
    with qtbot.waitExposed(strip):
        strip.show()
    QTest.mouseClick(buttons["tool.brush"], Qt.MouseButton.LeftButton)
    assert chosen == ["brush"]
    assert buttons["tool.brush"].isChecked()
    registry.set_checked("tool.polygon", True)
    assert not buttons["tool.brush"].isChecked()
