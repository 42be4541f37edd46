"""What came in, what went out, what was dropped and why: a table to read and to copy."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QGuiApplication, QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QHBoxLayout,
    QHeaderView,
    QPlainTextEdit,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from annotator.tokens import UNIT
from annotator.widgets.parts import MARGIN, push_button, text_label

_SIZE = (720, 440)
_NOTES_HEIGHT = 96
_WHAT_WIDTH = 280
# Measuring the height of every line takes too long in a report of thousands.
_MOST_WRAPPED = 200
_COLUMNS = ("What", "Number", "Details")


@dataclass(frozen=True, slots=True)
class ReportRow:
    """One line of a report."""

    what: str
    number: int
    detail: str


@dataclass(frozen=True, slots=True)
class ReportView:
    """A report to show."""

    rows: tuple[ReportRow, ...]
    notes: tuple[str, ...]


class ReportDialog(QDialog):
    """Shows a report; everything in it can be selected and copied."""

    def __init__(self, parent: QWidget | None, title: str, view: ReportView) -> None:
        """``title`` says what was done."""
        super().__init__(parent)
        self.setWindowTitle("Report")
        self._title = title
        self._view = view
        self.table = _table(view.rows)
        self.notes = QPlainTextEdit("\n".join(view.notes))
        self.notes.setReadOnly(True)
        self.notes.setTabChangesFocus(True)
        self.notes.setAccessibleName("Notes")
        self.notes.setFixedHeight(_NOTES_HEIGHT)
        self.notes.setVisible(bool(view.notes))
        self.copy_button = push_button("Copy &all")
        self.close_button = push_button("&Close", "primary")
        self.close_button.setDefault(True)
        heading = text_label(title, "heading", wrap=True)
        foot = QHBoxLayout()
        foot.setSpacing(2 * UNIT)
        foot.addWidget(self.copy_button)
        foot.addStretch(1)
        foot.addWidget(self.close_button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(5 * UNIT, MARGIN, 5 * UNIT, MARGIN)
        layout.setSpacing(3 * UNIT)
        layout.addWidget(heading)
        layout.addWidget(self.table, 1)
        layout.addWidget(self.notes)
        layout.addLayout(foot)
        self.resize(*_SIZE)
        self.copy_button.clicked.connect(self.copy_all)
        self.close_button.clicked.connect(self.accept)
        copy = QShortcut(QKeySequence(QKeySequence.StandardKey.Copy), self.table, self.copy_selected)
        copy.setContext(Qt.ShortcutContext.WidgetShortcut)
        self.close_button.setFocus()

    @classmethod
    def ask(cls, parent: QWidget | None, title: str, view: ReportView) -> None:
        """Show a report until it is closed."""
        dialog = cls(parent, title, view)
        dialog.exec()
        dialog.deleteLater()

    @Slot()
    def copy_all(self) -> None:
        """Put the whole report on the clipboard, fields parted by tabs."""
        rows = as_text(self._view.rows)
        QGuiApplication.clipboard().setText("\n".join((self._title, rows, *self._view.notes)))
        self.copy_button.setText("Copied")

    @Slot()
    def copy_selected(self) -> None:
        """Put the selected lines on the clipboard, all of them where none is selected."""
        chosen = sorted({index.row() for index in self.table.selectedIndexes()})
        rows = [self._view.rows[row] for row in chosen] or self._view.rows
        QGuiApplication.clipboard().setText(as_text(rows))


def as_text(rows: Sequence[ReportRow]) -> str:
    """Return one line a row, fields parted by tabs, as spreadsheets take them."""
    return "\n".join(f"{row.what}\t{row.number}\t{row.detail}" for row in rows)


def _table(rows: Sequence[ReportRow]) -> QTableWidget:
    table = QTableWidget(len(rows), len(_COLUMNS))
    table.setAccessibleName("Report")
    table.setProperty("role", "framed")
    table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
    table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
    table.setTabKeyNavigation(False)
    table.setShowGrid(False)
    table.verticalHeader().hide()
    right, left = Qt.AlignmentFlag.AlignRight, Qt.AlignmentFlag.AlignLeft
    for number, row in enumerate(rows):
        for column, (text, side) in enumerate(((row.what, left), (f"{row.number:,}", right), (row.detail, left))):
            item = QTableWidgetItem(text)
            item.setTextAlignment(side | Qt.AlignmentFlag.AlignVCenter)
            item.setToolTip(text)
            table.setItem(number, column, item)
    for column, (name, side) in enumerate(zip(_COLUMNS, (left, right, left), strict=True)):
        title = QTableWidgetItem(name)
        title.setTextAlignment(side | Qt.AlignmentFlag.AlignVCenter)
        table.setHorizontalHeaderItem(column, title)
    header = table.horizontalHeader()
    header.setHighlightSections(False)
    header.setSectionResizeMode(1, QHeaderView.ResizeMode.ResizeToContents)
    header.setStretchLastSection(True)
    if len(rows) <= _MOST_WRAPPED:
        table.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
    table.resizeColumnToContents(0)
    table.setColumnWidth(0, min(table.columnWidth(0), _WHAT_WIDTH))
    return table
