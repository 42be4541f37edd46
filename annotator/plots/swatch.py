"""A small sample of a part's look."""

from __future__ import annotations

from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from annotator.icons import Icons
from annotator.plots.data import Look
from annotator.plots.looks import fill

SIZE = 12


class Swatch(QWidget):
    """Stands before a name, as the charts draw it."""

    def __init__(self, icons: Icons, look: Look) -> None:
        """Follows the theme."""
        super().__init__()
        self._icons = icons
        self._look: Look = look
        self.setFixedSize(SIZE, SIZE)
        icons.changed.connect(self.update)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Fill it."""
        painter = QPainter(self)
        fill(painter, QRectF(0, 0, SIZE, SIZE), self._look, self._icons.tokens)
        painter.end()
