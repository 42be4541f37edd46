"""A small map in the corner: the whole image and which part of it is seen; click or drag to go there."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QImage, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from annotator.tokens import Tokens

LONGEST_PX = 168


class Navigator(QWidget):
    """Shows ``seen`` (image pixels) on a small picture; ``moved`` gives the new middle in image pixels."""

    moved = Signal(float, float)

    def __init__(self, parent: QWidget, tokens: Tokens) -> None:
        """Start hidden."""
        super().__init__(parent)
        self._tokens = tokens
        self._picture = QImage()
        self._image = (1, 1)
        self._seen = QRectF()
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAccessibleName("Navigator")
        self.hide()

    def set_tokens(self, tokens: Tokens) -> None:
        """Take the colours of another theme."""
        self._tokens = tokens
        self.update()

    def set_picture(self, picture: QImage, width: int, height: int) -> None:
        """Show an image of ``width`` x ``height`` pixels by a smaller copy of it."""
        self._image = (max(1, width), max(1, height))
        if picture.isNull():
            self._picture = picture
            return
        longest = max(self._image)
        size = QSize(max(24, width * LONGEST_PX // longest), max(24, height * LONGEST_PX // longest))
        self.setFixedSize(size)
        self._picture = picture.scaled(
            size * self.devicePixelRatioF(),
            Qt.AspectRatioMode.IgnoreAspectRatio,
            Qt.TransformationMode.SmoothTransformation,
        )
        self.update()

    def set_seen(self, seen: QRectF) -> None:
        """Mark the part of the image that the view shows."""
        if seen != self._seen:
            self._seen = seen
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the picture, dim what is not seen, frame what is."""
        painter = QPainter(self)
        whole = QRectF(self.rect())
        if not self._picture.isNull():
            painter.drawImage(whole, self._picture)
        across, down = self.width() / self._image[0], self.height() / self._image[1]
        seen = self._seen
        frame = QRectF(seen.x() * across, seen.y() * down, seen.width() * across, seen.height() * down) & whole
        veil = QColor(0, 0, 0, 110)
        painter.fillRect(QRectF(0, 0, whole.width(), frame.top()), veil)
        painter.fillRect(QRectF(0, frame.bottom(), whole.width(), whole.height() - frame.bottom()), veil)
        painter.fillRect(QRectF(0, frame.top(), frame.left(), frame.height()), veil)
        painter.fillRect(QRectF(frame.right(), frame.top(), whole.width() - frame.right(), frame.height()), veil)
        painter.setPen(QPen(QColor(self._tokens.accent), 2))
        painter.drawRect(frame.adjusted(1, 1, -1, -1))
        painter.setPen(QPen(QColor(self._tokens.border), 1))
        painter.drawRect(self.rect().adjusted(0, 0, -1, -1))
        painter.end()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Go where it was clicked."""
        self._go(event.position())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Follow the drag."""
        if event.buttons() & Qt.MouseButton.LeftButton:
            self._go(event.position())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Keep it from the canvas below."""
        event.accept()

    def _go(self, place: QPointF) -> None:
        self.moved.emit(place.x() / self.width() * self._image[0], place.y() / self.height() * self._image[1])
