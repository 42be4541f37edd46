"""Boxes laid over the picture: the places that the data check means, and the box that a mask was made from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QTransform

from annotator.canvas.light_item import HALO, LightItem, as_color
from annotator.canvas.scene_data import Rgb
from engine.records import Box

ROOM_PX = 4.0
LEAST_PX = 22.0
"""A place of a few pixels is found only if its mark is larger than it."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A box (x, y, w, h) in image pixels; ``around`` leaves room and keeps a least size, else it is drawn exactly."""

    box: Box
    color: Rgb
    dashed: bool = False
    around: bool = True


class MarkItem(LightItem):
    """Draws marks with a dark halo, so that they are seen on any picture."""

    def __init__(self, *, z: float) -> None:
        """Start without marks."""
        super().__init__(z=z, reach_px=LEAST_PX)
        self._marks: tuple[Mark, ...] = ()

    @property
    def marks(self) -> tuple[Mark, ...]:
        """What is drawn."""
        return self._marks

    def set_marks(self, marks: Sequence[Mark]) -> None:
        """Replace all marks."""
        if tuple(marks) != self._marks:
            self._marks = tuple(marks)
            corners = ((mark.box, share) for mark in self._marks for share in (0, 1))
            self._set_content((box[0] + share * box[2], box[1] + share * box[3]) for box, share in corners)

    def draw(self, painter: QPainter, to_screen: QTransform, exposed: QRectF) -> None:
        """Draw the boxes."""
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for mark in self._marks:
            rect = to_screen.mapRect(QRectF(*mark.box))
            if mark.around:
                rect = rect.adjusted(-ROOM_PX, -ROOM_PX, ROOM_PX, ROOM_PX)
                more_x, more_y = max(LEAST_PX - rect.width(), 0) / 2, max(LEAST_PX - rect.height(), 0) / 2
                rect = rect.adjusted(-more_x, -more_y, more_x, more_y)
            radius = 4.0 if mark.around else 0.0
            for pen in (QPen(HALO, 4), _pen(as_color(mark.color), dashed=mark.dashed)):
                painter.setPen(pen)
                painter.drawRoundedRect(rect, radius, radius)


def _pen(color: QColor, *, dashed: bool) -> QPen:
    pen = QPen(color, 2)
    if dashed:
        pen.setDashPattern([4, 3])
    return pen
