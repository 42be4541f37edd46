"""A few words that follow the pointer: which joint a click would place."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QFont, QFontMetricsF, QPainter, QTransform

from annotator.canvas.label_item import TEXT_PX, draw_plate
from annotator.canvas.light_item import LightItem
from annotator.canvas.scene_data import Rgb

REACH_PX = 260.0
_OFFSET = QPointF(14, 12)


class TagItem(LightItem):
    """Draws a plate beside the pointer."""

    def __init__(self, *, z: float) -> None:
        """Start without words."""
        super().__init__(z=z, reach_px=REACH_PX)
        self._text = ""
        self._color: Rgb = (255, 255, 255)
        self._at: tuple[float, float] | None = None
        self._font = QFont()
        self._font.setPixelSize(TEXT_PX)
        self._metrics = QFontMetricsF(self._font)

    @property
    def text(self) -> str:
        """The words shown beside the pointer while it is over the picture."""
        return self._text

    def set_text(self, text: str, color: Rgb) -> None:
        """Show other words, or none."""
        if (text, color) != (self._text, self._color):
            self._text, self._color = text, color
            self.set_place(self._at)

    def set_place(self, at: tuple[float, float] | None) -> None:
        """Follow the pointer (image pixels); None: it is elsewhere."""
        self._at = at
        self._set_content((at,) if at is not None and self._text else ())

    def draw(self, painter: QPainter, to_screen: QTransform, exposed: QRectF) -> None:
        """Draw the plate to the lower right of the pointer."""
        if self._at is None or not self._text:
            return
        corner = to_screen.map(QPointF(*self._at)) + _OFFSET
        width, height = self._metrics.horizontalAdvance(self._text) + 22, self._metrics.height() + 4
        painter.setFont(self._font)
        draw_plate(painter, QRectF(corner.x(), corner.y(), width, height), self._text, self._color)
