"""Handles of the selected instance: polygon vertices, the eight of a box, or those of a pose's frame."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QTransform

from annotator.canvas.light_item import HALO, LightItem
from annotator.canvas.picking import EIGHT
from annotator.canvas.tools.gesture import Xy
from annotator.tokens import Tokens

HALF_PX = 3.5
FRAME_PX = 16.0
"""How far, in screen pixels, a pose's frame stands off its joints: its handles must not lie on them."""
APART_PX = 10.0
"""Handles nearer than this to the one before are not drawn: a white chain would hide the outline."""


class HandleItem(LightItem):
    """Draws small white squares with an accent border."""

    def __init__(self, tokens: Tokens, *, z: float) -> None:
        """Start without handles."""
        super().__init__(z=z, reach_px=FRAME_PX + 14.0)
        self._tokens = tokens
        self._places: tuple[Xy, ...] = ()
        self._frame: tuple[float, float, float, float] | None = None

    def set_tokens(self, tokens: Tokens) -> None:
        """Take the colours of another theme."""
        self._tokens = tokens
        self.update()

    def set_places(self, places: Sequence[Xy], frame: tuple[float, float, float, float] | None = None) -> None:
        """Replace all handles (image pixels); ``frame`` (x0, y0, x1, y1) is the box around a pose's joints."""
        self._places, self._frame = tuple(places), frame
        self._set_content((*self._places, *((frame[:2], frame[2:]) if frame is not None else ())))

    def draw(self, painter: QPainter, to_screen: QTransform, exposed: QRectF) -> None:
        """Draw the squares."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        if self._frame is not None:
            self._draw_frame(painter, to_screen, self._frame)
        painter.setPen(QPen(QColor(self._tokens.accent), 1.5))
        painter.setBrush(QColor(255, 255, 255))
        last: QPointF | None = None
        for place in self._places:
            middle = to_screen.map(QPointF(*place))
            if last is not None and (middle - last).manhattanLength() < APART_PX:
                continue
            last = middle
            _square(painter, middle)

    def _draw_frame(self, painter: QPainter, to_screen: QTransform, frame: tuple[float, float, float, float]) -> None:
        inner = to_screen.mapRect(QRectF(QPointF(*frame[:2]), QPointF(*frame[2:])))
        outer = inner.adjusted(-FRAME_PX, -FRAME_PX, FRAME_PX, FRAME_PX)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(HALO, 3))
        painter.drawRect(outer)
        painter.setPen(QPen(QColor(255, 255, 255, 210), 1, Qt.PenStyle.DashLine))
        painter.drawRect(outer)
        painter.setPen(QPen(QColor(self._tokens.accent), 1.5))
        painter.setBrush(QColor(255, 255, 255))
        for across, down in EIGHT:
            _square(painter, QPointF(outer.left() + across * outer.width(), outer.top() + down * outer.height()))


def _square(painter: QPainter, middle: QPointF) -> None:
    painter.drawRect(QRectF(round(middle.x()) - HALF_PX, round(middle.y()) - HALF_PX, 2 * HALF_PX, 2 * HALF_PX))
