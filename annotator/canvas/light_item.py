"""The base of everything drawn on top of the masks in screen sizes: marks, handles, labels, sketches."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QTransform
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from annotator.canvas.scene_data import Rgb

HALO = QColor(0, 0, 0, 150)
_SOLID, _CAP, _JOIN = Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin


class LightItem(QGraphicsItem):
    """Keeps its content's box in image pixels and how far, in screen pixels, it draws beyond it."""

    def __init__(self, *, z: float, reach_px: float = 14.0) -> None:
        """Start without content at height ``z``."""
        super().__init__()
        self.setZValue(z)
        self.setFlag(QGraphicsItem.GraphicsItemFlag.ItemUsesExtendedStyleOption)
        self._unit = 1.0
        self._reach = reach_px
        self._content = QRectF()

    def set_unit(self, unit: float) -> None:
        """Tell how many image pixels a screen pixel covers now."""
        if unit != self._unit:
            self.prepareGeometryChange()
            self._unit = unit

    def boundingRect(self) -> QRectF:
        """The content and what is drawn around it."""
        if self._content.isNull():
            return QRectF()
        grow = self._reach * self._unit
        return self._content.adjusted(-grow, -grow, grow, grow)

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        """Draw in screen pixels, so that sizes do not follow the zoom."""
        to_screen = painter.worldTransform()
        painter.save()
        painter.setWorldTransform(QTransform())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        self.draw(painter, to_screen, to_screen.mapRect(option.exposedRect))
        painter.restore()

    def draw(self, painter: QPainter, to_screen: QTransform, exposed: QRectF) -> None:
        """Draw the content; ``to_screen`` maps image pixels to the painter's, ``exposed`` is needed of them."""
        raise NotImplementedError

    def _set_content(self, points: Iterable[tuple[float, float]]) -> None:
        """Set the content's box to hold ``points`` (image pixels) and repaint where it was and is."""
        self.prepareGeometryChange()
        self._content = bounds(points)
        self.update()


def bounds(points: Iterable[tuple[float, float]]) -> QRectF:
    """Return the box of points, never null unless there is none."""
    known = list(points)
    if not known:
        return QRectF()
    xs, ys = [x for x, _ in known], [y for _, y in known]
    return QRectF(QPointF(min(xs) - 0.01, min(ys) - 0.01), QPointF(max(xs) + 0.01, max(ys) + 0.01))


def solid(color: QColor | Rgb, width: float) -> QPen:
    """Return a round pen."""
    return QPen(as_color(color), width, _SOLID, _CAP, _JOIN)


def as_color(color: QColor | Rgb) -> QColor:
    """Return Qt's colour."""
    return color if isinstance(color, QColor) else QColor(*color)
