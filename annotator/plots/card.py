"""A card with a title, a sentence, a legend and a chart, or with what is missing for one."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from annotator.icons import Icons
from annotator.plots.data import Chart, Part
from annotator.plots.lines import LinePlot
from annotator.plots.looks import fill, mark
from annotator.plots.plot import SMALL_PX, Plot
from annotator.tokens import UNIT
from annotator.widgets.parts import ElidedLabel, text_label

_SWATCH = 10


class Legend(QWidget):
    """Names the parts of a chart, each behind a sample of its look; nothing for a single part."""

    def __init__(self, icons: Icons, *, marks: bool) -> None:
        """``marks`` shows points of lines instead of fills."""
        super().__init__()
        self._icons = icons
        self._marks = marks
        self.parts: tuple[Part, ...] = ()
        self._font = QFont(self.font())
        self._font.setPixelSize(SMALL_PX)
        self.setFixedHeight(16)
        icons.changed.connect(self.update)

    def show_parts(self, parts: tuple[Part, ...]) -> None:
        """Name these."""
        self.parts = parts
        self.setVisible(len(parts) > 1)
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        """Ask for all names."""
        metrics = QFontMetrics(self._font)
        wide = sum(_SWATCH + UNIT + 1 + metrics.horizontalAdvance(part.name) for part in self.parts)
        return QSize(wide + 3 * UNIT * max(len(self.parts) - 1, 0) + 2, 16)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw sample after sample."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(self._font)
        x, middle = 0.0, self.height() / 2
        for part in self.parts:
            if self._marks:
                mark(painter, QPointF(x + _SWATCH / 2, middle), part.look, self._icons.tokens)
            else:
                box = QRectF(round(x), round(middle - _SWATCH / 2), _SWATCH, _SWATCH)
                fill(painter, box, part.look, self._icons.tokens)
            x += _SWATCH + UNIT + 1
            painter.setPen(self._icons.tokens.text)
            wide = painter.fontMetrics().horizontalAdvance(part.name)
            painter.drawText(QRectF(x, 0, wide + 1, self.height()), Qt.AlignmentFlag.AlignVCenter, part.name)
            x += wide + 3 * UNIT
        painter.end()


class PlotCard(QFrame):
    """Shows a chart, or says why there is none."""

    def __init__(self, icons: Icons, title: str, plot: Plot) -> None:
        """Empty until ``show_chart``."""
        super().__init__()
        self.setProperty("role", "card")
        self.title = text_label(title, "heading")
        self.note = ElidedLabel("", dim=True, mode=Qt.TextElideMode.ElideRight)
        self.plot = plot
        self.plot.setAccessibleName(title)
        self.legend = Legend(icons, marks=isinstance(plot, LinePlot))
        self.missing = text_label("", "dim", wrap=True)
        self.missing.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._stack = QStackedWidget()
        self._stack.addWidget(self.plot)
        self._stack.addWidget(self.missing)
        head = QHBoxLayout()
        head.addWidget(self.title)
        head.addStretch(1)
        head.addWidget(self.legend)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(3 * UNIT, 2 * UNIT, 3 * UNIT, 2 * UNIT)
        layout.setSpacing(UNIT // 2)
        layout.addLayout(head)
        layout.addWidget(self.note)
        layout.addWidget(self._stack, 1)
        self.setMinimumHeight(230)

    @property
    def is_empty(self) -> bool:
        """True while there is a sentence instead of a chart."""
        return self._stack.currentWidget() is self.missing

    def show_chart(self, chart: Chart, note: str) -> None:
        """Show a chart with a sentence above it."""
        self.note.set_text(note)
        self.plot.show_chart(chart)
        self.legend.show_parts(chart.parts)
        self._stack.setCurrentWidget(self.plot)

    def show_missing(self, text: str) -> None:
        """Say what has to happen before there is a chart."""
        self.note.set_text("")
        self.legend.show_parts(())
        self.missing.setText(text)
        self._stack.setCurrentWidget(self.missing)
