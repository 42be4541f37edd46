"""The draft's prompts: include clicks are green discs with a plus, exclude red with a minus, the box is dashed."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QTransform

from annotator.canvas.light_item import HALO, LightItem, solid
from annotator.canvas.scene_data import Click, DraftView
from annotator.tokens import Tokens

DISC_PX = 8.0
ARM_PX = 4.0


class DraftItem(LightItem):
    """Draws clicks and box; the candidate's mask is an overlay of its own below."""

    def __init__(self, tokens: Tokens, *, z: float) -> None:
        """Start without a draft."""
        super().__init__(z=z)
        self._tokens = tokens
        self._draft: DraftView | None = None

    def set_tokens(self, tokens: Tokens) -> None:
        """Take the colours of another theme."""
        self._tokens = tokens
        self.update()

    def set_draft(self, draft: DraftView | None) -> None:
        """Show another draft or none."""
        self._draft = draft
        points = [(click.x, click.y) for click in draft.clicks] if draft else []
        if draft and draft.box:
            points += [draft.box[:2], draft.box[2:]]
        self._set_content(points)

    def draw(self, painter: QPainter, to_screen: QTransform, exposed: QRectF) -> None:
        """Draw the box, then the clicks, the newest on top."""
        if self._draft is None:
            return
        if self._draft.box is not None:
            x0, y0, x1, y1 = self._draft.box
            draw_band(painter, to_screen.mapRect(QRectF(x0, y0, x1 - x0, y1 - y0)), QColor(self._tokens.accent))
        for click in self._draft.clicks:
            self._click(painter, to_screen.map(QPointF(click.x, click.y)), click)

    def _click(self, painter: QPainter, place: QPointF, click: Click) -> None:
        painter.setPen(QPen(HALO, 4))
        painter.setBrush(QColor(self._tokens.include if click.positive else self._tokens.exclude))
        painter.drawEllipse(place, DISC_PX, DISC_PX)
        painter.setPen(QPen(QColor(255, 255, 255), 1.8))
        painter.drawEllipse(place, DISC_PX, DISC_PX)
        # Dark on the bright discs of the dark theme, white on the deep ones of the light theme.
        sign = QColor("#0b1410") if self._tokens.name == "dark" else QColor("#ffffff")
        painter.setPen(QPen(sign, 2.4, Qt.PenStyle.SolidLine, Qt.PenCapStyle.FlatCap))
        painter.drawLine(place - QPointF(ARM_PX, 0), place + QPointF(ARM_PX, 0))
        if click.positive:
            painter.drawLine(place - QPointF(0, ARM_PX), place + QPointF(0, ARM_PX))


def draw_band(painter: QPainter, rect: QRectF, color: QColor) -> None:
    """Draw a dashed rectangle that reads on any picture."""
    painter.setBrush(QColor(color.red(), color.green(), color.blue(), 28))
    painter.setPen(solid(HALO, 3.5))
    painter.drawRect(rect)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    pen = QPen(color, 1.8)
    pen.setDashPattern([4, 3])
    painter.setPen(QPen(QColor(255, 255, 255, 200), 1.8))
    painter.drawRect(rect)
    painter.setPen(pen)
    painter.drawRect(rect)
