"""Rectangles of the photograph that the network looks at, and pictures cut to them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from models.compact.rounds import MEAN

WORK_SIDE = 1280
"""Longest side of the picture an embedding keeps to look at again."""


@dataclass(frozen=True, slots=True)
class Frame:
    """A rectangle in image pixels; it may reach beyond the image."""

    x0: float
    y0: float
    x1: float
    y1: float

    @property
    def width(self) -> float:
        """Extent in x."""
        return self.x1 - self.x0

    @property
    def height(self) -> float:
        """Extent in y."""
        return self.y1 - self.y0

    def holds(self, x: float, y: float) -> bool:
        """Tell whether the point lies inside."""
        return self.x0 <= x < self.x1 and self.y0 <= y < self.y1


def around(box: tuple[float, float, float, float], height: int, width: int, *, reach: float, least: float) -> Frame:
    """Return the square of ``reach`` times the longer side of ``box`` (at least ``least``), moved into the image."""
    side = max(reach * max(box[2] - box[0], box[3] - box[1]), least)
    x0 = _moved((box[0] + box[2] - side) / 2, side, width)
    y0 = _moved((box[1] + box[3] - side) / 2, side, height)
    return Frame(x0, y0, x0 + side, y0 + side)


def shrink(image: NDArray[np.uint8], longest: int = WORK_SIDE) -> NDArray[np.uint8]:
    """Return ``image`` (uint8[H, W, 3]) with its longest side at most ``longest``, a copy."""
    height, width = image.shape[:2]
    scale = longest / max(height, width)
    if scale >= 1:
        return np.array(image, order="C")
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    return np.asarray(cv2.resize(np.ascontiguousarray(image), size, interpolation=cv2.INTER_AREA), dtype=np.uint8)


def cut(work: NDArray[np.uint8], frame: Frame, height: int, width: int, shape: tuple[int, int]) -> NDArray[np.uint8]:
    """Return ``uint8[*shape, 3]``: ``work``, which shows an image of ``height`` x ``width``, inside ``frame``."""
    kx, ky = work.shape[1] / width, work.shape[0] / height
    x0, y0 = round(frame.x0 * kx), round(frame.y0 * ky)
    x1, y1 = max(x0 + 1, round(frame.x1 * kx)), max(y0 + 1, round(frame.y1 * ky))
    a, b = max(x0, 0), max(y0, 0)
    c, d = min(x1, work.shape[1]), min(y1, work.shape[0])
    part = work[b : max(d, b), a : max(c, a)]
    if part.shape[:2] != (y1 - y0, x1 - x0):
        padded = np.full((y1 - y0, x1 - x0, 3), int(MEAN), dtype=np.uint8)
        if part.size:
            padded[b - y0 : d - y0, a - x0 : c - x0] = part
        part = padded
    way = cv2.INTER_AREA if part.shape[0] > shape[0] else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(np.ascontiguousarray(part), shape[::-1], interpolation=way), dtype=np.uint8)


def sample(
    field: NDArray[np.float32], frame: Frame, height: int, width: int, shape: tuple[int, int], outside: float
) -> NDArray[np.float32]:
    """Return ``float32[shape]``: ``field``, which covers the whole image, seen through ``frame``."""
    kx, ky = field.shape[1] / width, field.shape[0] / height
    step_x, step_y = frame.width * kx / shape[1], frame.height * ky / shape[0]
    move = np.array(
        [
            [step_x, 0, frame.x0 * kx + step_x / 2 - 0.5],
            [0, step_y, frame.y0 * ky + step_y / 2 - 0.5],
        ]
    )
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    seen = cv2.warpAffine(
        field, move, (shape[1], shape[0]), flags=flags, borderMode=cv2.BORDER_CONSTANT, borderValue=(outside,)
    )
    return np.asarray(seen, dtype=np.float32)


def carried(field: NDArray[np.float32], frame: Frame, other: Frame, side: int) -> NDArray[np.float32]:
    """Return ``float32[side, side]``: ``field``, which is what ``frame`` shows, seen through ``other``; NaN beyond."""
    kx, ky = field.shape[1] / frame.width, field.shape[0] / frame.height
    step_x, step_y = other.width * kx / side, other.height * ky / side
    move = np.array(
        [
            [step_x, 0, (other.x0 - frame.x0) * kx + step_x / 2 - 0.5],
            [0, step_y, (other.y0 - frame.y0) * ky + step_y / 2 - 0.5],
        ]
    )
    seen = cv2.warpAffine(
        np.ascontiguousarray(field),
        move,
        (side, side),
        flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_CONSTANT,
        borderValue=(float("nan"),),
    )
    return np.asarray(seen, dtype=np.float32)


def clicks_in(frame: Frame, clicks: Sequence[tuple[float, float, bool]], side: int) -> list[tuple[float, float, float]]:
    """Return the clicks that lie in ``frame`` as x, y in its ``side`` pixels, and 1 or 0."""
    kx, ky = side / frame.width, side / frame.height
    return [((x - frame.x0) * kx, (y - frame.y0) * ky, float(inside)) for x, y, inside in clicks if frame.holds(x, y)]


def _moved(low: float, side: float, room: int) -> float:
    free = room - side
    return min(max(low, min(free, 0.0)), max(free, 0.0))
