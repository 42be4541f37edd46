from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QKeySequence
from PySide6.QtTest import QTest

from annotator.icons import Icons
from annotator.messages import Message
from annotator.panels.messages_dock import MessagesDock

NOW = datetime(2026, 11, 23, 14, 3, tzinfo=UTC)


@pytest.fixture
def dock(icons: Icons, shown: Callable[..., Any]) -> Any:
    made = MessagesDock(icons, now=lambda: NOW)
    made.window_shown = shown(made)
    return made


def height(dock: MessagesDock, row: int) -> int:
    return dock.view.visualRect(dock.model.index(row, 0)).height()


def test_long_messages_take_the_lines_they_need_at_this_width(dock: MessagesDock, qtbot: Any) -> None:
    dock.add(Message("info", "Short."))
    dock.add(Message("error", "A sentence that goes on and on until it fills many lines of a narrow dock. " * 3))
    narrow = height(dock, 0)
    assert narrow > 3 * height(dock, 1)
    dock.window().resize(900, 400)
    qtbot.waitUntil(lambda: height(dock, 0) < narrow)


def test_copy_takes_the_selected_or_all_oldest_first(dock: MessagesDock) -> None:
    dock.add(Message("success", "first"))
    dock.add(Message("error", "second"))
    dock.view.setFocus()
    dock.copy_action.trigger()
    lines = QGuiApplication.clipboard().text().splitlines()
    assert [line.split(" ", 1)[1] for line in lines] == ["Done: first", "Error: second"]
    rect = dock.view.visualRect(dock.model.index(0, 0))
    QTest.mouseClick(dock.view.viewport(), Qt.MouseButton.LeftButton, pos=rect.center())
    QTest.keySequence(dock.view, QKeySequence(QKeySequence.StandardKey.Copy))
    assert QGuiApplication.clipboard().text().endswith("Error: second")
    assert "first" not in QGuiApplication.clipboard().text()


def test_the_menu_offers_what_the_message_offers_and_clears(dock: MessagesDock) -> None:
    done: list[str] = []
    dock.add(Message("error", "The file is gone.", "Find it", lambda: done.append("found")))
    menu = dock.menu_for(dock.model.rows[0])
    titles = {action.text(): action for action in menu.actions()}
    titles["Find it"].trigger()
    titles["Clear all"].trigger()
    assert done == ["found"]
    assert dock.model.rowCount() == 0
    assert [action.text() for action in dock.menu_for(None).actions()] == ["Copy", "Clear all"]
