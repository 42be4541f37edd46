from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from annotator.icons import Icons
from annotator.panels.history_dock import HistoryDock
from engine.records import HistoryRecord

NOW = datetime(2026, 11, 23, 14, 3, tzinfo=UTC)


def record(number: int, state: str = "done") -> HistoryRecord:
    return HistoryRecord(number, f"Step {number}", "AddInstance", "Ada", NOW, 1, state, undoable=True)


def test_a_click_and_enter_pick(icons: Icons, shown: Callable[..., Any]) -> None:
    dock = HistoryDock(icons, now=lambda: NOW)
    window = shown(dock)
    told: list[int] = []
    dock.picked.connect(told.append)
    dock.set_records([record(2), record(1)])
    rect = dock.view.visualRect(dock.model.index(1, 0))
    QTest.mouseClick(dock.view.viewport(), Qt.MouseButton.LeftButton, pos=rect.center())
    QTest.keyClick(dock.view, Qt.Key.Key_Return)
    assert told == [1, 1]
    assert window.isVisible()


def test_an_undone_step_looks_different(icons: Icons, shown: Callable[..., Any]) -> None:
    dock = HistoryDock(icons, now=lambda: NOW)
    window = shown(dock)
    dock.set_records([record(1)])
    done = window.grab().toImage()
    dock.set_records([record(1, "undone")])
    assert window.grab().toImage() != done
