"""The messages of this run, newest first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from PySide6.QtCore import QObject, Qt

from annotator.messages import Message
from annotator.panels.rows import Index, RowsModel

MOST = 500
"""Older ones are dropped."""
KIND_WORDS = {"info": "Note", "success": "Done", "warning": "Warning", "error": "Error"}


@dataclass(frozen=True, slots=True)
class MessageRow:
    """One message and when it came (local time)."""

    number: int
    at: datetime
    message: Message

    @property
    def line(self) -> str:
        """The message as it is copied."""
        return f"{self.at:%H:%M:%S} {KIND_WORDS[self.message.kind]}: {self.message.text}"


class MessagesModel(RowsModel[MessageRow]):
    """Keeps the newest messages."""

    def __init__(self, parent: QObject | None = None) -> None:
        """Start empty."""
        super().__init__(lambda row: row.number, parent)
        self._next = 0

    def add(self, message: Message, at: datetime) -> None:
        """Put a message on top."""
        self._next += 1
        self.set_rows([MessageRow(self._next, at.astimezone(), message), *self._rows[: MOST - 1]])

    def clear(self) -> None:
        """Drop them all."""
        self.set_rows([])

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return the text, or the whole line as the tooltip."""
        row = self.row_at(index)
        if row is None:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return row.message.text
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return row.line
        return f"{row.at:%Y-%m-%d %H:%M:%S}" if role == Qt.ItemDataRole.ToolTipRole else None
