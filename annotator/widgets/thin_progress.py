"""The thin line that says the backend is thinking."""

from __future__ import annotations

from PySide6.QtCore import QEasingCurve, QRectF, QVariantAnimation
from PySide6.QtGui import QColor, QHideEvent, QPainter, QPaintEvent, QShowEvent
from PySide6.QtWidgets import QWidget

from annotator.icons import Icons

HEIGHT = 2
PERIOD_MS = 1100
SHARE = 0.3


class ThinProgress(QWidget):
    """Two pixels high and always there, so that nothing jumps; a bar runs along it while busy."""

    def __init__(self, icons: Icons) -> None:
        """Idle."""
        super().__init__()
        self._icons = icons
        self.setFixedHeight(HEIGHT)
        self._run = QVariantAnimation(self)
        self._run.setStartValue(0.0)
        self._run.setEndValue(1.0)
        self._run.setDuration(PERIOD_MS)
        self._run.setLoopCount(-1)
        self._run.setEasingCurve(QEasingCurve.Type.InOutSine)
        self._run.valueChanged.connect(self._step)
        self._busy = False

    @property
    def busy(self) -> bool:
        """True while the bar runs."""
        return self._busy

    def set_busy(self, busy: bool) -> None:
        """Run or rest."""
        if busy == self._busy:
            return
        self._busy = busy
        self._sync()
        self.update()

    def showEvent(self, event: QShowEvent) -> None:
        """Run only where somebody sees it."""
        self._sync()

    def hideEvent(self, event: QHideEvent) -> None:
        """Rest while out of sight."""
        self._run.stop()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the bar where it is now."""
        if not self._busy:
            return
        painter = QPainter(self)
        share = float(self._run.currentValue() or 0.0)
        left = (self.width() * (1 + SHARE)) * share - self.width() * SHARE
        painter.fillRect(QRectF(left, 0, self.width() * SHARE, HEIGHT), QColor(self._icons.tokens.accent))
        painter.end()

    def _sync(self) -> None:
        if self._busy and self.isVisible():
            self._run.start()
        else:
            self._run.stop()

    def _step(self, _value: object) -> None:
        self.update()
