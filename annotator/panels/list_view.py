"""The list inside a dock: rows of one height, buttons painted into rows, a hint while there is nothing to list."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QEvent, QModelIndex, QPoint, QRect, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractItemView, QListView, QWidget

from annotator.icons import Icons
from annotator.panels.rows import Index
from annotator.tokens import UNIT

Zones = Callable[[QModelIndex, QRect], dict[str, QRect]]
SMALLEST = 16 * UNIT
"""The least height of a list: a few rows or a hint of two lines."""


class ListView(QListView):
    """A list of painted rows.

    Signals:
        zone_pressed(QModelIndex, str): one of the small buttons inside a row; the row itself is not selected by it.
        pointed(object): the ``QModelIndex`` under the pointer, or None.
        chosen(QModelIndex): double click or Enter.
        leave(): Esc.
    """

    zone_pressed = Signal(QModelIndex, str)
    pointed = Signal(object)
    chosen = Signal(QModelIndex)
    leave = Signal()

    def __init__(self, icons: Icons, parent: QWidget | None = None) -> None:
        """Repaint when the theme of ``icons`` changes."""
        super().__init__(parent)
        self._icons = icons
        self._hint = ""
        self._zones: Zones | None = None
        self._pointer = QPoint(-1, -1)
        self._pointed: int | None = None
        self.setMouseTracking(True)
        self.setUniformItemSizes(True)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.setMinimumHeight(SMALLEST)
        self.setTabKeyNavigation(False)
        icons.changed.connect(self.viewport().update)

    def set_hint(self, text: str) -> None:
        """Say what to do while the list is empty."""
        if text != self._hint:
            self._hint = text
            self.viewport().update()

    def use_zones(self, zones: Zones) -> None:
        """Let ``zones(index, row's rectangle)`` tell where the small buttons of a row are, by name."""
        self._zones = zones

    def is_under_pointer(self, rect: QRect) -> bool:
        """Tell whether the pointer is inside ``rect`` of the viewport."""
        return rect.contains(self._pointer)

    def zone_at(self, at: QPoint) -> tuple[QModelIndex, str]:
        """Return the row at a point of the viewport and the name of the button there, or ""."""
        index = self.indexAt(at)
        if not index.isValid() or self._zones is None:
            return index, ""
        found = self._zones(index, self.visualRect(index))
        return index, next((name for name, rect in found.items() if rect.contains(at)), "")

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Press a button of a row, or else what lists do."""
        if not self._pressed_zone(event):
            super().mousePressEvent(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Choose the row; on a button of it a quick second press."""
        if self._pressed_zone(event):
            return
        super().mouseDoubleClickEvent(event)
        index = self.indexAt(event.position().toPoint())
        if event.button() is Qt.MouseButton.LeftButton and index.isValid():
            self.chosen.emit(index)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Follow the pointer."""
        super().mouseMoveEvent(event)
        self._point(event.position().toPoint())

    def viewportEvent(self, event: QEvent) -> bool:
        """Forget the pointer when it leaves the rows, be it only for the scroll bar."""
        if event.type() == QEvent.Type.Leave:
            self._point(QPoint(-1, -1))
        return super().viewportEvent(event)

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

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the rows, or the hint where there are none."""
        super().paintEvent(event)
        paint_hint(self, self._hint, self._icons)

    def dataChanged(self, first: Index, last: Index, roles: Sequence[int] = ()) -> None:
        """Repaint what has changed; a list of rows of one height need not be laid out again for it."""
        if self.uniformItemSizes():
            QAbstractItemView.dataChanged(self, first, last, roles)
        else:
            super().dataChanged(first, last, roles)

    def keyboardSearch(self, search: str) -> None:
        """Do nothing: single letters are the tools' keys."""

    def _pressed_zone(self, event: QMouseEvent) -> bool:
        if event.button() is not Qt.MouseButton.LeftButton:
            return False
        index, zone = self.zone_at(event.position().toPoint())
        if zone:
            event.accept()
            self.zone_pressed.emit(index, zone)
        return bool(zone)

    def _point(self, at: QPoint) -> None:
        self._pointer = at
        index = self.indexAt(at) if at.x() >= 0 else QModelIndex()
        row = index.row() if index.isValid() else None
        if self._zones is not None:
            self._repaint(self._pointed)
            self._repaint(row)
        if row != self._pointed:
            self._pointed = row
            self.pointed.emit(index if index.isValid() else None)

    def _repaint(self, row: int | None) -> None:
        if row is not None and self.model() is not None:
            self.viewport().update(self.visualRect(self.model().index(row, 0)))


def is_enter(view: QAbstractItemView, event: QKeyEvent) -> bool:
    """Tell whether a key chooses the current row of ``view``; while a row is edited, Enter ends that."""
    enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
    editing = view.state() is QAbstractItemView.State.EditingState
    return enter and view.currentIndex().isValid() and not editing


def paint_hint(view: QAbstractItemView, hint: str, icons: Icons) -> None:
    """Write ``hint`` in the middle of ``view`` while that has no rows."""
    if not hint or view.model() is None or view.model().rowCount():
        return
    painter = QPainter(view.viewport())
    painter.setPen(QColor(icons.tokens.text_dim))
    room = view.viewport().rect().adjusted(4 * UNIT, 2 * UNIT, -4 * UNIT, -2 * UNIT)
    painter.drawText(room, Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap, hint)
    painter.end()
