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
MOST = 120
"""Names drawn at once, of the largest instances: more would hide the picture and cost the frame."""
CELL_PX = (40, 12)
REACH_PX = 320.0
HEIGHT_PX = 26.0
MAX_CHARS = 36


@dataclass(frozen=True, slots=True)
class Label:
    """A name at the top-left corner of ``box``; ``always`` draws it however small the instance is."""

    text: str
    box: Box
    color: Rgb
    always: bool = False


@dataclass(frozen=True, slots=True)
class _Plate:
    """Where a name goes at one zoom, in screen pixels from the image's corner."""

    rect: QRectF
    label: Label


class LabelItem(LightItem):
    """Draws names; where they would cover one another the more important instance keeps its own."""

    def __init__(self, *, z: float) -> None:
        """Start without names."""
        super().__init__(z=z, reach_px=REACH_PX)
        self._labels: tuple[Label, ...] = ()
        self._plates: list[_Plate] = []
        self._laid_at = 0.0
        self._font = QFont()
        self._font.setPixelSize(TEXT_PX)
        self._metrics = QFontMetricsF(self._font)
        self._widths: dict[str, float] = {}

    def boundingRect(self) -> QRectF:
        """The corners that names stand at, and room for the longest to the right."""
        if self._content.isNull():
            return QRectF()
        unit = self._unit
        return self._content.adjusted(-2 * unit, -HEIGHT_PX * unit, REACH_PX * unit, HEIGHT_PX * unit)

    def set_labels(self, labels: Sequence[Label]) -> None:
        """Replace all names, the most important first."""
        if tuple(labels) != self._labels:
            self._labels = tuple(labels)
            self._laid_at = 0.0
            self._set_content((label.box[0], label.box[1]) for label in self._labels)

    def draw(self, painter: QPainter, to_screen: QTransform, exposed: QRectF) -> None:
        """Draw the plates that fit and are exposed."""
        if to_screen.m11() != self._laid_at:
            self._lay(to_screen.m11())
        painter.setFont(self._font)
        origin = to_screen.map(QPointF(0, 0))
        top = float(painter.viewport().top())
        drawn = 0
        for plate in self._plates:
            rect = plate.rect.translated(origin)
            if rect.top() < top <= rect.bottom() + HEIGHT_PX:
                rect.moveTop(top)
            if not rect.intersects(exposed):
                continue
            draw_plate(painter, rect, _short(plate.label.text), plate.label.color)
            drawn += 1
            if drawn >= MOST:
                return

    def _lay(self, zoom: float) -> None:
        """Place the names for one zoom; cells of a coarse grid tell quickly whether a place is taken."""
        self._laid_at = zoom
        self._plates = []
        taken: set[tuple[int, int]] = set()
        height = self._metrics.height() + 4
        for label in self._labels:
            if not label.always and label.box[2] * zoom < LEAST_WIDTH_PX:
                continue
            rect = QRectF(label.box[0] * zoom, label.box[1] * zoom - height - 2, self._width(label.text) + 20, height)
            across = range(int(rect.left()) // CELL_PX[0], int(rect.right()) // CELL_PX[0] + 1)
            down = range(int(rect.top()) // CELL_PX[1], int(rect.bottom()) // CELL_PX[1] + 1)
            cells = [(column, row) for column in across for row in down]
            if not label.always and any(cell in taken for cell in cells):
                continue
            taken.update(cells)
            self._plates.append(_Plate(rect, label))

    def _width(self, text: str) -> float:
        if text not in self._widths:
            self._widths[text] = self._metrics.horizontalAdvance(_short(text))
        return self._widths[text]


def _short(text: str) -> str:
    return text if len(text) <= MAX_CHARS else text[: MAX_CHARS - 1] + "…"


def draw_plate(painter: QPainter, plate: QRectF, text: str, color: Rgb) -> None:
    """Draw words on a small dark plate with a dot of ``color``; the painter's font must be set."""
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(PLATE)
    painter.drawRoundedRect(plate, 4, 4)
    painter.setBrush(as_color(color))
    painter.drawEllipse(QPointF(plate.left() + 9, plate.center().y()), 3.5, 3.5)
    painter.setPen(QColor(240, 241, 244))
    painter.drawText(plate.adjusted(16, 0, 0, 0), Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, text)
