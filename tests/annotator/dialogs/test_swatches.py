from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from annotator.canvas.colors import PALETTE
from annotator.dialogs.swatches import ColorField, tick_color


def test_twenty_swatches_each_once(qtbot: QtBot) -> None:
    field = ColorField(PALETTE[3])
    qtbot.addWidget(field)
    assert sorted(each.color for each in field.swatches) == sorted(PALETTE)
    assert [each.color for each in field.swatches if each.isChecked()] == [PALETTE[3]]


def test_arrow_keys_choose(qtbot: QtBot) -> None:
    field = ColorField(PALETTE[0])
    qtbot.addWidget(field)
    field.show()
    field.swatches[0].click()
    QTest.keyClick(field.swatches[0], Qt.Key.Key_Right)
    with qtbot.waitSignal(field.changed):
        QTest.keyClick(field.swatches[1], Qt.Key.Key_Space)
    assert field.color == field.swatches[1].color


def test_any_other_colour_takes_the_tick_away(qtbot: QtBot) -> None:
    field = ColorField(PALETTE[0])
    qtbot.addWidget(field)
    field.edit.setText("#010203")
    assert field.color == "#010203"
    assert not any(each.isChecked() for each in field.swatches)
    assert field.focusProxy() is field.edit
    field.edit.setText(PALETTE[5])
    assert [each.color for each in field.swatches if each.isChecked()] == [PALETTE[5]]


def test_the_tick_can_be_seen() -> None:
    assert tick_color("#ffe169").name() == "#000000"
    assert tick_color("#0f8769").name() == "#ffffff"
