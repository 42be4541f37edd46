"""The photograph: keeps a pyramid and draws the level that the zoom needs."""

from __future__ import annotations

import math
from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QTransform
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

SQUARES_FROM = 3.0
"""From 300 % on pixels are squares; below, enlarging is smooth."""
GRID_FROM = 8.0
"""Device pixels a pixel must have for the grid to be drawn."""

GRID = QColor(200, 200, 200, 80)


def level_index(scale: float, count: int) -> int:
    """Return which of ``count`` levels (each half the last) is the smallest that still has a pixel a device pixel."""
    index = 0
    while index + 1 < count and scale * 2 ** (index + 1) <= 1.0 + 1e-6:
        index += 1
    return index


class ImageItem(QGraphicsItem):
    """Draws ``levels`` (uint8[H, W, 3] RGB, each about half the size of the one before) stretched to level 0's size."""

    def __init__(self) -> None:
        """Start without an image."""
        super().__init__()
        self.setFlag(QGraphicsItem.GraphicsItemFlag.ItemUsesExtendedStyleOption)
        self._levels: Sequence[NDArray[np.uint8]] = ()
        self._pictures: dict[int, tuple[QImage, NDArray[np.uint8]]] = {}

    def set_levels(self, levels: Sequence[NDArray[np.uint8]]) -> None:
        """Show another image; an empty sequence shows none."""
        self.prepareGeometryChange()
        self._levels = tuple(levels)
        self._pictures.clear()
        self.update()

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of level 0 in pixels; zeros without an image."""
        if not self._levels:
            return 0, 0
        height, width = self._levels[0].shape[:2]
        return width, height

    def boundingRect(self) -> QRectF:
        """The image."""
        return QRectF(0, 0, *self.size)

    def ready(self, scale: float) -> None:
        """Convert the level that ``scale`` needs to Qt's pixel order, so that painting does not have to."""
        if self._levels:
            self._picture(level_index(scale, len(self._levels)))

    def smallest(self) -> QImage:
        """Return the coarsest level, for the navigator."""
        return self._picture(len(self._levels) - 1) if self._levels else QImage()

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        """Copy the exposed part of the level in use."""
        if not self._levels:
            return
        exposed = option.exposedRect & self.boundingRect()
        if exposed.isEmpty():
            return
        scale = painter.worldTransform().m11() * painter.device().devicePixelRatioF()
        index = level_index(scale, len(self._levels))
        picture = self._picture(index)
        width, height = self.size
        across, down = picture.width() / width, picture.height() / height
        # Whole source pixels: a fractional source rectangle would shift the picture by parts of a pixel.
        left, top = int(exposed.left() * across), int(exposed.top() * down)
        right = min(picture.width(), int(exposed.right() * across) + 2)
        bottom = min(picture.height(), int(exposed.bottom() * down) + 2)
        target = QRectF(left / across, top / down, (right - left) / across, (bottom - top) / down)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, scale < SQUARES_FROM)
        painter.drawImage(target, picture, QRectF(left, top, right - left, bottom - top))
        if painter.worldTransform().m11() >= GRID_FROM:
            _draw_grid(painter, exposed)

    def _picture(self, index: int) -> QImage:
        if index not in self._pictures:
            pixels = np.ascontiguousarray(cv2.cvtColor(self._levels[index], cv2.COLOR_RGB2BGRA), dtype=np.uint8)
            height, width = pixels.shape[:2]
            self._pictures[index] = (QImage(pixels.data, width, height, 4 * width, QImage.Format.Format_RGB32), pixels)
        return self._pictures[index][0]


def _draw_grid(painter: QPainter, exposed: QRectF) -> None:
    """Draw one hair line between pixels, light grey and faint, so that it shows on dark and bright."""
    to_screen = painter.worldTransform()
    painter.save()
    painter.setWorldTransform(QTransform())
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, False)
    part = to_screen.mapRect(exposed).toAlignedRect()
    # One row and one column of dots, stretched over the part: hundreds of single lines take ten times as long.
    across, down = (QImage(size, QImage.Format.Format_ARGB32_Premultiplied) for size in _strips(part))
    for strip in (across, down):
        strip.fill(Qt.GlobalColor.transparent)
    for column in range(math.floor(exposed.left()), math.ceil(exposed.right()) + 1):
        x = round(to_screen.dx() + column * to_screen.m11()) - part.left()
        if 0 <= x < across.width():
            across.setPixelColor(x, 0, GRID)
    for row in range(math.floor(exposed.top()), math.ceil(exposed.bottom()) + 1):
        y = round(to_screen.dy() + row * to_screen.m22()) - part.top()
        if 0 <= y < down.height():
            down.setPixelColor(0, y, GRID)
    painter.drawImage(part, across)
    painter.drawImage(part, down)
    painter.restore()


def _strips(part: QRect) -> tuple[QSize, QSize]:
    return QSize(part.width(), 1), QSize(1, part.height())
