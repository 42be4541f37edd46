"""The contact sheet: many masks at a glance; the few that stand out are chosen and decided, then the rest."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QItemSelectionModel, QRect, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QPainterPath, QPen, QShowEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from annotator.icons import Icons, mix
from annotator.panels.list_view import is_enter
from annotator.panels.row_painter import GLYPH, SMALL_PX, RowPainter
from annotator.panels.rows import Index
from annotator.panels.sheet_model import SheetModel
from annotator.tokens import UNIT
from annotator.widgets.parts import GAP
from engine.review import ReviewEntry

PICTURE = 31 * UNIT
CELL = QSize(PICTURE + 2 * UNIT, PICTURE + 7 * UNIT)


class ContactSheet(QWidget):
    """Shows a stretch of the queue.

    Signals:
        opened(int): look closer at this instance (Enter or double click).
        left(): Esc.
        chosen_changed(): other pictures are chosen.
        more_asked(): the end is near, more of the queue is wanted.
        pictures_needed(object): the entries in sight without a picture, and those just below.
    """

    opened = Signal(int)
    left = Signal()
    chosen_changed = Signal()
    more_asked = Signal()
    pictures_needed = Signal(object)

    def __init__(self, icons: Icons) -> None:
        """Start empty."""
        super().__init__()
        self.model = SheetModel(self)
        self.view = _Grid(icons)
        self.view.setModel(self.model)
        self.view.setItemDelegate(_Cells(self.model, self.view, icons))
        self.view.selectionModel().selectionChanged.connect(lambda _new, _old: self.chosen_changed.emit())
        self.view.enter.connect(self._open)
        self.view.doubleClicked.connect(self._open)
        self.view.escape.connect(self._escape)
        self.setFocusProxy(self.view)
        self._look = QTimer(self)
        self._look.setSingleShot(True)
        self._look.setInterval(0)
        self._look.timeout.connect(self._look_around)
        self.view.verticalScrollBar().valueChanged.connect(lambda _value: self._look.start())
        self.view.verticalScrollBar().rangeChanged.connect(lambda _low, _high: self._look.start())
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.view)

    def set_entries(self, entries: Sequence[ReviewEntry]) -> None:
        """Show these; the cursor stays on its entry, else in its place; what was chosen stays chosen."""
        row, under, chosen = self.view.currentIndex().row(), self.under_cursor, set(self.chosen)
        self.model.set_entries(entries)
        self._look.start()
        if not entries:
            return
        row = next((n for n, each in enumerate(entries) if each.instance.id == under), row)
        current = self.model.index(min(max(row, 0), len(entries) - 1), 0)
        flags = QItemSelectionModel.SelectionFlag
        self.view.selectionModel().setCurrentIndex(current, flags.NoUpdate)
        for place, each in enumerate(entries):
            if each.instance.id in chosen:
                self.view.selectionModel().select(self.model.index(place, 0), flags.Select)
        self.view.scrollTo(current)

    @property
    def under_cursor(self) -> int | None:
        """The id of the entry under the cursor."""
        entry = self.model.entry(self.view.currentIndex().row())
        return None if entry is None else entry.instance.id

    @property
    def chosen(self) -> tuple[int, ...]:
        """The ids chosen, in the order of the sheet."""
        rows = sorted(index.row() for index in self.view.selectionModel().selectedIndexes())
        return tuple(self.model.entries[row].instance.id for row in rows)

    @property
    def targets(self) -> tuple[int, ...]:
        """What a decision is about: the chosen ones, else the one under the cursor."""
        entry = self.model.entry(self.view.currentIndex().row())
        return self.chosen or (() if entry is None else (entry.instance.id,))

    def showEvent(self, event: QShowEvent) -> None:
        """Look at what is in sight now."""
        super().showEvent(event)
        self._look.start()

    def rows_in_sight(self) -> tuple[int, int]:
        """Return the first and the last row on screen, and one screen more."""
        view, grid = self.view, self.view.gridSize()
        across = max((view.viewport().width()) // grid.width(), 1)
        top = view.verticalScrollBar().value() // grid.height()
        down = view.viewport().height() // grid.height() + 1
        return top * across, (top + 2 * down) * across

    def _look_around(self) -> None:
        if not self.isVisible():
            return
        first, last = self.rows_in_sight()
        wanted = [each for each in self.model.entries[first : last + 1] if self.model.lacks_picture(each)]
        if wanted:
            self.pictures_needed.emit(wanted)
        if last >= len(self.model.entries):
            self.more_asked.emit()

    def _open(self) -> None:
        entry = self.model.entry(self.view.currentIndex().row())
        if entry is not None:
            self.opened.emit(entry.instance.id)

    def _escape(self) -> None:
        if self.chosen:
            self.view.clearSelection()
        else:
            self.left.emit()


class _Grid(QListView):
    """A list in rows and columns that leaves letters to the actions."""

    enter = Signal()
    escape = Signal()

    def __init__(self, icons: Icons) -> None:
        super().__init__()
        self.setViewMode(QListView.ViewMode.IconMode)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setMovement(QListView.Movement.Static)
        self.setUniformItemSizes(True)
        self.setGridSize(CELL + QSize(GAP, GAP))
        self.setSpacing(0)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setSelectionRectVisible(True)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setMouseTracking(True)
        self.setAccessibleName("Contact sheet")
        icons.changed.connect(self.viewport().update)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Space chooses or lets go, Enter looks closer, Esc goes back; arrows move without choosing."""
        if is_enter(self, event):
            event.accept()
            self.enter.emit()
        elif event.key() == Qt.Key.Key_Escape:
            event.accept()
            self.escape.emit()
        elif event.key() == Qt.Key.Key_Space and self.currentIndex().isValid():
            event.accept()
            self.selectionModel().select(self.currentIndex(), QItemSelectionModel.SelectionFlag.Toggle)
        else:
            super().keyPressEvent(event)

    def selectionCommand(self, index: Index, event: object = None) -> QItemSelectionModel.SelectionFlag:
        """Let plain arrows move the cursor only: what was chosen must not get lost on the way."""
        if isinstance(event, QKeyEvent) and event.modifiers() in (
            Qt.KeyboardModifier.NoModifier,
            Qt.KeyboardModifier.KeypadModifier,
        ):
            return QItemSelectionModel.SelectionFlag.NoUpdate
        return super().selectionCommand(index, event)  # type: ignore[arg-type]  # an event or None, as it came

    def keyboardSearch(self, search: str) -> None:
        """Do nothing: single letters are keys of the review."""


