"""Poses: bones and joints; a visible joint is a filled disc, a hidden one a hollow dashed ring, others vanish.

A joint that a backend was unsure of carries a second ring, amber or (a mere guess) red; the chosen one a white one
and its name.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPen, QTransform

from annotator.canvas.colors import confidence_color, to_rgb
from annotator.canvas.label_item import TEXT_PX, draw_plate
from annotator.canvas.light_item import HALO, LightItem, as_color, solid
from annotator.canvas.scene_data import Rgb
from engine.records import Keypoints
from engine.skeletons.colors import MIDDLE
from engine.skeletons.poses import UNSURE

JOINT_PX = 4.5
BONE_PX = 2.5
FULL_PX = 140.0
"""A pose whose longer side is shorter on screen has smaller marks, or they would hide the person."""
LEAST = 0.6
NAME_PX = 200.0
_DARK = QColor(20, 20, 22, 190)
_WHITE = QColor(255, 255, 255)
_MIDDLE = to_rgb(MIDDLE)


@dataclass(frozen=True, slots=True)
class Pose:
    """One pose; ``strong`` draws it larger (hovered, selected or in the draft).

    ``joint_colors`` are one a joint, or empty: then all have ``color``. ``scores`` are the backend's, or empty.
    ``chosen`` is the joint that keys are about, drawn with ``name``.
    """

    keypoints: Keypoints
    edges: tuple[tuple[int, int], ...]
    color: Rgb
    strong: bool = False
    joint_colors: tuple[Rgb, ...] = ()
    scores: tuple[float, ...] = ()
    chosen: int | None = None
    name: str = ""

    def color_of(self, joint: int) -> Rgb:
        """Return a joint's own colour, else the pose's."""
        return self.joint_colors[joint] if joint < len(self.joint_colors) else self.color

    def bone_color(self, first: int, second: int) -> Rgb:
        """Return the colour of both ends; where one end is in the middle, the other's; else the pose's."""
        ends = {self.color_of(first), self.color_of(second)} - {_MIDDLE}
        return ends.pop() if len(ends) == 1 else _MIDDLE if not ends else self.color

    def is_unsure(self, joint: int) -> bool:
        """Tell whether the backend's score of a joint calls for a look."""
        return joint < len(self.scores) and self.scores[joint] < UNSURE


class PoseItem(LightItem):
    """Draws all poses of the image."""

    def __init__(self, *, z: float) -> None:
        """Start without poses."""
        super().__init__(z=z, reach_px=24.0)
        self._poses: tuple[Pose, ...] = ()
        self._font = QFont()
        self._font.setPixelSize(TEXT_PX)
        self._metrics = QFontMetricsF(self._font)

    def boundingRect(self) -> QRectF:
        """Joints, and room for the name at the chosen one."""
        named = any(pose.chosen is not None for pose in self._poses)
        return super().boundingRect().adjusted(0, 0, NAME_PX * self._unit if named else 0, 0)

    def set_poses(self, poses: Sequence[Pose]) -> None:
        """Replace all poses."""
        self._poses = tuple(poses)
        self._set_content((x, y) for pose in self._poses for x, y, v in pose.keypoints if v)

    def draw(self, painter: QPainter, to_screen: QTransform, exposed: QRectF) -> None:
        """Draw bones under joints, the chosen joint's name on top."""
        for pose in self._poses:
            places = [to_screen.map(QPointF(x, y)) for x, y, _ in pose.keypoints]
            size = _size(pose, places)
            _bones(painter, pose, places, size)
            for joint, place in enumerate(places):
                if pose.keypoints[joint][2]:
                    _joint(painter, place, pose, joint, size)
            if pose.chosen is not None and pose.chosen < len(places) and pose.keypoints[pose.chosen][2]:
                self._name(painter, places[pose.chosen], pose)

    def _name(self, painter: QPainter, place: QPointF, pose: Pose) -> None:
        painter.setFont(self._font)
        width, height = self._metrics.horizontalAdvance(pose.name) + 22, self._metrics.height() + 4
        rect = QRectF(place.x() + 14, place.y() - height / 2, width, height)
        draw_plate(painter, rect, pose.name, pose.color_of(pose.chosen or 0))


def _size(pose: Pose, places: Sequence[QPointF]) -> float:
    shown = [place for place, (_, _, v) in zip(places, pose.keypoints, strict=True) if v]
    if len(shown) < 2:
        return 1.0
    xs, ys = [place.x() for place in shown], [place.y() for place in shown]
    return min(max(max(max(xs) - min(xs), max(ys) - min(ys)) / FULL_PX, LEAST), 1.0)


def _bones(painter: QPainter, pose: Pose, places: Sequence[QPointF], size: float) -> None:
    seen = [v for _, _, v in pose.keypoints]
    shown = [(a, b) for a, b in pose.edges if a < len(seen) and b < len(seen) and seen[a] and seen[b]]
    width = size * (BONE_PX + (1.0 if pose.strong else 0.0))
    painter.setPen(solid(HALO, width + 2))
    for a, b in shown:
        painter.drawLine(places[a], places[b])
    for a, b in shown:
        pen = solid(pose.bone_color(a, b), width)
        if 1 in (seen[a], seen[b]):
            pen.setStyle(Qt.PenStyle.DashLine)
            pen.setCapStyle(Qt.PenCapStyle.FlatCap)
        painter.setPen(pen)
        painter.drawLine(places[a], places[b])


def _joint(painter: QPainter, place: QPointF, pose: Pose, joint: int, size: float) -> None:
    hidden, chosen = pose.keypoints[joint][2] == 1, joint == pose.chosen
    radius = size * (JOINT_PX + (1.0 if pose.strong else 0.0))
    color = as_color(pose.color_of(joint))
    if pose.is_unsure(joint):
        _ring(painter, place, radius + 4.5, as_color(confidence_color(pose.scores[joint])), dashed=False)
    if chosen:
        _ring(painter, place, radius + size * 5.0, _WHITE, dashed=False)
    painter.setPen(QPen(HALO, 1.5))
    painter.setBrush(_DARK if hidden else color)
    painter.drawEllipse(place, radius + 1, radius + 1)
    _ring(painter, place, radius, color if hidden else _WHITE, dashed=hidden, halo=False)


def _ring(painter: QPainter, place: QPointF, radius: float, color: QColor, *, dashed: bool, halo: bool = True) -> None:
    painter.setBrush(Qt.BrushStyle.NoBrush)
    if halo:
        painter.setPen(QPen(HALO, 4))
        painter.drawEllipse(place, radius, radius)
    pen = QPen(color, 2.2 if halo else 1.6)
    if dashed:
        pen.setDashPattern([1.6, 1.2])
    painter.setPen(pen)
    painter.drawEllipse(place, radius, radius)
