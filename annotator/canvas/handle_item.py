"""Handles of the selected instance: polygon vertices, or the eight of a box."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QPainter, QPen, QTransform

from annotator.canvas.light_item import LightItem
from annotator.canvas.tools.gesture import Xy
from annotator.tokens import Tokens

HALF_PX = 3.5
APART_PX = 10.0
"""Handles nearer than this to the one before are not drawn: a white chain would hide the outline."""


class HandleItem(LightItem):
    """Draws small white squares with an accent border."""

    def __init__(self, tokens: Tokens, *, z: float) -> None:
        """Start without handles."""
        super().__init__(z=z)
        self._tokens = tokens
        self._places: tuple[Xy, ...] = ()

    def set_tokens(self, tokens: Tokens) -> None:
        """Take the colours of another theme."""
        self._tokens = tokens
        self.update()

    def set_places(self, places: Sequence[Xy]) -> None:
        """Replace all handles (image pixels)."""
        self._places = tuple(places)
        self._set_content(self._places)

    def draw(self, painter: QPainter, to_screen: QTransform, exposed: QRectF) -> None:
        """Draw the squares."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.setPen(QPen(QColor(self._tokens.accent), 1.5))
        painter.setBrush(QColor(255, 255, 255))
        last: QPointF | None = None
        for place in self._places:
            middle = to_screen.map(QPointF(*place))
            if last is not None and (middle - last).manhattanLength() < APART_PX:
                continue
            last = middle
            painter.drawRect(QRectF(round(middle.x()) - HALF_PX, round(middle.y()) - HALF_PX, 2 * HALF_PX, 2 * HALF_PX))