class _Cells(QStyledItemDelegate):
    """A picture with its label and score; chosen ones have a frame and a tick."""

    def __init__(self, model: SheetModel, view: _Grid, icons: Icons) -> None:
        super().__init__(view)
        self._model = model
        self._draw = RowPainter(icons, self)

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return CELL

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        entry = self._model.entry(index.row())
        if entry is None:
            return
        tokens, draw = self._draw.tokens, self._draw
        cell = QRect(option.rect.topLeft(), CELL)
        frame = QRect(cell.left() + UNIT, cell.top() + UNIT, PICTURE, PICTURE)
        chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        current = bool(option.state & QStyle.StateFlag.State_HasFocus)
        hovered = bool(option.state & QStyle.StateFlag.State_MouseOver)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        shape = QPainterPath()
        shape.addRoundedRect(frame.toRectF(), UNIT, UNIT)
        painter.fillPath(shape, QColor(mix(tokens.surface, tokens.text, 0.08)))
        picture = self._model.picture_of(entry.instance.id)
        if picture is not None:
            painter.setClipPath(shape)
            painter.drawPixmap(frame, picture)
            painter.setClipping(False)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        if chosen or current or hovered:
            color = tokens.accent if chosen else tokens.text if current else tokens.text_dim
            painter.setPen(QPen(QColor(color), 3 if chosen else 2 if current else 1))
            painter.drawPath(shape)
            if chosen and current:
                painter.setPen(QPen(QColor(tokens.text), 1, Qt.PenStyle.DashLine))
                painter.drawRoundedRect(frame.toRectF().adjusted(3, 3, -3, -3), UNIT, UNIT)
        painter.restore()
        if self._model.is_broken(entry.instance.id):
            draw.glyph(painter, frame.adjusted(40, 40, -40, -40), "warning", tokens.error)
        if chosen:
            mark = QRect(frame.right() - GLYPH - UNIT, frame.top() + UNIT, GLYPH + UNIT, GLYPH + UNIT)
            painter.fillRect(mark, QColor(tokens.accent))
            draw.glyph(painter, mark.adjusted(2, 2, -2, -2), "accept", tokens.on_accent)
        self._words(painter, QRect(frame.left(), frame.bottom() + 2, frame.width(), 5 * UNIT), entry)

    def _words(self, painter: QPainter, room: QRect, entry: ReviewEntry) -> None:
        score = entry.instance.provenance.score
        words = "" if score is None else f"{score:.2f}"
        wide = self._draw.width_of(painter, words, px=SMALL_PX) if words else 0
        if words:
            self._draw.text(painter, room, words, self._draw.tokens.text_dim, px=SMALL_PX, right=True)
        name = room.adjusted(0, 0, -wide - UNIT, 0)
        self._draw.text(painter, name, self._model.name_of(entry), px=SMALL_PX)
