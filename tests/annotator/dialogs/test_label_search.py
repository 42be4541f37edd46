from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from annotator.dialogs.label_search import LabelSearch
from annotator.icons import Icons
from annotator.tokens import DARK
from engine.records import LabelRecord

if TYPE_CHECKING:
    from conftest import Person

Labels = tuple[LabelRecord, ...]
Key = Qt.Key


def typing(text: str, *keys: Qt.Key, ctrl: bool = False) -> Callable[[LabelSearch], None]:
    def act(popup: LabelSearch) -> None:
        QTest.keyClicks(popup.edit, text)
        for key in keys:
            held = Qt.KeyboardModifier.ControlModifier if ctrl else Qt.KeyboardModifier.NoModifier
            QTest.keyClick(popup.edit, key, held)

    return act


@pytest.mark.parametrize(
    ("act", "answer"),
    [
        (typing("do", Key.Key_Return), 2),
        (typing("", Key.Key_Enter), 1),
        (typing("", Key.Key_Down, Key.Key_Return), 2),
        (typing("", Key.Key_PageDown, Key.Key_Return), 4),
        (typing("cpl", Key.Key_Return), 3),
        (typing("  red   fox ", Key.Key_Return), "red fox"),
        (typing("ca", Key.Key_Up, Key.Key_Return), "ca"),
        (typing("ca", Key.Key_Return, ctrl=True), "ca"),
        (typing("cat", Key.Key_Return, ctrl=True), None),
        (typing("dog", Key.Key_Escape), None),
    ],
)
def test_by_keyboard(
    person: Person, labels: Labels, act: Callable[[LabelSearch], None], answer: int | str | None
) -> None:
    icons = Icons(DARK)
    assert person.answers(LabelSearch, act, lambda: LabelSearch.ask(None, labels, icons)) == answer


def test_by_mouse(person: Person, labels: Labels) -> None:
    def act(popup: LabelSearch) -> None:
        place = popup.list.visualItemRect(popup.list.item(1)).center()
        QTest.mouseClick(popup.list.viewport(), Qt.MouseButton.LeftButton, pos=place)

    icons = Icons(DARK)
    assert person.answers(LabelSearch, act, lambda: LabelSearch.ask(None, labels, icons)) == 2


def test_a_new_label_is_offered_only_for_an_unknown_name(qtbot: QtBot, labels: Labels) -> None:
    popup = LabelSearch(None, labels, Icons(DARK))
    qtbot.addWidget(popup)

    def shown() -> list[str]:
        return [popup.list.item(row).text() for row in range(popup.list.count())]

    popup.edit.setText("cat")
    assert shown() == ["cat", "caterpillar"]
    popup.edit.setText("owl")
    assert shown() == ['New label "owl"']
    popup.edit.setText("")
    assert shown() == ["cat", "dog", "caterpillar", "kitten"]


def test_it_opens_inside_the_screen(qtbot: QtBot, labels: Labels) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    window.resize(200, 100)
    window.move(-150, -80)
    popup = LabelSearch(window, labels, Icons(DARK))
    popup.adjustSize()
    popup.move(popup.good_place())
    assert popup.screen().availableGeometry().contains(popup.geometry())
