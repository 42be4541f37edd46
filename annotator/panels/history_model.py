"""The list of what was done to an image, newest first as the engine tells it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from PySide6.QtCore import QObject, Qt

from annotator.panels.rows import Index, RowsModel
from engine.records import HistoryRecord


@dataclass(frozen=True, slots=True)
class HistoryRow:
    """One op: its title, when (short), whether it is undone now, and the whole story as a tooltip."""

    id: int
    title: str
    when: str
    undone: bool
    tip: str


class HistoryModel(RowsModel[HistoryRow]):
    """Rows in the order given; ``UserRole`` is the id."""

    def __init__(self, now: Callable[[], datetime], parent: QObject | None = None) -> None:
        """``now`` tells today's ops, shown by time, from older ones, shown by date."""
        super().__init__(lambda row: row.id, parent)
        self._now = now

    def show(self, records: list[HistoryRecord]) -> None:
        """List these."""
        date = self._now().astimezone().date()
        self.set_rows([_row(record, today=record.at.astimezone().date() == date) for record in records])

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return title, tooltip or id."""
        row = self.row_at(index)
        if row is None:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return row.title
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{row.title}, undone" if row.undone else row.title
        if role == Qt.ItemDataRole.ToolTipRole:
            return row.tip
        return row.id if role == Qt.ItemDataRole.UserRole else None


def _row(record: HistoryRecord, *, today: bool) -> HistoryRow:
    at = record.at.astimezone()
    lines = [record.title, _line("Done", record.at, record.author)]
    if record.undone_at is not None:
        lines.append(_line("Undone", record.undone_at, record.undone_by))
    if record.state == "dropped":
        lines.append("Something else was done since, so it cannot be redone.")
    elif not record.undoable:
        lines.append("It cannot be undone.")
    return HistoryRow(
        id=record.id,
        title=record.title,
        when=at.strftime("%H:%M") if today else f"{at.day} {at:%b}",
        undone=record.state != "done",
        tip="\n".join(lines),
    )


def _line(verb: str, at: datetime, who: str) -> str:
    return f"{verb} {at.astimezone():%Y-%m-%d %H:%M:%S}" + (f" by {who}" if who else "")
