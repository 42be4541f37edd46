"""Darkens all of the picture but one instance, so that a reviewer looks at nothing else."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPolygonF
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from engine.geometry.contours import outlines
from engine.records import Box, Rle

VEIL = QColor(0, 0, 0, 140)
TOLERANCE = 0.5
"""Pixels by which the hole may miss the mask's border: less than its outline is wide."""


class VeilItem(QGraphicsItem):
    """A dark sheet with a hole; the hole is made when it is set, painting only fills."""

    def __init__(self, *, z: float) -> None:
        """Nothing is veiled."""
        super().__init__()
        self.setZValue(z)
        self._sheet = QPainterPath()
        self._size = QRectF()

    @property
    def shown(self) -> bool:
        """True while something is veiled."""
        return not self._sheet.isEmpty()

    def set_hole(self, size: QRectF, mask: Rle | None, box: Box | None) -> None:
        """Veil the rectangle ``size`` (image pixels) but for a mask, else a box; with neither nothing is veiled."""
        sheet = QPainterPath()
        rings = outlines(mask, tolerance=TOLERANCE) if mask is not None else []
        if rings or box is not None:
            sheet.setFillRule(Qt.FillRule.OddEvenFill)
            sheet.addRect(size)
            for ring in rings:
                sheet.addPolygon(QPolygonF([QPointF(x, y) for x, y in np.vstack((ring, ring[:1])).tolist()]))
            if not rings and box is not None:
                sheet.addRect(QRectF(*box))
        self.prepareGeometryChange()
        self._sheet, self._size = sheet, size
        self.update()

    def boundingRect(self) -> QRectF:
        """The picture, or nothing."""
        return self._size if self.shown else QRectF()

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        """Fill the sheet."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        painter.fillPath(self._sheet, VEIL)
