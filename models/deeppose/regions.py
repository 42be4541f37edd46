"""Squares of the image that a stage looks at, and joints in their measure; the cascade from one stage to the next."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from models.joint_names import place

REACH = 1.25
"""Side of the first square in lengths of the box's longer side."""
SIGMA = 2.0
"""Side of a joint's square in diameters of the pose (the paper's choice for LSP; 1.0 for its film scenes)."""
_GROUND = (115, 115, 115)
_SMALLEST = 4.0
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Region:
    """An upright square: its middle and side in image pixels, measured from the corner."""

    x: float
    y: float
    side: float

    def into(self, points: Floats) -> Floats:
        """Return ``float64[..., 2]``: image pixels in sides of the square, from its middle (the paper's N)."""
        return np.asarray((points - (self.x, self.y)) / self.side)

    def out_of(self, places: Floats) -> Floats:
        """Inverse of ``into``."""
        return np.asarray(places * self.side + (self.x, self.y))

    def cut(self, image: NDArray[np.uint8], pixels: int) -> NDArray[np.uint8]:
        """Return what is seen, ``uint8[pixels, pixels, 3]``; grey beyond the image."""
        scale = pixels / self.side
        left, top = self.x - self.side / 2, self.y - self.side / 2
        if scale < 0.5:
            # A picture that is shrunk much is averaged first: a warp looks at four pixels only.
            image = np.asarray(cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), np.uint8)
            left, top, scale = left * scale, top * scale, 1.0
        # OpenCV counts from the middle of the first pixel, we from its corner.
        move = np.array([[scale, 0, scale * (0.5 - left) - 0.5], [0, scale, scale * (0.5 - top) - 0.5]])
        seen = cv2.warpAffine(
            np.ascontiguousarray(image), move, (pixels, pixels), flags=cv2.INTER_LINEAR, borderValue=_GROUND
        )
        return np.asarray(seen, dtype=np.uint8)


def around(box: tuple[float, float, float, float]) -> Region:
    """Return the square around ``box`` (x0, y0, x1, y1) that the first stage looks at."""
    side = max(box[2] - box[0], box[3] - box[1], _SMALLEST)
    return Region((box[0] + box[2]) / 2, (box[1] + box[3]) / 2, REACH * side)


def diameter(points: Floats, names: Sequence[str]) -> float:
    """Return the size of a pose (``float64[K, 2]``) in pixels.

    It is the distance of left shoulder and right hip as in the paper, or half of the longest extent where a skeleton
    has no such joints, or where that is longer: people seen from the side have short torsos.
    """
    extent = float((points.max(axis=0) - points.min(axis=0)).max()) / 2
    shoulder, hip = place(names, "left_shoulder"), place(names, "right_hip")
    torso = 0.0 if shoulder is None or hip is None else float(np.linalg.norm(points[shoulder] - points[hip]))
    return max(torso, extent, _SMALLEST)


def refined(points: Floats, names: Sequence[str], look: Callable[[list[Region]], Floats]) -> Floats:
    """Return ``float64[K, 2]`` joints after one more stage.

    ``look`` is shown a square around each joint and returns ``float64[K, 2]``, where in the squares the joints are.
    """
    side = SIGMA * diameter(points, names)
    regions = [Region(x, y, side) for x, y in points.tolist()]
    seen = look(regions)
    return np.stack([region.out_of(at) for region, at in zip(regions, seen, strict=True)])
