"""One candidate of the backend as a small picture with its level and score."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QColor, QEnterEvent, QImage, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton

from annotator.icons import Icons, mix
from annotator.theme_sheet import accent_soft

THUMB = QSize(36, 28)
HEIGHT = 34


@dataclass(frozen=True, slots=True)
class CandidateView:
    """``level`` is whole, part, subpart or empty; ``score`` the predicted IoU; ``thumb`` a picture of any size."""

    thumb: QImage | None
    level: str
    score: float


class CandidateButton(QAbstractButton):
    """Clickable; the one that Enter takes is checked."""

    def __init__(self, icons: Icons, number: int) -> None:
        """``number`` counts from 1."""
        super().__init__()
        self._icons = icons
        self._number = number
        self._view = CandidateView(None, "", 0.0)
        self._alone = False
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setFixedSize(self.sizeHint())

    @property
    def word(self) -> str:
        """What stands above the score: the level, or the number where there are several without one."""
        return self._view.level or ("mask" if self._alone else f"mask {self._number}")

    def show_candidate(self, view: CandidateView, *, alone: bool = False) -> None:
        """Show another candidate in this place; ``alone`` needs no number."""
        self._view = view
        self._alone = alone
        self.setAccessibleName(f"Candidate {self._number}: {view.level or 'mask'}, score {view.score:.2f}")
        level = f"{view.level.capitalize()}, p" if view.level else "P"
        self.setToolTip(f"{level}redicted IoU {view.score:.2f}")
        self.setFixedSize(self.sizeHint())
        self.update()

    def sizeHint(self) -> QSize:
        """Make room for the picture and the words."""
        return QSize(THUMB.width() + 20 + self._text_width(), HEIGHT)

    def _text_width(self) -> int:
        metrics = self.fontMetrics()
        return max(metrics.horizontalAdvance("subpart"), metrics.horizontalAdvance("0.00"))

    def enterEvent(self, event: QEnterEvent) -> None:
        """Brighten."""
        self.update()
        super().enterEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw frame, picture and the two words."""
        tokens = self._icons.tokens
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        back = accent_soft(tokens) if self.isChecked() else tokens.raised
        if self.underMouse() and not self.isChecked():
            back = mix(tokens.raised, tokens.text, 0.08)
        edge = tokens.accent if self.isChecked() or self.hasFocus() else tokens.border
        painter.setBrush(QColor(back))
        painter.setPen(QPen(QColor(edge), 1.5 if self.isChecked() else 1.0))
        painter.drawRoundedRect(self.rect().adjusted(1, 1, -1, -1), 5, 5)
        place = QRect(4, (self.height() - THUMB.height()) // 2, THUMB.width(), THUMB.height())
        painter.fillRect(place, QColor(tokens.canvas))
        if self._view.thumb is not None:
            self._draw_thumb(painter, place, self._view.thumb)
        text = QRect(place.right() + 7, 2, self.width() - place.right() - 9, self.height() - 4)
        painter.setPen(QColor(tokens.text))
        left = Qt.AlignmentFlag.AlignLeft
        painter.drawText(text, left | Qt.AlignmentFlag.AlignTop, self.word)
        painter.setPen(QColor(tokens.text if self.isChecked() else tokens.text_dim))
        painter.drawText(text, left | Qt.AlignmentFlag.AlignBottom, f"{self._view.score:.2f}")
        painter.end()

    def _draw_thumb(self, painter: QPainter, place: QRect, thumb: QImage) -> None:
        size = thumb.size().scaled(place.size() * self.devicePixelRatioF(), Qt.AspectRatioMode.KeepAspectRatio)
        scaled = thumb.scaled(size, Qt.AspectRatioMode.IgnoreAspectRatio, Qt.TransformationMode.SmoothTransformation)
        scaled.setDevicePixelRatio(self.devicePixelRatioF())
        shown = scaled.deviceIndependentSize()
        left = place.left() + round((place.width() - shown.width()) / 2)
        top = place.top() + round((place.height() - shown.height()) / 2)
        painter.drawImage(left, top, scaled)
