"""Fills, hatches and marks: every part of a chart can be told from the others without its colour."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QPainter, QPen, QPolygonF

from annotator.icons import mix
from annotator.plots.data import Look
from annotator.tokens import Tokens

_PATTERNS = {
    "striped": Qt.BrushStyle.BDiagPattern,
    "dotted": Qt.BrushStyle.Dense6Pattern,
    "lined": Qt.BrushStyle.HorPattern,
}
MARK = 3.5
"""Half the size of a mark in pixels."""


def color(look: Look, tokens: Tokens) -> str:
    """Return the colour that goes with a look in this theme."""
    return {
        "plain": tokens.accent,
        "striped": tokens.proposed,
        "dotted": tokens.success,
        "lined": tokens.text_dim,
    }[look]


def fill(painter: QPainter, box: QRectF, look: Look, tokens: Tokens, *, lit: bool = False) -> None:
    """Fill a bar: plain ones solid, others paler with hatch and outline; a ``lit`` one is under the pointer."""
    strong = color(look, tokens)
    if lit:
        strong = mix(strong, tokens.text, 0.3)
    if look == "plain":
        painter.fillRect(box, QColor(strong))
        return
    painter.fillRect(box, QColor(mix(strong, tokens.surface, 0.55)))
    painter.fillRect(box, QBrush(QColor(strong), _PATTERNS[look]))
    if box.width() > 3 and box.height() > 3:
        painter.setPen(QPen(QColor(strong), 1))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(box.adjusted(0.5, 0.5, -0.5, -0.5))


def mark(painter: QPainter, at: QPointF, look: Look, tokens: Tokens, *, lit: bool = False) -> None:
    """Draw a point of a line: a disc, a square, a triangle or a diamond."""
    size = MARK + 1.5 if lit else MARK
    painter.setPen(QPen(QColor(tokens.surface), 1))
    painter.setBrush(QColor(color(look, tokens)))
    if look == "plain":
        painter.drawEllipse(at, size, size)
    elif look == "striped":
        painter.drawRect(QRectF(at.x() - size, at.y() - size, 2 * size, 2 * size))
    else:
        turned = (
            ((0, -1.3), (1.2, 0.9), (-1.2, 0.9)) if look == "dotted" else ((0, -1.4), (1.4, 0), (0, 1.4), (-1.4, 0))
        )
        painter.drawPolygon(QPolygonF([QPointF(at.x() + x * size, at.y() + y * size) for x, y in turned]))
