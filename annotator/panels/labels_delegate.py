"""Paints a row of the label list and places the field in which it is renamed."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QRect, QSize, QSortFilterProxyModel
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import QStyledItemDelegate, QStyleOptionViewItem, QWidget

from annotator.icons import Icons
from annotator.panels.labels_model import LabelRow, LabelsModel
from annotator.panels.list_view import ListView
from annotator.panels.row_painter import PAD, ROW_HEIGHT, SMALL_PX, SWATCH, RowPainter, between, middle
from annotator.panels.rows import Index
from annotator.tokens import UNIT

_KEY = 18
_COUNT_WIDTH = 10 * UNIT


class LabelsDelegate(QStyledItemDelegate):
    """Key, colour, name and count."""

    def __init__(self, model: LabelsModel, proxy: QSortFilterProxyModel, view: ListView, icons: Icons) -> None:
        """Paint rows of ``model`` inside ``view``, which shows ``proxy``."""
        super().__init__(view)
        self._model = model
        self._proxy = proxy
        self._painter = RowPainter(icons, self)

    def row_at(self, index: Index) -> LabelRow | None:
        """Return the row of a proxy index."""
        return self._model.row_at(self._proxy.mapToSource(index))

    def zones(self, index: QModelIndex, rect: QRect) -> dict[str, QRect]:
        """Return where the colour is in a row at ``rect``."""
        left = rect.left() + PAD + _KEY + PAD - UNIT
        return {"color": QRect(left, rect.top(), SWATCH + 2 * UNIT, rect.height())}

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """Return the height that all rows share."""
        return QSize(0, ROW_HEIGHT)

    def updateEditorGeometry(self, editor: QWidget, option: QStyleOptionViewItem, index: Index) -> None:
        """Put the field where the name is."""
        editor.setGeometry(self._name_rect(option.rect).adjusted(-UNIT, 2, 0, -2))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Paint one row."""
        row = self.row_at(index)
        if row is None:
            return
        draw, tokens, rect = self._painter, self._painter.tokens, option.rect
        draw.background(painter, option, marked=row.current)
        left = rect.left() + PAD
        if row.digit:
            self._key(painter, middle(rect, left, _KEY), row.digit)
        draw.swatch(painter, middle(rect, left + _KEY + PAD, SWATCH), row.color)
        draw.text(painter, self._name_rect(rect), row.name, bold=row.current)
        right = rect.right() + 1 - PAD
        if row.count:
            place = between(rect, right - _COUNT_WIDTH, right)
            draw.text(painter, place, f"{row.count:,}", tokens.text_dim, px=SMALL_PX, right=True)

    def _name_rect(self, rect: QRect) -> QRect:
        left = rect.left() + PAD + _KEY + PAD + SWATCH + PAD
        return between(rect, left, rect.right() + 1 - PAD - _COUNT_WIDTH - UNIT)

    def _key(self, painter: QPainter, rect: QRect, digit: str) -> None:
        tokens = self._painter.tokens
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(tokens.border), 1))
        painter.setBrush(QColor(tokens.raised))
        painter.drawRoundedRect(rect.adjusted(0, 0, -1, -1).toRectF().translated(0.5, 0.5), 4, 4)
        painter.restore()
        spare = rect.width() - self._painter.width_of(painter, digit, px=SMALL_PX)
        place = between(rect, rect.left() + spare // 2, rect.right() + 1)
        self._painter.text(painter, place, digit, tokens.text_dim, px=SMALL_PX)
