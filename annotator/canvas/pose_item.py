"""Poses: bones and joints; a visible joint is a filled disc, a hidden one a hollow dashed ring, others vanish."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QTransform

from annotator.canvas.light_item import HALO, LightItem, as_color, solid
from annotator.canvas.scene_data import Rgb
from engine.records import Keypoints

JOINT_PX = 4.5
BONE_PX = 2.5


@dataclass(frozen=True, slots=True)
class Pose:
    """One pose; ``strong`` draws it larger (hovered, selected or in the draft)."""

    keypoints: Keypoints
    edges: tuple[tuple[int, int], ...]
    color: Rgb
    strong: bool = False


class PoseItem(LightItem):
    """Draws all poses of the image."""

    def __init__(self, *, z: float) -> None:
        """Start without poses."""
        super().__init__(z=z)
        self._poses: tuple[Pose, ...] = ()

    def set_poses(self, poses: Sequence[Pose]) -> None:
        """Replace all poses."""
        self._poses = tuple(poses)
        self._set_content((x, y) for pose in self._poses for x, y, v in pose.keypoints if v)

    def draw(self, painter: QPainter, to_screen: QTransform, exposed: QRectF) -> None:
        """Draw bones under joints."""
        for pose in self._poses:
            places = [to_screen.map(QPointF(x, y)) for x, y, _ in pose.keypoints]
            _bones(painter, pose, places)
            for (_, _, seen), place in zip(pose.keypoints, places, strict=True):
                if seen:
                    _joint(painter, place, pose, hidden=seen == 1)


def _bones(painter: QPainter, pose: Pose, places: Sequence[QPointF]) -> None:
    seen = [v for _, _, v in pose.keypoints]
    shown = [(a, b) for a, b in pose.edges if a < len(seen) and b < len(seen) and seen[a] and seen[b]]
    width = BONE_PX + (1.0 if pose.strong else 0.0)
    painter.setPen(solid(HALO, width + 2))
    for a, b in shown:
        painter.drawLine(places[a], places[b])
    for a, b in shown:
        pen = solid(pose.color, width)
        if 1 in (seen[a], seen[b]):
            pen.setStyle(Qt.PenStyle.DashLine)
            pen.setCapStyle(Qt.PenCapStyle.FlatCap)
        painter.setPen(pen)
        painter.drawLine(places[a], places[b])


def _joint(painter: QPainter, place: QPointF, pose: Pose, *, hidden: bool) -> None:
    radius = JOINT_PX + (1.0 if pose.strong else 0.0)
    color = as_color(pose.color)
    painter.setPen(QPen(HALO, 1.5))
    painter.setBrush(QColor(20, 20, 22, 190) if hidden else color)
    painter.drawEllipse(place, radius + 1, radius + 1)
    pen = QPen(color if hidden else QColor(255, 255, 255), 1.6)
    if hidden:
        pen.setDashPattern([1.6, 1.2])
    painter.setPen(pen)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawEllipse(place, radius, radius)
