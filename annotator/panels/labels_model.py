"""The list of labels: digit, colour, name, count; rows can be renamed in place and dragged."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import uuid4

from PySide6.QtCore import QMimeData, QModelIndex, QObject, Qt, Signal

from annotator.panels.rows import Index, RowsModel
from engine.records import LabelRecord

MIME = "application/x-maskwright-label"
DIGITS = "1234567890"
"""The keys of the first ten labels, in their order."""


@dataclass(frozen=True, slots=True)
class LabelRow:
    """One label as the list shows it; ``digit`` is its key or "", ``current`` the one that new instances get."""

    id: int
    name: str
    color: str
    digit: str
    count: int
    tip: str
    current: bool = False


class LabelsModel(RowsModel[LabelRow]):
    """Rows in the order of ``position``; ``UserRole`` is the id.

    Signals:
        renamed(int, str): the person typed another name into a row; the row changes when the labels are set again.
    """

    renamed = Signal(int, str)

    def __init__(self, parent: QObject | None = None) -> None:
        """Start empty."""
        super().__init__(lambda row: row.id, parent)
        # Labels dragged from another window belong to another project.
        self._token = uuid4().hex
        self._current: int | None = None

    def show(self, labels: Sequence[LabelRecord], counts: Mapping[int, int]) -> None:
        """List these; ``counts`` are instances by label id."""
        names = {label.id: label.name for label in labels}
        ordered = sorted(labels, key=lambda label: (label.position, label.id))
        self.set_rows([self._row(label, place, names, counts) for place, label in enumerate(ordered)])

    def set_counts(self, counts: Mapping[int, int]) -> None:
        """Show other numbers."""
        self.set_rows([replace(row, count=counts.get(row.id, 0)) for row in self._rows])

    def set_current(self, label_id: int | None) -> None:
        """Mark the label that new instances get."""
        self._current = label_id
        self.set_rows([replace(row, current=row.id == label_id) for row in self._rows])

    def named(self, name: str) -> LabelRow | None:
        """Return the label of that name, upper and lower case alike."""
        return next((row for row in self._rows if row.name.casefold() == name.casefold()), None)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return name, tooltip or id."""
        row = self.row_at(index)
        if row is None:
            return None
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.EditRole):
            return row.name
        if role == Qt.ItemDataRole.ToolTipRole:
            return f"{row.tip}\n{'1 object' if row.count == 1 else f'{row.count:,} objects'}"
        return row.id if role == Qt.ItemDataRole.UserRole else None

    def setData(self, index: Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        """Ask for another name; False when there is nothing to ask for."""
        row = self.row_at(index)
        name = str(value).strip()
        if row is None or role != Qt.ItemDataRole.EditRole or not name or name == row.name:
            return False
        self.renamed.emit(row.id, name)
        return True

    def flags(self, index: Index) -> Qt.ItemFlag:
        """Rows can be edited and dragged; they are dropped between rows, never onto one."""
        if not index.isValid():
            return Qt.ItemFlag.ItemIsDropEnabled
        return super().flags(index) | Qt.ItemFlag.ItemIsEditable | Qt.ItemFlag.ItemIsDragEnabled

    def supportedDropActions(self) -> Qt.DropAction:
        """Labels are moved, not copied."""
        return Qt.DropAction.MoveAction

    def mimeTypes(self) -> list[str]:
        """Return the one kind of data a label travels as."""
        return [MIME]

    def mimeData(self, indexes: Sequence[QModelIndex]) -> QMimeData:
        """Return the dragged label."""
        data = QMimeData()
        row = self.row_at(indexes[0]) if indexes else None
        data.setData(MIME, f"{self._token}:{row.id if row is not None else ''}".encode())
        return data

    def dragged(self, data: QMimeData) -> int | None:
        """Return the id of the label of this very list that ``data`` carries."""
        token, _, label_id = bytes(data.data(MIME).data()).decode().partition(":")
        return int(label_id) if token == self._token and label_id else None

    def _row(self, label: LabelRecord, place: int, names: Mapping[int, str], counts: Mapping[int, int]) -> LabelRow:
        digit = DIGITS[place] if place < len(DIGITS) else ""
        return LabelRow(
            id=label.id,
            name=label.name,
            color=label.color,
            digit=digit,
            count=counts.get(label.id, 0),
            tip=_tip(label, names, digit),
            current=label.id == self._current,
        )


def _tip(label: LabelRecord, names: Mapping[int, str], digit: str) -> str:
    lines = [f"{label.name} (key {digit})" if digit else label.name]
    if label.parent_id is not None and label.parent_id in names:
        lines.append(f"Part of {names[label.parent_id]}")
    if label.supercategory:
        lines.append(f"Supercategory {label.supercategory}")
    if not label.is_thing:
        lines.append("Stuff: a region without single objects")
    return "\n".join(lines)
