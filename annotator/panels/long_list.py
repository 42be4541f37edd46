"""A list of a hundred thousand rows of one height: no change of it goes through the rows one by one."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPaintEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QWidget

from annotator.icons import Icons
from annotator.panels.list_view import SMALLEST, is_enter, paint_hint


class LongList(QTableView):
    """A table that looks and feels like a list of one column.

    QListView asks its model for every row whenever it lays itself out, a third of a second for 100,000 rows; a table
    whose sections all have one fixed size only counts them.

    Signals:
        chosen(QModelIndex): double click or Enter.
        leave(): Esc.
    """

    chosen = Signal(QModelIndex)
    leave = Signal()

    def __init__(self, icons: Icons, row_height: int, parent: QWidget | None = None) -> None:
        """Give every row ``row_height`` pixels; repaint when the theme of ``icons`` changes."""
        super().__init__(parent)
        self._icons = icons
        self._hint = ""
        self._row_height = row_height
        self._fix_sections()
        self.setShowGrid(False)
        self.setCornerButtonEnabled(False)
        self.setTabKeyNavigation(False)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.setMouseTracking(True)
        self.setMinimumHeight(SMALLEST)
        self.verticalScrollBar().setSingleStep(row_height)
        icons.changed.connect(self.viewport().update)

    def set_hint(self, text: str) -> None:
        """Say what to do while the list is empty."""
        if text != self._hint:
            self._hint = text
            self.viewport().update()

    @property
    def offset(self) -> int:
        """How many pixels of the list are above its upper edge."""
        return self.verticalScrollBar().value()

    def rows_in_sight(self) -> tuple[int, int] | None:
        """Return the first and the last row on screen; None while there is none."""
        number = self.model().rowCount() if self.model() is not None else 0
        if not number or not self.isVisible():
            return None
        first = self.offset // self._row_height
        return first, min((self.offset + self.viewport().height()) // self._row_height, number - 1)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Choose the row."""
        super().mouseDoubleClickEvent(event)
        index = self.indexAt(event.position().toPoint())
        if event.button() is Qt.MouseButton.LeftButton and index.isValid():
            self.chosen.emit(index)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Choose the current row by Enter, leave by Esc."""
        if is_enter(self, event):
            event.accept()
            self.chosen.emit(self.currentIndex())
        elif event.key() == Qt.Key.Key_Escape:
            event.accept()
            self.leave.emit()
        else:
            super().keyPressEvent(event)

    def moveCursor(self, action: QAbstractItemView.CursorAction, modifiers: Qt.KeyboardModifier) -> QModelIndex:
        """Take Home and End to the ends of the list, where tables mean the ends of a row."""
        if action in (QAbstractItemView.CursorAction.MoveHome, QAbstractItemView.CursorAction.MoveEnd):
            modifiers |= Qt.KeyboardModifier.ControlModifier
        return super().moveCursor(action, modifiers)

    def keyboardSearch(self, search: str) -> None:
        """Do nothing: single letters are the tools' keys."""

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the rows, or the hint where there are none."""
        super().paintEvent(event)
        paint_hint(self, self._hint, self._icons)

    def _fix_sections(self) -> None:
        rows, column = self.verticalHeader(), self.horizontalHeader()
        for header in (rows, column):
            header.hide()
            header.setHighlightSections(False)
        rows.setMinimumSectionSize(self._row_height)
        rows.setDefaultSectionSize(self._row_height)
        rows.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        column.setMinimumSectionSize(1)
        column.setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
