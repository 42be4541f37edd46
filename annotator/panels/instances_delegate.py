"""Paints a row of the instance list and tells where its two buttons are."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QRect, QSize
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from annotator.icons import Icons, faded
from annotator.panels.instances_model import InstanceRow, InstancesModel
from annotator.panels.list_view import ListView
from annotator.panels.row_painter import GLYPH, PAD, ROW_HEIGHT, SMALL_PX, SWATCH, RowPainter, between, middle
from annotator.panels.rows import Index
from annotator.tokens import UNIT
from engine.records import State

_BUTTON = 6 * UNIT
_SCORE_WIDTH = 7 * UNIT
_LEVEL_WIDTH = 14 * UNIT


class InstancesDelegate(QStyledItemDelegate):
    """State, colour, label, level, score, eye and lock; the last two are faint until they matter."""

    def __init__(self, model: InstancesModel, view: ListView, icons: Icons) -> None:
        """Paint rows of ``model`` inside ``view``."""
        super().__init__(view)
        self._model = model
        self._view = view
        self._painter = RowPainter(icons, self)

    def zones(self, index: QModelIndex, rect: QRect) -> dict[str, QRect]:
        """Return where "hide" and "lock" are in a row at ``rect``."""
        right = rect.right() + 1 - UNIT
        lock = QRect(right - _BUTTON, rect.top(), _BUTTON, rect.height())
        return {"hide": lock.translated(-_BUTTON, 0), "lock": lock}

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
        icon, color = {
            State.ACCEPTED: ("accepted", tokens.success),
            State.PROPOSED: ("proposed", tokens.proposed),
            State.REJECTED: ("reject", tokens.text_dim),
            State.JOINED: ("accepted", tokens.text_dim),
        }[row.state]
        left = rect.left() + PAD
        draw.glyph(painter, middle(rect, left, GLYPH), icon, color)
        left += GLYPH + PAD
        draw.swatch(painter, middle(rect, left, SWATCH), row.color, dashed=row.state is State.PROPOSED)
        left += SWATCH + PAD
        zones = self.zones(QModelIndex(), rect)
        right = self._numbers(painter, rect, zones["hide"].left() - UNIT, row)
        dim = row.hidden or not row.label
        draw.text(painter, between(rect, left, right - UNIT), row.title, tokens.text_dim if dim else tokens.text)
        self._buttons(painter, option, row, zones)

    def _numbers(self, painter: QPainter, rect: QRect, right: int, row: InstanceRow) -> int:
        draw, tokens = self._painter, self._painter.tokens
        if row.score is not None:
            place = between(rect, right - _SCORE_WIDTH, right)
            draw.text(painter, place, f"{row.score:.2f}", tokens.text_dim, px=SMALL_PX, right=True)
        right -= _SCORE_WIDTH
        if row.level:
            place = between(rect, right - _LEVEL_WIDTH, right - UNIT)
            draw.text(painter, place, row.level, tokens.text_dim, px=SMALL_PX, right=True)
            right -= _LEVEL_WIDTH
        return right

    def _buttons(
        self, painter: QPainter, option: QStyleOptionViewItem, row: InstanceRow, zones: dict[str, QRect]
    ) -> None:
        tokens = self._painter.tokens
        near = bool(option.state & QStyle.StateFlag.State_MouseOver)
        shown = (
            ("hide", "eye-off" if row.hidden else "eye", row.hidden),
            ("lock", "lock" if row.locked else "lock-open", row.locked),
        )
        for zone, icon, set_ in shown:
            if self._view.is_under_pointer(zones[zone]):
                color = tokens.accent
            elif set_:
                color = tokens.text
            elif near:
                color = tokens.text_dim
            elif zone == "hide":
                color = faded(tokens)
            else:
                continue
            self._painter.glyph(painter, middle(zones[zone], zones[zone].left() + UNIT, GLYPH), icon, color)
