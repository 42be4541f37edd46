"""Draws a recent project on two lines: name and when, and where it is."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from annotator.icons import Icons, mix
from annotator.theme_sheet import accent_soft
from annotator.widgets.parts import GAP

HEIGHT = 48


@dataclass(frozen=True, slots=True)
class RecentView:
    """A recent project as shown: ``missing`` ones are dim and say so."""

    place: str
    name: str
    when: str
    missing: bool = False


class RecentDelegate(QStyledItemDelegate):
    """Shows the ``RecentView`` under the user role."""

    def __init__(self, icons: Icons, parent: QObject) -> None:
        """Colours come from the icons' theme."""
        super().__init__(parent)
        self._icons = icons

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        """Give two lines of room."""
        return QSize(100, HEIGHT)

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        """Draw both lines, shortened where needed."""
        project: RecentView = index.data(Qt.ItemDataRole.UserRole)
        tokens = self._icons.tokens
        rect: QRect = option.rect
        state: QStyle.StateFlag = option.state
        focused = bool(state & QStyle.StateFlag.State_HasFocus)
        if state & QStyle.StateFlag.State_Selected and focused:
            painter.fillRect(rect, QColor(accent_soft(tokens)))
        elif state & QStyle.StateFlag.State_MouseOver:
            painter.fillRect(rect, QColor(mix(tokens.surface, tokens.text, 0.06)))
        painter.save()
        inner = rect.adjusted(3 * GAP // 2, 5, -3 * GAP // 2, -5)
        metrics = option.fontMetrics
        half = inner.height() // 2
        first = QRect(inner.left(), inner.top(), inner.width(), half)
        second = QRect(inner.left(), inner.top() + half, inner.width(), half)
        when = "missing" if project.missing else project.when
        width = metrics.horizontalAdvance(when) + GAP
        name = metrics.elidedText(project.name, Qt.TextElideMode.ElideMiddle, first.width() - width)
        vertical = Qt.AlignmentFlag.AlignVCenter
        painter.setPen(QColor(tokens.text_dim if project.missing else tokens.text))
        painter.drawText(first, vertical | Qt.AlignmentFlag.AlignLeft, name)
        painter.setPen(QColor(tokens.warning if project.missing else tokens.text_dim))
        painter.drawText(first, vertical | Qt.AlignmentFlag.AlignRight, when)
        painter.setPen(QColor(tokens.text_dim))
        place = metrics.elidedText(project.place, Qt.TextElideMode.ElideMiddle, second.width())
        painter.drawText(second, vertical | Qt.AlignmentFlag.AlignLeft, place)
        painter.restore()
