"""What ViTPose sees of a box, and where its maps say joints are (unbiased data processing, Huang et al., CVPR 2020).

Here a picture's pixels are counted from the middle of the first one, and the crop's first and last pixels lie on the
borders of the region: a region of width w is w apart there, not one pixel less.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

REACH = 1.25
"""The region is so much larger than the box, as in training."""
_MEAN = np.array([0.485, 0.456, 0.406], dtype=np.float32)
_DEVIATION = np.array([0.229, 0.224, 0.225], dtype=np.float32)
"""ImageNet's, by which the network's pictures are normalised."""
_BLUR = 11
"""Side of the Gaussian, in cells, that evens a map out before its top is sought (the authors' setting)."""
_BLUR_SPREAD = 0.8
_LEAST, _MOST = 0.001, 50.0
_FURTHEST = 1.5
"""Cells by which the top may lie off the highest cell; further off the map has no top there."""


@dataclass(frozen=True, slots=True)
class Region:
    """The part of the image that is looked at: its middle and sides, in pixels counted from the first one's middle."""

    x: float
    y: float
    width: float
    height: float

    def cut(self, image: NDArray[np.uint8], rows: int, columns: int) -> NDArray[np.float32]:
        """Return ``float32[3, rows, columns]``, normalised; black beyond the image."""
        kx, ky = (columns - 1) / self.width, (rows - 1) / self.height
        move = np.array(
            [[kx, 0, -kx * (self.x - self.width / 2)], [0, ky, -ky * (self.y - self.height / 2)]], dtype=np.float64
        )
        seen = cv2.warpAffine(np.ascontiguousarray(image), move, (columns, rows), flags=cv2.INTER_LINEAR)
        scaled = (seen.astype(np.float32) / 255 - _MEAN) / _DEVIATION
        return np.ascontiguousarray(scaled.transpose(2, 0, 1), dtype=np.float32)

    def to_image(self, cells: NDArray[np.float64], rows: int, columns: int) -> NDArray[np.float64]:
        """Return ``float64[K, 2]`` image pixels, from the corner as everywhere else, of places on maps of that size."""
        scale = np.array([self.width / (columns - 1), self.height / (rows - 1)])
        corner = np.array([self.x - self.width / 2, self.y - self.height / 2])
        return np.asarray(cells * scale + corner + 0.5)


def around(box: tuple[float, float, float, float], rows: int, columns: int) -> Region:
    """Return the region of the crop's proportions around ``box`` (x0, y0, x1, y1, from the corner)."""
    width, height = max(box[2] - box[0], 4.0), max(box[3] - box[1], 4.0)
    width, height = max(width, height * columns / rows), max(height, width * rows / columns)
    return Region((box[0] + box[2]) / 2 - 0.5, (box[1] + box[3]) / 2 - 0.5, REACH * width, REACH * height)


def tops(maps: NDArray[np.float32]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return where each map (``float32[K, h, w]``) is highest, ``float64[K, 2]`` between cells, and how high, 0 to 1.

    One Newton step on the logarithm of the evened map leads to its top (DARK, Zhang et al., CVPR 2020).
    """
    count = len(maps)
    flat = maps.reshape(count, -1)
    best = flat.argmax(axis=1)
    row, column = np.divmod(best, maps.shape[2])
    heights = flat[np.arange(count), best].astype(np.float64)
    cells = np.stack([column, row], axis=1).astype(np.float64)
    for number in range(count):
        cells[number] += _step(maps[number], int(row[number]), int(column[number]))
    return cells, heights.clip(0, 1)


def _step(one: NDArray[np.float32], row: int, column: int) -> NDArray[np.float64]:
    """Return the step (x, y) in cells from the highest cell to the top beside it."""
    even = cv2.GaussianBlur(one, (_BLUR, _BLUR), _BLUR_SPREAD, borderType=cv2.BORDER_REFLECT)
    padded = np.pad(np.log(even.astype(np.float64).clip(_LEAST, _MOST)), 1, mode="edge")
    near = padded[row : row + 3, column : column + 3]
    slope = np.array([near[1, 2] - near[1, 0], near[2, 1] - near[0, 1]]) / 2
    xx = near[1, 2] - 2 * near[1, 1] + near[1, 0]
    yy = near[2, 1] - 2 * near[1, 1] + near[0, 1]
    xy = (near[2, 2] - near[1, 2] - near[2, 1] + 2 * near[1, 1] - near[1, 0] - near[0, 1] + near[0, 0]) / 2
    bend = xx * yy - xy**2
    if bend <= 1e-9 or xx >= 0:
        return np.zeros(2)
    step = -np.array([yy * slope[0] - xy * slope[1], xx * slope[1] - xy * slope[0]]) / bend
    return np.asarray(step if np.abs(step).max() <= _FURTHEST else np.zeros(2))
