"""The square that a person is looked at in, and the way between its pixels and the image's."""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

SIDE = 160
"""Side of the crop that the network sees."""
REACH = 1.25
"""Side of the square in lengths of the box's longer side, as in HRNet and SimpleBaseline."""
GROUND = 115
"""Grey level of what lies outside the photograph."""


@dataclass(frozen=True, slots=True)
class Square:
    """A turned square of the image: its middle and side in image pixels, its angle in radians, mirrored or not."""

    x: float
    y: float
    side: float
    angle: float = 0.0
    mirrored: bool = False

    def to_crop(self, points: NDArray[np.floating]) -> NDArray[np.float64]:
        """Return ``float64[N, 2]``: image pixels in pixels of the crop (both frames measured from the corner)."""
        linear, move = _split(self._matrix())
        return np.asarray(points, dtype=np.float64) @ linear.T + move

    def to_image(self, points: NDArray[np.floating]) -> NDArray[np.float64]:
        """Inverse of ``to_crop``."""
        linear, move = _split(self._matrix())
        return np.asarray((np.asarray(points, dtype=np.float64) - move) @ np.linalg.inv(linear).T)

    def cut(self, image: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """Return what is seen, ``uint8[SIDE, SIDE, 3]``."""
        matrix = self._matrix()
        if self.side > 2 * SIDE:
            image, placed = self._averaged(image)
            matrix = matrix @ placed
        # OpenCV counts from the middle of the first pixel, we from its corner.
        half = np.array([[1, 0, 0.5], [0, 1, 0.5], [0, 0, 1.0]])
        centred = np.linalg.inv(half) @ matrix @ half
        seen = cv2.warpAffine(
            np.ascontiguousarray(image),
            centred[:2],
            (SIDE, SIDE),
            flags=cv2.INTER_LINEAR,
            borderMode=cv2.BORDER_CONSTANT,
            borderValue=(GROUND, GROUND, GROUND),
        )
        return np.asarray(seen, dtype=np.uint8)

    def _averaged(self, image: NDArray[np.uint8]) -> tuple[NDArray[np.uint8], NDArray[np.float64]]:
        """Return what of the image is in sight, shrunk, and the matrix from its pixels to the image's.

        A picture that is shrunk much is averaged first: a warp looks at four pixels only. And no more of it than is
        needed, for twenty people in one photograph.
        """
        factor = SIDE / self.side
        corners = self.to_image(np.array([[0, 0], [SIDE, 0], [0, SIDE], [SIDE, SIDE]]))
        size = np.array([image.shape[1], image.shape[0]])
        low = np.clip(np.floor(corners.min(0) - 2 / factor), 0, size - 1).astype(int)
        high = np.clip(np.ceil(corners.max(0) + 2 / factor), low + 1, size).astype(int)
        part = image[low[1] : high[1], low[0] : high[0]]
        wide, tall = (max(1, round(float(side) * factor)) for side in high - low)
        small = cv2.resize(part, (wide, tall), interpolation=cv2.INTER_AREA)
        kx, ky = part.shape[1] / wide, part.shape[0] / tall
        return np.asarray(small, dtype=np.uint8), np.array([[kx, 0, low[0]], [0, ky, low[1]], [0, 0, 1.0]])

    def _matrix(self) -> NDArray[np.float64]:
        scale = SIDE / self.side
        cos, sin = scale * math.cos(self.angle), scale * math.sin(self.angle)
        turn = np.array([[cos, -sin, 0], [sin, cos, 0], [0, 0, 1]])
        back = np.array([[1, 0, -self.x], [0, 1, -self.y], [0, 0, 1]])
        middle = np.array([[-1.0 if self.mirrored else 1.0, 0, SIDE / 2], [0, 1, SIDE / 2], [0, 0, 1]])
        return np.asarray(middle @ turn @ back, dtype=np.float64)


def around(box: tuple[float, float, float, float]) -> Square:
    """Return the upright square around ``box`` (x0, y0, x1, y1)."""
    side = max(box[2] - box[0], box[3] - box[1], 8.0)
    return Square((box[0] + box[2]) / 2, (box[1] + box[3]) / 2, REACH * side)


def _split(matrix: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    return matrix[:2, :2], matrix[:2, 2]
