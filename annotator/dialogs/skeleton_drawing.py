"""A small drawing of a skeleton: click two joints to join or part them, drag one to see better."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QHelpEvent, QMouseEvent, QPainter, QPaintEvent, QPalette, QPen
from PySide6.QtWidgets import QApplication, QSizePolicy, QToolTip, QWidget

from annotator.dialogs.swatches import tick_color
from engine.skeletons.names import Pair
from engine.skeletons.poses import free_place
from engine.skeletons.templates import Place

_RADIUS = 9.0
_REACH = 14.0
_MARGIN = 18.0
_NUMBER_PX = 10


class SkeletonDrawing(QWidget):
    """Joints as numbered discs, edges as lines between them."""

    edge_toggled = Signal(int, int)
    """Two joint numbers (from 0) were clicked one after the other."""

    picked_changed = Signal(object)
    """The number of the joint that waits for a second one, or None."""

    def __init__(self) -> None:
        """Starts empty."""
        super().__init__()
        self._joints: tuple[str, ...] = ()
        self._edges: tuple[Pair, ...] = ()
        self._colors: tuple[str, ...] = ()
        self._places: dict[str, Place] = {}
        self._picked: int | None = None
        self._pressed: int | None = None
        self._press_at = QPointF()
        self._dragging = False
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName("Drawing of the skeleton")

    def sizeHint(self) -> QSize:
        """Room for a standing person."""
        return QSize(280, 360)

    def minimumSizeHint(self) -> QSize:
        """Still readable."""
        return QSize(200, 240)

    def set_skeleton(self, joints: Sequence[str], edges: Sequence[Pair], colors: Sequence[str] = ()) -> None:
        """Draw this; joints keep their places by name, new ones get one far from all others.

        ``colors`` are ``#rrggbb`` or empty, one a joint.
        """
        if tuple(joints) != self._joints:
            self._pick(None)
            self._pressed = None
        self._joints, self._edges = tuple(joints), tuple(edges)
        self._colors = tuple(colors) or ("",) * len(self._joints)
        for name in self._joints:
            if name not in self._places:
                shown = [self._places[each] for each in self._joints if each in self._places]
                self._places[name] = free_place(shown)
        self.update()

    def place_joints(self, places: Mapping[str, Place]) -> None:
        """Put joints by name: x and y from 0 to 1."""
        self._places.update(places)
        self.update()

    def rename(self, old: str, new: str) -> None:
        """Keep a joint where it is under its new name."""
        self._places[new] = self._places.pop(old, free_place(list(self._places.values())))

    def joint_position(self, joint: int) -> QPointF:
        """Return the middle of a joint's disc in widget pixels."""
        x, y = self._places[self._joints[joint]]
        area = QRectF(self.rect()).adjusted(_MARGIN, _MARGIN, -_MARGIN, -_MARGIN)
        return QPointF(area.left() + x * area.width(), area.top() + y * area.height())

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Begin a click or a drag on the joint under the mouse."""
        if event.button() == Qt.MouseButton.LeftButton:
            self._pressed, self._press_at, self._dragging = self._joint_at(event.position()), event.position(), False
            if self._pressed is None:
                self._pick(None)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Drag the pressed joint; show that joints can be clicked."""
        if self._pressed is None:
            over = self._joint_at(event.position()) is not None
            self.setCursor(Qt.CursorShape.PointingHandCursor if over else Qt.CursorShape.ArrowCursor)
            return
        moved = (event.position() - self._press_at).manhattanLength()
        self._dragging = self._dragging or moved >= QApplication.startDragDistance()
        if self._dragging:
            area = QRectF(self.rect()).adjusted(_MARGIN, _MARGIN, -_MARGIN, -_MARGIN)
            x = (event.position().x() - area.left()) / max(area.width(), 1.0)
            y = (event.position().y() - area.top()) / max(area.height(), 1.0)
            self._places[self._joints[self._pressed]] = (min(max(x, 0.0), 1.0), min(max(y, 0.0), 1.0))
            self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Pick the first joint of an edge, or join it with the second."""
        joint, self._pressed = self._pressed, None
        if event.button() != Qt.MouseButton.LeftButton or joint is None or self._dragging:
            return
        first = self._picked
        if first is None:
            self._pick(joint)
            return
        self._pick(None)
        if first != joint:
            self.edge_toggled.emit(first, joint)

    def event(self, event: QEvent) -> bool:
        """Name the joint under a resting mouse."""
        if isinstance(event, QHelpEvent):
            joint = self._joint_at(QPointF(event.pos()))
            QToolTip.showText(event.globalPos(), "" if joint is None else self._joints[joint], self)
            return True
        return super().event(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw edges, then joints over them."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        color = self.palette().color
        painter.setPen(QPen(color(QPalette.ColorRole.Mid), 1))
        painter.setBrush(color(QPalette.ColorRole.Base))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 6, 6)
        if not self._joints:
            painter.setPen(color(QPalette.ColorRole.PlaceholderText))
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, "No joints yet")
        painter.setPen(QPen(color(QPalette.ColorRole.PlaceholderText), 2))
        for first, second in self._edges:
            painter.drawLine(self.joint_position(first), self.joint_position(second))
        font = painter.font()
        font.setPixelSize(_NUMBER_PX)
        painter.setFont(font)
        for joint in range(len(self._joints)):
            self._draw_joint(painter, joint)
        painter.end()

    def _draw_joint(self, painter: QPainter, joint: int) -> None:
        picked = joint == self._picked
        role = QPalette.ColorRole
        middle = self.joint_position(joint)
        own = self._colors[joint]
        painter.setPen(QPen(self.palette().color(role.Highlight if picked else role.PlaceholderText), 1.5))
        plain = self.palette().color(role.Highlight if picked else role.Button)
        painter.setBrush(QColor(own) if own and not picked else plain)
        painter.drawEllipse(middle, _RADIUS, _RADIUS)
        text = tick_color(own) if own else self.palette().color(role.Text)
        painter.setPen(self.palette().color(role.HighlightedText) if picked else text)
        area = QRectF(middle.x() - _REACH, middle.y() - _REACH, 2 * _REACH, 2 * _REACH)
        painter.drawText(area, Qt.AlignmentFlag.AlignCenter, str(joint + 1))

    def _joint_at(self, at: QPointF) -> int | None:
        distances = [
            (math.hypot(middle.x() - at.x(), middle.y() - at.y()), joint)
            for joint in range(len(self._joints))
            for middle in (self.joint_position(joint),)
        ]
        distance, nearest = min(distances, default=(math.inf, -1))
        return nearest if distance <= _REACH else None

    def _pick(self, joint: int | None) -> None:
        if joint != self._picked:
            self._picked = joint
            self.picked_changed.emit(joint)
            self.update()
