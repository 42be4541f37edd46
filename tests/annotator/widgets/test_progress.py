"""Several works at once, each with its own row and its own stop."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from annotator.icons import Icons
from annotator.widgets.progress import ProgressStrip


@pytest.fixture
def strip(qtbot: QtBot, icons: Icons) -> ProgressStrip:
    made = ProgressStrip(icons)
    qtbot.addWidget(made)
    return made


def test_rows_come_and_go(strip: ProgressStrip) -> None:
    assert strip.isHidden()
    strip.begin("import", "Importing a.json")
    strip.begin("add", "Adding images")
    assert strip.keys == ("import", "add")
    assert not strip.isHidden()
    strip.finish("import")
    strip.finish("import")
    assert strip.keys == ("add",)
    strip.finish("add")
    assert strip.isHidden()


def test_progress_is_shown_and_news_of_what_ended_is_ignored(strip: ProgressStrip) -> None:
    strip.begin("a", "A")
    assert (strip.row("a").bar.minimum(), strip.row("a").bar.maximum()) == (0, 0)
    strip.update_progress("a", 1200, 3400)
    assert (strip.row("a").bar.value(), strip.row("a").bar.maximum()) == (1200, 3400)
    assert strip.row("a").count.text() == "1,200 of 3,400"
    strip.update_progress("a", 7, None)
    assert strip.row("a").bar.maximum() == 0
    strip.finish("a")
    strip.update_progress("a", 1, 2)
    assert strip.keys == ()


def test_stop_is_told_once_for_the_right_work(strip: ProgressStrip, qtbot: QtBot) -> None:
    strip.begin("a", "A")
    strip.begin("b", "B")
    with qtbot.waitExposed(strip):
        strip.show()
    told: list[str] = []
    strip.cancelled.connect(told.append)
    for _ in range(2):
        QTest.mouseClick(strip.row("b").stop, Qt.MouseButton.LeftButton)
    assert told == ["b"]
    assert strip.row("b").count.text() == "stopping"


def test_what_cannot_be_stopped_has_no_button(strip: ProgressStrip) -> None:
    strip.begin("a", "A", cancellable=False)
    assert strip.row("a").stop.isHidden()


def test_the_same_key_again_is_one_row(strip: ProgressStrip) -> None:
    strip.begin("a", "First")
    strip.begin("a", "Second")
    assert strip.keys == ("a",)
