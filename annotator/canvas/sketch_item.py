"""The gesture in progress: outline with vertices, rubber band, brush stroke, brush cursor."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF, QTransform

from annotator.canvas.draft_item import draw_band
from annotator.canvas.light_item import HALO, LightItem, solid
from annotator.canvas.tools.gesture import Sketch, Xy
from annotator.tokens import Tokens

DOT_PX = 4.0
SNAP_PX = 7.0
STROKE_ALPHA = 0.5


class SketchItem(LightItem):
    """Draws one sketch."""

    def __init__(self, tokens: Tokens, *, z: float) -> None:
        """Start empty."""
        super().__init__(z=z)
        self._tokens = tokens
        self._sketch: Sketch | None = None

    def set_tokens(self, tokens: Tokens) -> None:
        """Take the colours of another theme."""
        self._tokens = tokens
        self.update()

    def set_sketch(self, sketch: Sketch | None) -> None:
        """Show another sketch or none."""
        self._sketch = sketch
        self._set_content(_points(sketch) if sketch else ())

    def draw(self, painter: QPainter, to_screen: QTransform, exposed: QRectF) -> None:
        """Draw whatever the sketch holds."""
        sketch = self._sketch
        if sketch is None:
            return
        accent = QColor(self._tokens.accent)
        if sketch.stroke:
            self._stroke(painter, to_screen, sketch)
        if sketch.box is not None:
            x0, y0, x1, y1 = sketch.box
            draw_band(painter, to_screen.mapRect(QRectF(x0, y0, x1 - x0, y1 - y0)), accent)
        if len(sketch.line) > 1 or sketch.closed:
            _polyline(painter, _mapped(to_screen, sketch.line), accent, closed=sketch.closed, dashed=False)
        if len(sketch.lead) > 1:
            _polyline(painter, _mapped(to_screen, sketch.lead), accent, closed=False, dashed=True)
        for dot in sketch.dots:
            place = to_screen.map(QPointF(*dot))
            snap = dot == sketch.snap
            painter.setPen(QPen(HALO, 3.5))
            painter.setBrush(accent if snap else QColor(255, 255, 255))
            size = SNAP_PX if snap else DOT_PX
            painter.drawEllipse(place, size, size)
            painter.setPen(QPen(QColor(255, 255, 255) if snap else accent, 1.8))
            painter.drawEllipse(place, size, size)
        if sketch.ring is not None:
            _cursor(painter, to_screen, sketch)

    def _stroke(self, painter: QPainter, to_screen: QTransform, sketch: Sketch) -> None:
        color = QColor(self._tokens.exclude if sketch.erase else self._tokens.accent)
        color.setAlphaF(STROKE_ALPHA)
        points = _mapped(to_screen, sketch.stroke)
        pen = solid(color, 2 * sketch.radius * to_screen.m11())
        painter.setPen(pen)
        if len(points) == 1:
            painter.drawPoint(points[0])
        else:
            painter.drawPolyline(QPolygonF(points))


def _cursor(painter: QPainter, to_screen: QTransform, sketch: Sketch) -> None:
    assert sketch.ring is not None
    place, radius = to_screen.map(QPointF(*sketch.ring)), sketch.radius * to_screen.m11()
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(HALO, 3))
    painter.drawEllipse(place, radius, radius)
    painter.setPen(QPen(QColor(255, 255, 255), 1.3))
    painter.drawEllipse(place, radius, radius)
    arm = QPointF(3, 0)
    for pen in (QPen(HALO, 3), QPen(QColor(255, 255, 255), 1.3)):
        painter.setPen(pen)
        painter.drawLine(place - arm, place + arm)
        if not sketch.erase:
            painter.drawLine(place - arm.transposed(), place + arm.transposed())


def _polyline(painter: QPainter, points: Sequence[QPointF], color: QColor, *, closed: bool, dashed: bool) -> None:
    shape = QPolygonF(points)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    line = solid(color, 2)
    if dashed:
        line.setDashPattern([3, 2.5])
    for pen in (solid(HALO, 4), solid(QColor(255, 255, 255, 170), 2), line):
        painter.setPen(pen)
        if closed:
            painter.drawPolygon(shape)
        else:
            painter.drawPolyline(shape)


def _mapped(to_screen: QTransform, points: Sequence[Xy]) -> list[QPointF]:
    return [to_screen.map(QPointF(x, y)) for x, y in points]


def _points(sketch: Sketch) -> Iterator[Xy]:
    yield from (*sketch.line, *sketch.lead, *sketch.dots)
    if sketch.box is not None:
        yield from (sketch.box[:2], sketch.box[2:])
    for x, y in (*sketch.stroke, *((sketch.ring,) if sketch.ring else ())):
        yield x - sketch.radius, y - sketch.radius
        yield x + sketch.radius, y + sketch.radius
