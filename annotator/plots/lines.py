"""Lines with a mark at every value; a gap where there is none."""

from __future__ import annotations

from itertools import pairwise

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from annotator.plots.data import Part
from annotator.plots.looks import color, mark
from annotator.plots.plot import Plot

_MARKED = 60
"""With more places marks would touch: then only single values and the one under the pointer have one."""


class LinePlot(Plot):
    """Each part is a line of its own colour and mark."""

    def top(self) -> float:
        """Return the highest value."""
        return max((value for part in self.chart.parts for value in part.values if value is not None), default=0.0)

    def draw(self, painter: QPainter, area: QRectF, highest: float) -> None:
        """Draw the lines, then the marks on top of them."""
        for part in self.chart.parts:
            points = self._points(part, area, highest)
            strong = QColor(color(part.look, self.tokens))
            for (before, start), (place, end) in pairwise(points):
                # A line over a gap would claim values that nobody has measured; it is only hinted at.
                measured = place - before == 1
                painter.setPen(QPen(strong, 2) if measured else QPen(strong, 1, Qt.PenStyle.DotLine))
                painter.drawLine(start, end)
            for place, point in points:
                if self.chart.places <= _MARKED or place == self.place or len(points) == 1:
                    mark(painter, point, part.look, self.tokens, lit=place == self.place)

    def _points(self, part: Part, area: QRectF, highest: float) -> list[tuple[int, QPointF]]:
        return [
            (place, QPointF(self.middle(area, place), area.bottom() - area.height() * value / highest))
            for place, value in enumerate(part.values)
            if value is not None
        ]
