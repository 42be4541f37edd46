"""Bars, stacked where there are several parts."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QPainter

from annotator.plots.looks import fill
from annotator.plots.plot import Plot

_WIDEST = 56.0


class BarPlot(Plot):
    """Each place has one bar; its parts stand on one another in their order."""

    def top(self) -> float:
        """Return the highest stack."""
        stacks = (sum(part.values[place] or 0 for part in self.chart.parts) for place in range(self.chart.places))
        return max(stacks, default=0.0)

    def draw(self, painter: QPainter, area: QRectF, highest: float) -> None:
        """Draw the bars and the notes above them."""
        room = area.width() / self.chart.places
        # Histograms have hardly any gap: their bars are neighbours on a scale.
        share = 0.92 if self.chart.edges else 0.72
        wide = max(min(room * share, room if self.chart.edges else _WIDEST), 1.0)
        notes_fit = all(painter.fontMetrics().horizontalAdvance(note) <= room - 2 for note in self.chart.notes)
        for place in range(self.chart.places):
            left, bottom = self.middle(area, place) - wide / 2, area.bottom()
            for part in self.chart.parts:
                value = part.values[place] or 0
                if value:
                    tall = area.height() * value / highest
                    # Whole pixels, so that neighbouring parts meet without a seam.
                    box = QRectF(round(left), round(bottom - tall), round(wide), round(bottom) - round(bottom - tall))
                    fill(painter, box, part.look, self.tokens, lit=place == self.place)
                    bottom -= tall
            if self.chart.notes and (notes_fit or place == self.place):
                note = self.chart.notes[place]
                at = self.middle(area, place) - painter.fontMetrics().horizontalAdvance(note) / 2
                painter.setPen(QColor(self.tokens.text_dim))
                painter.drawText(QPointF(at, bottom - 3), note)
