"""Strokes that the lists of the docks share: background, swatch, symbol, one line of text."""

from __future__ import annotations

from PySide6.QtCore import QObject, QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPen, QPixmap
from PySide6.QtWidgets import QStyle, QStyleOptionViewItem

from annotator.icons import Icons, mix
from annotator.theme_sheet import accent_soft
from annotator.tokens import FONT_PX, UNIT, Tokens

ROW_HEIGHT = 7 * UNIT
SMALL_PX = FONT_PX - 2
GLYPH = 4 * UNIT
SWATCH = 3 * UNIT
PAD = 2 * UNIT
_BAR = 3


class RowPainter(QObject):
    """Paints with the colours of the theme in use; symbols are drawn once and then blitted."""

    def __init__(self, icons: Icons, parent: QObject | None = None) -> None:
        """Follow the theme of ``icons``."""
        super().__init__(parent)
        self._icons = icons
        self._glyphs: dict[tuple[str, str, int, float], QPixmap] = {}
        icons.changed.connect(self._glyphs.clear)

    @property
    def tokens(self) -> Tokens:
        """The theme in use."""
        return self._icons.tokens

    def background(self, painter: QPainter, option: QStyleOptionViewItem, *, marked: bool = False) -> None:
        """Fill a row as selected or hovered; ``marked`` draws the bar of the one that is in use."""
        tokens = self.tokens
        state = option.state
        if state & QStyle.StateFlag.State_Selected:
            painter.fillRect(option.rect, QColor(accent_soft(tokens)))
        elif state & QStyle.StateFlag.State_MouseOver:
            painter.fillRect(option.rect, QColor(mix(tokens.surface, tokens.text, 0.06)))
        if state & QStyle.StateFlag.State_HasFocus and state & QStyle.StateFlag.State_KeyboardFocusChange:
            painter.setPen(QPen(QColor(tokens.accent), 1))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(option.rect.adjusted(0, 0, -1, -1))
        if marked:
            bar = QRect(option.rect.left(), option.rect.top(), _BAR, option.rect.height())
            painter.fillRect(bar, QColor(tokens.accent))

    def glyph(self, painter: QPainter, rect: QRect, name: str, color: str = "") -> None:
        """Draw a symbol of ``annotator.icons`` in the middle of ``rect``, as large as it."""
        ratio = painter.device().devicePixelRatioF()
        side = min(rect.width(), rect.height())
        key = (name, color, side, ratio)
        if key not in self._glyphs:
            self._glyphs[key] = self._icons.get(name, color=color or None).pixmap(QSize(side, side), ratio)
        left = rect.left() + (rect.width() - side) // 2
        top = rect.top() + (rect.height() - side) // 2
        painter.drawPixmap(left, top, self._glyphs[key])

    def swatch(self, painter: QPainter, rect: QRect, color: str, *, dashed: bool = False) -> None:
        """Draw a colour; ``dashed`` says that it is only proposed."""
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        shape = QRectF(rect).adjusted(0.75, 0.75, -0.75, -0.75)
        fill = QColor(color)
        if dashed:
            pen = QPen(fill, 1.5)
            pen.setDashPattern([2.0, 1.4])
            fill.setAlphaF(0.25)
        else:
            pen = QPen(QColor(mix(color, self.tokens.text, 0.35)), 1)
        painter.setPen(pen)
        painter.setBrush(fill)
        painter.drawRoundedRect(shape, 3, 3)
        painter.restore()

    def text(
        self,
        painter: QPainter,
        rect: QRect,
        text: str,
        color: str = "",
        *,
        px: int = FONT_PX,
        bold: bool = False,
        struck: bool = False,
        right: bool = False,
        elide: Qt.TextElideMode = Qt.TextElideMode.ElideRight,
    ) -> int:
        """Draw one line, shortened to fit, centred on ``rect``'s height; returns the width it took."""
        font = line_font(painter.font(), px=px, bold=bold)
        font.setStrikeOut(struck)
        metrics = QFontMetrics(font)
        shown = metrics.elidedText(text, elide, rect.width())
        width = metrics.horizontalAdvance(shown)
        left = rect.right() + 1 - width if right else rect.left()
        baseline = rect.top() + (rect.height() + metrics.ascent() - metrics.descent()) / 2
        painter.save()
        painter.setFont(font)
        painter.setPen(QColor(color or self.tokens.text))
        painter.drawText(QPointF(left, round(baseline)), shown)
        painter.restore()
        return width

    def width_of(self, painter: QPainter, text: str, *, px: int = FONT_PX) -> int:
        """Return how wide a line would be, in pixels."""
        return QFontMetrics(line_font(painter.font(), px=px)).horizontalAdvance(text)


def line_font(base: QFont, *, px: int = FONT_PX, bold: bool = False) -> QFont:
    """Return ``base`` at another size and weight."""
    font = QFont(base)
    font.setPixelSize(px)
    font.setWeight(QFont.Weight.DemiBold if bold else QFont.Weight.Normal)
    return font


def middle(rect: QRect, left: int, side: int) -> QRect:
    """Return a square of ``side`` that starts at ``left`` and is centred on the row ``rect``."""
    return QRect(left, rect.top() + (rect.height() - side) // 2, side, side)


def between(rect: QRect, left: int, right: int) -> QRect:
    """Return the part of the row ``rect`` from ``left`` up to but without ``right``."""
    return QRect(left, rect.top(), max(right - left, 0), rect.height())
