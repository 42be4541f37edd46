"""Zooming and panning of a graphics view: the arithmetic of scales and the middle, apart from mouse and painting."""

from __future__ import annotations

import math

from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QResizeEvent, QTransform
from PySide6.QtWidgets import QFrame, QGraphicsView, QWidget

MOST = 64.0
"""Largest zoom: 64 screen pixels an image pixel."""
FIT_MARGIN_PX = 12.0
STEP = 1.25
"""One notch of the wheel."""


class MovingView(QGraphicsView):
    """A view that keeps the place under the cursor while zooming and lets every corner be brought to the middle."""

    zoom_changed = Signal(float)

    def __init__(self, parent: QWidget | None = None) -> None:
        """Make a bare view at 100 %."""
        super().__init__(parent)
        self._image = QRectF()
        self._fitted = True
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setTransformationAnchor(QGraphicsView.ViewportAnchor.NoAnchor)
        self.setResizeAnchor(QGraphicsView.ViewportAnchor.NoAnchor)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setViewportUpdateMode(QGraphicsView.ViewportUpdateMode.SmartViewportUpdate)
        self.setOptimizationFlag(QGraphicsView.OptimizationFlag.DontSavePainterState)

    @property
    def zoom(self) -> float:
        """Screen pixels an image pixel covers."""
        return self.transform().m11()

    @property
    def seen(self) -> QRectF:
        """The visible rectangle in image pixels, beyond the image too."""
        return QRectF(self.mapToScene(0, 0), self.mapToScene(self.viewport().width(), self.viewport().height()))

    @property
    def fit_zoom(self) -> float:
        """The zoom at which the whole image is seen, at most 100 % for small images times eight."""
        if self._image.isEmpty():
            return 1.0
        width = max(1.0, self.viewport().width() - 2 * FIT_MARGIN_PX)
        height = max(1.0, self.viewport().height() - 2 * FIT_MARGIN_PX)
        return min(width / self._image.width(), height / self._image.height(), 8.0)

    def fit(self) -> None:
        """Show the whole image; it stays whole when the window is resized until the next zoom or pan."""
        self._apply(self.fit_zoom, self._image.center())
        self._fitted = True

    def actual_size(self) -> None:
        """One image pixel on one screen pixel, around the middle of what is seen."""
        self.zoom_by(1.0 / self.zoom)

    def zoom_to(self, box: tuple[float, float, float, float]) -> None:
        """Show the box (x, y, w, h) with some room around it."""
        x, y, width, height = box
        room = 1.35
        across = self.viewport().width() / max(1.0, width * room)
        down = self.viewport().height() / max(1.0, height * room)
        self._apply(min(across, down, 16.0), QPointF(x + width / 2, y + height / 2))

    def zoom_by(self, factor: float, at: QPointF | None = None) -> None:
        """Zoom; the image place under ``at`` (viewport pixels, default the middle) stays where it is."""
        if self._image.isEmpty():
            return
        least = min(self.fit_zoom * 0.5, 1.0)
        zoom = min(MOST, max(least, self.zoom * factor))
        # Land exactly on 100 %, where pixels are copied one to one.
        if abs(math.log(zoom)) < 0.02:
            zoom = 1.0
        middle = QPointF(self.viewport().width() / 2, self.viewport().height() / 2)
        anchor = at if at is not None else middle
        place = self.to_image(anchor)
        self._apply(zoom, place + (middle - anchor) / zoom)

    def pan(self, dx: float, dy: float) -> None:
        """Move the image by screen pixels."""
        self._fitted = False
        across, down = self.horizontalScrollBar(), self.verticalScrollBar()
        across.setValue(across.value() - round(dx))
        down.setValue(down.value() - round(dy))

    def center_at(self, x: float, y: float) -> None:
        """Bring an image place to the middle."""
        self._apply(self.zoom, QPointF(x, y))

    def to_image(self, at: QPointF) -> QPointF:
        """Map viewport pixels (with fractions) to image pixels."""
        return self.viewportTransform().inverted()[0].map(at)

    def to_view(self, x: float, y: float) -> QPointF:
        """Map image pixels to viewport pixels."""
        return self.viewportTransform().map(QPointF(x, y))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the image whole if it was, else the middle in the middle."""
        super().resizeEvent(event)
        if self._image.isEmpty():
            return
        if self._fitted:
            self.fit()
        else:
            old = event.oldSize() if event.oldSize().isValid() else event.size()
            self._apply(self.zoom, self.to_image(QPointF(old.width() / 2, old.height() / 2)))

    def _set_image_rect(self, rect: QRectF, *, keep_view: bool) -> None:
        self._image = rect
        if keep_view and not self._fitted:
            self._apply(self.zoom, self.to_image(QPointF(self.viewport().width() / 2, self.viewport().height() / 2)))
        else:
            self.fit()

    def _apply(self, zoom: float, middle: QPointF) -> None:
        self._fitted = False
        changed = zoom != self.zoom
        if changed:
            self.setTransform(QTransform.fromScale(zoom, zoom))
        half_width, half_height = self.viewport().width() / 2 / zoom, self.viewport().height() / 2 / zoom
        self.setSceneRect(self._image.adjusted(-half_width, -half_height, half_width, half_height))
        self.horizontalScrollBar().setValue(round(middle.x() * zoom - self.viewport().width() / 2))
        self.verticalScrollBar().setValue(round(middle.y() * zoom - self.viewport().height() / 2))
        if changed:
            self.zoom_changed.emit(zoom)
