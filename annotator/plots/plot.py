"""What all charts share: axes, hover and the keys that step through the places."""

from __future__ import annotations

from abc import abstractmethod

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import (
    QColor,
    QEnterEvent,
    QFocusEvent,
    QFont,
    QFontMetrics,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from annotator.icons import Icons
from annotator.plots.data import Chart
from annotator.plots.scale import name, shown, ticks
from annotator.tokens import UNIT, Tokens

SMALL_PX = 11
_GAP = 10
_TOP = 3 * UNIT


class Plot(QWidget):
    """A chart with a value axis at the left and places along the bottom; subclasses draw what stands at the places."""

    def __init__(self, icons: Icons) -> None:
        """Empty until ``show_chart``."""
        super().__init__()
        self._icons = icons
        self.chart = Chart((), (), ())
        self.place: int | None = None
        """The place under the pointer, or chosen by key."""
        self._font = QFont(self.font())
        self._font.setPixelSize(SMALL_PX)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        icons.changed.connect(self.update)

    @property
    def tokens(self) -> Tokens:
        """Colours of the theme in use."""
        return self._icons.tokens

    def show_chart(self, chart: Chart) -> None:
        """Draw other values."""
        self.chart = chart
        if self.place is not None and self.place >= chart.places:
            self.place = None
        self.setAccessibleDescription(chart.summary)
        self.update()

    def sizeHint(self) -> QSize:
        """Ask for a readable size."""
        return QSize(320, 180)

    def minimumSizeHint(self) -> QSize:
        """Do with less."""
        return QSize(160, 120)

    @abstractmethod
    def top(self) -> float:
        """Return the highest value drawn."""

    @abstractmethod
    def draw(self, painter: QPainter, area: QRectF, highest: float) -> None:
        """Draw the values into ``area``, whose top edge means ``highest`` and whose bottom edge means 0."""

    def area(self) -> QRectF:
        """Return where the values are drawn, in pixels of the widget."""
        lines = ticks(self.top(), self.chart.unit)
        metrics = self._metrics()
        left = max(metrics.horizontalAdvance(name(line, self.chart.unit, lines)) for line in lines) + 2 * UNIT
        top = _TOP + (metrics.height() if self.chart.notes else 0)
        return QRectF(left, top, self.width() - left - 2 * UNIT, self.height() - top - metrics.height() - 2 * UNIT)

    def middle(self, area: QRectF, place: int) -> float:
        """Return the x of the middle of a place."""
        return area.left() + area.width() * (place + 0.5) / max(self.chart.places, 1)

    def place_at(self, x: float) -> int | None:
        """Return the place below or above a pointer at ``x``; None beside the chart."""
        area = self.area()
        if not self.chart.places or not area.left() <= x < area.right():
            return None
        return min(int((x - area.left()) / area.width() * self.chart.places), self.chart.places - 1)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw axes, then values."""
        if not self.chart.places:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(self._font)
        area, lines = self.area(), ticks(self.top(), self.chart.unit)
        self._draw_lines(painter, area, lines)
        if self.place is not None:
            wide = area.width() / self.chart.places
            shade = QColor(self.tokens.text)
            shade.setAlphaF(0.07)
            painter.fillRect(QRectF(area.left() + wide * self.place, area.top(), wide, area.height()), shade)
        self.draw(painter, area, lines[-1])
        self._draw_labels(painter, area)
        if self.hasFocus():
            painter.setPen(QPen(QColor(self.tokens.accent), 1))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), UNIT, UNIT)
        painter.end()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Tell what the pointer is over."""
        self._go(self.place_at(event.position().x()), event.position())

    def leaveEvent(self, event: QEvent) -> None:
        """Forget the place."""
        self._go(None)

    def enterEvent(self, event: QEnterEvent) -> None:
        """Begin with the place where the pointer came in."""
        self._go(self.place_at(event.position().x()), event.position())

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Forget the place chosen by key."""
        super().focusOutEvent(event)
        self._go(None)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Step through the places with the arrow keys."""
        step = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(event.key()))
        if step is None or not self.chart.places:
            super().keyPressEvent(event)
            return
        start = self.place if self.place is not None else (-1 if step > 0 else self.chart.places)
        place = min(max(start + step, 0), self.chart.places - 1)
        area = self.area()
        self._go(place, QPointF(self.middle(area, place), area.top()))

    def _go(self, place: int | None, at: QPointF | None = None) -> None:
        if place != self.place:
            self.place = place
            self.update()
        if place is None or at is None:
            QToolTip.hideText()
        else:
            QToolTip.showText(self.mapToGlobal(at.toPoint()), self.chart.tips[place], self)

    def _metrics(self) -> QFontMetrics:
        return QFontMetrics(self._font)

    def _draw_lines(self, painter: QPainter, area: QRectF, lines: tuple[float, ...]) -> None:
        metrics = self._metrics()
        for line in lines:
            y = round(area.bottom() - area.height() * line / lines[-1]) + 0.5
            painter.setPen(QPen(QColor(self.tokens.border), 1))
            painter.drawLine(QPointF(area.left(), y), QPointF(area.right(), y))
            painter.setPen(QColor(self.tokens.text_dim))
            box = QRectF(0, y - metrics.height() / 2, area.left() - 6, metrics.height())
            align = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
            painter.drawText(box, align, name(line, self.chart.unit, lines))

    def _draw_labels(self, painter: QPainter, area: QRectF) -> None:
        metrics, labels = self._metrics(), self.chart.labels
        widths = [metrics.horizontalAdvance(label) for label in labels]
        painter.setPen(QColor(self.tokens.text_dim))
        for place in shown(widths, area.width(), _GAP):
            x = self.middle(area, place)
            if self.chart.edges:
                x = area.left() + area.width() * place / self.chart.places
            # The first and the last stay inside, where they belong to the axis and are not cut off.
            left = min(max(x - widths[place] / 2, 0.0), self.width() - widths[place])
            painter.drawText(QPointF(left, area.bottom() + UNIT + metrics.ascent()), labels[place])
