"""A histogram of a queue's scores with a threshold that can be dragged or moved by the arrow keys."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontMetrics, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from annotator.icons import Icons, mix
from annotator.plots.looks import fill
from annotator.plots.plot import SMALL_PX
from annotator.tokens import UNIT
from engine.review import BINS, Spread

MOST_BARS = 50
"""With more hundredths to show two of them share a bar; the threshold itself always moves in hundredths."""
_HANDLE = 5.0
_TENTH = BINS // 10
_SIDE, _TOP = 3 * UNIT, 2 * UNIT
_STEPS = {
    Qt.Key.Key_Left: -1,
    Qt.Key.Key_Right: 1,
    Qt.Key.Key_Down: -1,
    Qt.Key.Key_Up: 1,
    Qt.Key.Key_PageDown: -10,
    Qt.Key.Key_PageUp: 10,
    Qt.Key.Key_Home: -BINS,
    Qt.Key.Key_End: BINS,
}


class HistogramSlider(QWidget):
    """``step_changed`` tells the threshold in hundredths, 0..100."""

    step_changed = Signal(int)

    def __init__(self, icons: Icons) -> None:
        """Empty until ``show_spread``."""
        super().__init__()
        self._icons = icons
        self._counts: tuple[int, ...] = (0,) * BINS
        self._low = 0
        self.step = 90
        self._font = QFont(self.font())
        self._font.setPixelSize(SMALL_PX)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setCursor(Qt.CursorShape.SizeHorCursor)
        self.setAccessibleName("Threshold")
        icons.changed.connect(self.update)

    def show_spread(self, spread: Spread) -> None:
        """Draw other counts, from the tenth on in which the lowest lies."""
        self._counts = spread.counts
        lowest = next((step for step, number in enumerate(spread.counts) if number), 0)
        self._low = min(lowest // _TENTH * _TENTH, BINS - 2 * _TENTH)
        self.update()

    def set_step(self, step: int) -> None:
        """Move the threshold; emits where that changes it."""
        step = min(max(step, self._low), BINS)
        if step != self.step:
            self.step = step
            self.setAccessibleDescription(f"{step / BINS:.2f}")
            self.update()
            self.step_changed.emit(step)

    def sizeHint(self) -> QSize:
        """Be low: the picture needs the height."""
        return QSize(360, 96)

    def minimumSizeHint(self) -> QSize:
        """Do with less."""
        return QSize(160, 96)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Take the threshold there."""
        self.set_step(self.step_at(event.position().x()))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Drag it."""
        if event.buttons() & Qt.MouseButton.LeftButton:
            self.set_step(self.step_at(event.position().x()))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move it by a hundredth, or by ten."""
        step = _STEPS.get(Qt.Key(event.key()))
        if step is None:
            super().keyPressEvent(event)
        else:
            self.set_step(self.step + step)

    def step_at(self, x: float) -> int:
        """Return the hundredth below a place."""
        area = self._area()
        share = (x - area.left()) / max(area.width(), 1.0)
        return min(max(round(self._low + share * (BINS - self._low)), self._low), BINS)

    def place_of(self, step: int) -> float:
        """Return the x of a hundredth."""
        area = self._area()
        return area.left() + area.width() * (step - self._low) / (BINS - self._low)

    def _area(self) -> QRectF:
        words = QFontMetrics(self._font).height()
        return QRectF(_SIDE, _TOP, self.width() - 2 * _SIDE, self.height() - _TOP - words - UNIT)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw bars, scale and threshold."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(self._font)
        tokens, area = self._icons.tokens, self._area()
        wide = 1 if BINS - self._low <= MOST_BARS else 2
        sums = {first: sum(self._counts[first : first + wide]) for first in range(self._low, BINS, wide)}
        highest = max(*sums.values(), 1)
        line = self.place_of(max(self.step, self._low))
        for first, number in sums.items():
            if number:
                left, right = self.place_of(first), self.place_of(first + wide)
                # At least two pixels, so that a lonely mask at the edge can be seen.
                tall = max(area.height() * number / highest, 2.0)
                box = QRectF(round(left) + 0.5, area.bottom() - tall, max(round(right) - round(left) - 1, 1), tall)
                fill(painter, box, "plain" if left >= line - 0.5 else "lined", tokens)
        painter.setPen(QPen(QColor(tokens.border), 1))
        painter.drawLine(area.bottomLeft(), area.bottomRight())
        self._draw_scale(painter, area)
        self._draw_line(painter, area, line)
        painter.end()

    def _draw_scale(self, painter: QPainter, area: QRectF) -> None:
        metrics = QFontMetrics(self._font)
        painter.setPen(QColor(self._icons.tokens.text_dim))
        for tick in range(self._low, BINS + 1, _TENTH if BINS - self._low <= MOST_BARS else 2 * _TENTH):
            words = f"{tick / BINS:.1f}"
            left = self.place_of(tick) - metrics.horizontalAdvance(words) / 2
            painter.drawText(QPointF(left, area.bottom() + UNIT / 2 + metrics.ascent()), words)

    def _draw_line(self, painter: QPainter, area: QRectF, x: float) -> None:
        tokens = self._icons.tokens
        color = QColor(tokens.accent if self.hasFocus() else mix(tokens.accent, tokens.text, 0.4))
        painter.setPen(QPen(color, 2))
        painter.drawLine(QPointF(x, area.top() - UNIT), QPointF(x, area.bottom()))
        painter.setPen(QPen(QColor(tokens.surface), 1))
        painter.setBrush(color)
        painter.drawEllipse(QPointF(x, area.top() - UNIT + _HANDLE / 2), _HANDLE, _HANDLE)
