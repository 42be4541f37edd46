"""The layer that hatches what no mask explains, between the photograph and the masks."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

STRIPES = 28
"""Stripes along the longest side."""
_LINE, _GROUND = 0.6, 0.28


def hatch(shares: NDArray[np.float32], color: tuple[int, int, int]) -> NDArray[np.uint8]:
    """Return premultiplied ``uint8[h, w, 4]`` (blue, green, red, alpha): striped where ``shares`` is 0, clear at 1.

    Bright stripes on a dark ground: one of the two shows on any picture.
    """
    rows, columns = shares.shape
    step = max(rows, columns) / STRIPES
    down, across = np.ogrid[:rows, :columns]
    line = ((down + across) % max(step, 2.0)) < max(step, 2.0) * 0.28
    alpha = (np.where(line, _LINE, _GROUND) * (1.0 - shares)).astype(np.float32)
    red, green, blue = color
    stripe = np.array([blue, green, red, 255.0], dtype=np.float32)
    ground = np.array([0.0, 0.0, 0.0, 255.0], dtype=np.float32)
    pixels: NDArray[np.uint8] = np.rint(alpha[:, :, None] * np.where(line[:, :, None], stripe, ground)).astype(np.uint8)
    return pixels


class CoverageItem(QGraphicsItem):
    """Blits one small picture over the whole image."""

    def __init__(self, *, z: float) -> None:
        """Start empty at height ``z``."""
        super().__init__()
        self.setZValue(z)
        self._rect = QRectF()
        self._picture: QImage | None = None

    def set_pixels(self, pixels: NDArray[np.uint8] | None, width: int, height: int) -> None:
        """Show what ``hatch`` made over an image of ``width`` x ``height`` pixels; None shows nothing."""
        self.prepareGeometryChange()
        if pixels is None:
            self._picture, self._rect = None, QRectF()
        else:
            rows, columns = pixels.shape[:2]
            packed = np.ascontiguousarray(pixels)
            kind = QImage.Format.Format_ARGB32_Premultiplied
            self._picture = QImage(packed.data, columns, rows, 4 * columns, kind).copy()
            self._rect = QRectF(0, 0, width, height)
        self.update()

    @property
    def shown(self) -> bool:
        """Whether there is anything to see."""
        return self._picture is not None

    def boundingRect(self) -> QRectF:
        """The image, while something is shown."""
        return self._rect

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        """Blit."""
        if self._picture is not None:
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, True)
            painter.drawImage(self._rect, self._picture)


def rgb(color: str) -> tuple[int, int, int]:
    """Return the parts of ``#rrggbb``."""
    found = QColor(color)
    return found.red(), found.green(), found.blue()
