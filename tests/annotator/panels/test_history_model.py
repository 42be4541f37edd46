from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from PySide6.QtCore import Qt

from annotator.panels.history_model import HistoryModel
from engine.records import HistoryRecord

NOW = datetime(2026, 11, 23, 14, 3, tzinfo=UTC)


def record(number: int, state: str = "done", **changed: Any) -> HistoryRecord:
    values: dict[str, Any] = {"author": "Ada", "at": NOW, "image_id": 1, "undoable": True} | changed
    return HistoryRecord(id=number, title=f"Step {number}", op="AddInstance", state=state, **values)


def test_model_is_sound(qapp: Any, qtmodeltester: Any) -> None:
    model = HistoryModel(lambda: NOW)
    model.show([record(2), record(1)])
    qtmodeltester.check(model)


def test_undo_changes_a_row_in_place(qapp: Any, watch: Callable[..., None]) -> None:
    model = HistoryModel(lambda: NOW)
    watch(model)
    model.show([record(2), record(1)])
    model.show([record(2, "undone", undone_at=NOW, undone_by="Bob"), record(1)])
    assert [(row.id, row.undone) for row in model.rows] == [(2, True), (1, False)]
    index = model.index(0, 0)
    assert "by Ada" in index.data(Qt.ItemDataRole.ToolTipRole)
    assert "by Bob" in index.data(Qt.ItemDataRole.ToolTipRole)
    assert index.data(Qt.ItemDataRole.AccessibleTextRole) == "Step 2, undone"


def test_today_shows_the_time_and_other_days_the_date(qapp: Any) -> None:
    model = HistoryModel(lambda: NOW)
    model.show([record(2), record(1, at=NOW - timedelta(days=9))])
    assert [":" in row.when for row in model.rows] == [True, False]


def test_the_tooltip_says_what_can_not_be_undone_or_redone(qapp: Any) -> None:
    model = HistoryModel(lambda: NOW)
    model.show([record(2, undoable=False), record(1, "dropped")])
    assert "cannot be undone" in model.rows[0].tip
    assert "cannot be redone" in model.rows[1].tip
    assert model.rows[1].undone
