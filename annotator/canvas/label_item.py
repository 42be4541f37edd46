"""Names at the instances: a small dark plate with the instance's colour, always of the same size on screen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QTransform

from annotator.canvas.light_item import LightItem, as_color
from annotator.canvas.scene_data import Rgb
from engine.records import Box

TEXT_PX = 12
PLATE = QColor(18, 18, 20, 215)
LEAST_WIDTH_PX = 36.0
"""Instances narrower than this on screen go without a name, unless hovered or selected."""
MOST = 150
"""Names drawn at once, of the largest instances: more would hide the picture and cost the frame."""
MAX_CHARS = 36


@dataclass(frozen=True, slots=True)
class Label:
    """A name at the top-left corner of ``box``; ``always`` draws it however small the instance is."""

    text: str
    box: Box
    color: Rgb
    always: bool = False


class LabelItem(LightItem):
    """Draws names; where they would cover one another the larger instance keeps its own."""

    def __init__(self, *, z: float) -> None:
        """Start without names."""
        super().__init__(z=z, reach_px=320.0)
        self._labels: tuple[Label, ...] = ()
        self._font = QFont()
        self._font.setPixelSize(TEXT_PX)
        self._metrics = QFontMetricsF(self._font)

    def set_labels(self, labels: Sequence[Label]) -> None:
        """Replace all names, the most important first."""
        self._labels = tuple(labels)
        self._set_content(point for label in self._labels for point in _corners(label.box))

    def draw(self, painter: QPainter, to_screen: QTransform) -> None:
        """Draw the plates that fit."""
        view = QRectF(painter.viewport())
        painter.setFont(self._font)
        taken: list[QRectF] = []
        for label in self._labels:
            if len(taken) >= MOST:
                return
            if not label.always and label.box[2] * to_screen.m11() < LEAST_WIDTH_PX:
                continue
            corner = to_screen.map(QPointF(label.box[0], label.box[1]))
            text = label.text if len(label.text) <= MAX_CHARS else label.text[: MAX_CHARS - 1] + "…"
            height = self._metrics.height() + 4
            plate = QRectF(corner.x(), corner.y() - height - 2, self._metrics.horizontalAdvance(text) + 20, height)
            if plate.top() < view.top():
                plate.moveTop(max(view.top(), corner.y() + 2))
            if not plate.intersects(view) or (not label.always and any(plate.intersects(other) for other in taken)):
                continue
            taken.append(plate)
            _plate(painter, plate, text, label.color)


def _plate(painter: QPainter, plate: QRectF, text: str, color: Rgb) -> None:
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(PLATE)
    painter.drawRoundedRect(plate, 4, 4)
    painter.setBrush(as_color(color))
    painter.drawEllipse(QPointF(plate.left() + 9, plate.center().y()), 3.5, 3.5)
    painter.setPen(QColor(240, 241, 244))
    painter.drawText(plate.adjusted(16, 0, 0, 0), Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, text)


def _corners(box: Box) -> tuple[tuple[float, float], tuple[float, float]]:
    return (box[0], box[1]), (box[0] + box[2], box[1] + box[3])
