"""A small figure of the skeleton in the corner of the canvas: what is placed, what is hidden, which joint is next."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from annotator.canvas.light_item import as_color
from annotator.canvas.scene_data import Rgb
from annotator.tokens import Tokens
from engine.skeletons.templates import Place

SIZE = (148, 196)
_MARGIN = 16.0
_FOOT = 38
_RADIUS = 4.0


@dataclass(frozen=True, slots=True)
class FigureView:
    """A skeleton at rest; ``seen`` is v of each joint, ``now`` the joint that a click or key is about.

    ``colors`` are one a joint or empty; ``title`` and ``note`` are the two lines below.
    """

    places: tuple[Place, ...]
    edges: tuple[tuple[int, int], ...]
    seen: tuple[int, ...]
    now: int | None
    title: str
    note: str = ""
    colors: tuple[Rgb, ...] = ()


class PoseFigure(QWidget):
    """Lets the mouse through to the picture."""

    def __init__(self, parent: QWidget, tokens: Tokens) -> None:
        """Start hidden."""
        super().__init__(parent)
        self._tokens = tokens
        self.figure: FigureView | None = None
        self.setFixedSize(*SIZE)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setAccessibleName("Joints of the pose")
        self.hide()

    def set_tokens(self, tokens: Tokens) -> None:
        """Take the colours of another theme."""
        self._tokens = tokens
        self.update()

    def set_figure(self, figure: FigureView | None) -> None:
        """Show another figure or none."""
        if figure != self.figure:
            self.figure = figure
            self.setVisible(figure is not None)
            self.setAccessibleDescription(f"{figure.title}. {figure.note}" if figure is not None else "")
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the plate, bones, joints, and two lines of words."""
        figure = self.figure
        if figure is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        plate = QColor(self._tokens.surface)
        plate.setAlpha(235)
        painter.setPen(QPen(QColor(self._tokens.border), 1))
        painter.setBrush(plate)
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 8, 8)
        spots = [self._spot(place) for place in figure.places]
        painter.setPen(QPen(QColor(self._tokens.text_dim), 1.5))
        for first, second in figure.edges:
            painter.drawLine(spots[first], spots[second])
        for joint, spot in enumerate(spots):
            self._joint(painter, figure, joint, spot)
        self._words(painter, figure)
        painter.end()

    def _spot(self, place: Place) -> QPointF:
        width, height = self.width() - 2 * _MARGIN, self.height() - _MARGIN - _FOOT - _RADIUS
        return QPointF(_MARGIN + place[0] * width, _MARGIN / 2 + _RADIUS + place[1] * height)

    def _joint(self, painter: QPainter, figure: FigureView, joint: int, spot: QPointF) -> None:
        color = as_color(figure.colors[joint]) if joint < len(figure.colors) else QColor(self._tokens.accent)
        seen = figure.seen[joint] if joint < len(figure.seen) else 0
        dim, surface = QColor(self._tokens.text_dim), QColor(self._tokens.surface)
        if joint == figure.now:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(QColor(self._tokens.text), 2))
            painter.drawEllipse(spot, _RADIUS + 5, _RADIUS + 5)
        painter.setPen(QPen(color if seen == 1 else dim, 2.2 if seen == 1 else 1.2))
        painter.setBrush(color if seen == 2 or joint == figure.now else surface)
        radius = _RADIUS + 1 if seen or joint == figure.now else _RADIUS - 1
        painter.drawEllipse(spot, radius, radius)

    def _words(self, painter: QPainter, figure: FigureView) -> None:
        font = self.font()
        font.setBold(True)
        painter.setFont(font)
        painter.setPen(QColor(self._tokens.text))
        area = QRectF(8, self.height() - _FOOT - 2, self.width() - 16, _FOOT / 2)
        title = painter.fontMetrics().elidedText(figure.title, Qt.TextElideMode.ElideRight, int(area.width()))
        painter.drawText(area, Qt.AlignmentFlag.AlignCenter, title)
        font.setBold(False)
        painter.setFont(font)
        painter.setPen(QColor(self._tokens.text_dim))
        note = painter.fontMetrics().elidedText(figure.note, Qt.TextElideMode.ElideRight, int(area.width()))
        painter.drawText(area.translated(0, _FOOT / 2), Qt.AlignmentFlag.AlignCenter, note)
