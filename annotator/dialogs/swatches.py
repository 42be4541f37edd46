"""A field for a colour: twenty to choose from, any other by its number or from the system's own dialog."""

from __future__ import annotations

import colorsys
import re
from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QButtonGroup, QColorDialog, QGridLayout, QHBoxLayout, QLineEdit, QWidget

from annotator.canvas.colors import PALETTE, to_rgb
from annotator.tokens import UNIT
from annotator.widgets.parts import GAP, push_button, set_role

_COLUMNS = 10
_SIZE = 26
_EDIT_WIDTH = 104
_COLOR = re.compile(r"#[0-9a-fA-F]{6}")
# Rec. 709 weights: a tick is black on light colours and white on dark ones.
_LUMA = (0.2126, 0.7152, 0.0722)
_LIGHT = 140


class Swatch(QAbstractButton):
    """One colour to choose; the chosen one carries a tick and a ring."""

    def __init__(self, color: str) -> None:
        """``color`` is ``#rrggbb``."""
        super().__init__()
        self.color = color
        self.setCheckable(True)
        self.setFixedSize(_SIZE, _SIZE)
        self.setToolTip(color)
        self.setAccessibleName(f"Colour {color}")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def sizeHint(self) -> QSize:
        """A small square."""
        return QSize(_SIZE, _SIZE)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the colour, the ring of the chosen or focused one, and the tick."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        area = QRectF(self.rect())
        if self.isChecked() or self.hasFocus():
            ring = self.palette().highlight() if self.hasFocus() else self.palette().text()
            painter.setPen(QPen(ring.color(), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(area.adjusted(1, 1, -1, -1), 6, 6)
        inset = 2.0 if self.underMouse() and not self.isChecked() else 4.0
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(self.color))
        painter.drawRoundedRect(area.adjusted(inset, inset, -inset, -inset), 4, 4)
        if self.isChecked():
            painter.setPen(QPen(tick_color(self.color), 2, c=Qt.PenCapStyle.RoundCap, j=Qt.PenJoinStyle.RoundJoin))
            middle = area.center()
            corners = ((-4.0, 0.5), (-1.0, 3.5), (4.5, -3.0))
            painter.drawPolyline([middle + QPointF(x, y) for x, y in corners])
        painter.end()


class ColorField(QWidget):
    """Swatches and a line edit that say the same colour."""

    changed = Signal()

    def __init__(self, color: str, *, palette: Sequence[str] = PALETTE) -> None:
        """``color`` is the first one shown; the palette is shown in the order of the rainbow."""
        super().__init__()
        self._group = QButtonGroup(self)
        self.edit = QLineEdit()
        self.swatches = tuple(Swatch(each) for each in sorted(palette, key=_hue))
        grid = QGridLayout()
        grid.setSpacing(UNIT // 2)
        for place, swatch in enumerate(self.swatches):
            self._group.addButton(swatch)
            grid.addWidget(swatch, place // _COLUMNS, place % _COLUMNS)
            swatch.clicked.connect(lambda _=False, swatch=swatch: self.edit.setText(swatch.color))
        self.edit.setAccessibleName("Colour as #rrggbb")
        self.edit.setMaxLength(7)
        self.edit.setFixedWidth(_EDIT_WIDTH)
        self.other = push_button("&Other...")
        self.other.clicked.connect(self.browse)
        column = QGridLayout()
        column.setSpacing(GAP)
        column.addWidget(self.edit, 0, 0)
        column.addWidget(self.other, 1, 0)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(GAP)
        layout.addLayout(grid)
        layout.addLayout(column)
        layout.addStretch(1)
        self.setFocusProxy(self.swatches[0])
        self.edit.textChanged.connect(self._text_changed)
        self.edit.setText(color)

    @property
    def text(self) -> str:
        """What is written there."""
        return self.edit.text().strip()

    @property
    def color(self) -> str:
        """The colour as lower-case ``#rrggbb``; empty while what is written is none."""
        return self.text.lower() if _COLOR.fullmatch(self.text) else ""

    def browse(self) -> None:
        """Let the person choose any colour; leaving that dialog changes nothing."""
        chosen = QColorDialog.getColor(QColor(self.color or self.swatches[0].color), self, "Colour of the label")
        if chosen.isValid():
            self.edit.setText(chosen.name())

    def _text_changed(self) -> None:
        # An exclusive group does not let go of its last button.
        self._group.setExclusive(False)
        for swatch in self.swatches:
            swatch.setChecked(swatch.color == self.color)
        self._group.setExclusive(True)
        checked = self._group.checkedButton()
        self.setFocusProxy(self.edit if checked is None else checked)
        set_role(self.edit, "" if self.color else "bad")
        self.changed.emit()


def tick_color(color: str) -> QColor:
    """Return black or white, whichever reads on ``#rrggbb``."""
    luma = sum(weight * channel for weight, channel in zip(_LUMA, to_rgb(color), strict=True))
    return QColor("black" if luma > _LIGHT else "white")


def _hue(color: str) -> float:
    red, green, blue = (channel / 255 for channel in to_rgb(color))
    return colorsys.rgb_to_hsv(red, green, blue)[0]
