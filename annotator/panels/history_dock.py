"""The dock of an image's history: undone steps stand there dim and struck until they are redone or dropped."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from PySide6.QtCore import QModelIndex, QSize, Qt, Signal
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QStyledItemDelegate, QStyleOptionViewItem

from annotator.icons import Icons
from annotator.panels.dock import Dock
from annotator.panels.history_model import HistoryModel
from annotator.panels.list_view import ListView
from annotator.panels.row_painter import PAD, ROW_HEIGHT, SMALL_PX, RowPainter, between, middle
from annotator.panels.rows import Index
from annotator.tokens import UNIT
from engine.records import HistoryRecord

_MARK = 14
_WHEN_WIDTH = 12 * UNIT


class HistoryDock(Dock):
    """Lists ops.

    Signals:
        picked(int): id of the op that was clicked or chosen by Enter.
    """

    picked = Signal(int)

    def __init__(self, icons: Icons, *, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        """Start empty."""
        super().__init__("history_dock", "History", icons)
        self._model = HistoryModel(now, self)
        self.view = ListView(icons)
        self.view.setObjectName("history_list")
        self.view.setAccessibleName("History")
        self.view.set_hint("What you do on this image is listed here.")
        self.view.setModel(self._model)
        self.view.setItemDelegate(HistoryDelegate(self._model, self.view, icons))
        self._body.addWidget(self.view)
        self.view.clicked.connect(self._picked)
        self.view.chosen.connect(self._picked)

    @property
    def model(self) -> HistoryModel:
        """The rows."""
        return self._model

    def set_records(self, records: Sequence[HistoryRecord]) -> None:
        """List these, in this order."""
        self._model.show(list(records))

    def _picked(self, index: QModelIndex) -> None:
        self.picked.emit(index.data(Qt.ItemDataRole.UserRole))


class HistoryDelegate(QStyledItemDelegate):
    """Title and time."""

    def __init__(self, model: HistoryModel, view: ListView, icons: Icons) -> None:
        """Paint rows of ``model`` inside ``view``."""
        super().__init__(view)
        self._model = model
        self._painter = RowPainter(icons, self)

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """Return the height that all rows share."""
        return QSize(0, ROW_HEIGHT)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Paint one row."""
        row = self._model.row_at(index)
        if row is None:
            return
        draw, tokens, rect = self._painter, self._painter.tokens, option.rect
        draw.background(painter, option)
        left, right = rect.left() + PAD, rect.right() + 1 - PAD
        mark, color = ("undo", tokens.text_dim) if row.undone else ("accept", tokens.success)
        draw.glyph(painter, middle(rect, left, _MARK), mark, color)
        draw.text(
            painter, between(rect, right - _WHEN_WIDTH, right), row.when, tokens.text_dim, px=SMALL_PX, right=True
        )
        title = between(rect, left + _MARK + PAD, right - _WHEN_WIDTH - UNIT)
        draw.text(painter, title, row.title, tokens.text_dim if row.undone else tokens.text, struck=row.undone)
