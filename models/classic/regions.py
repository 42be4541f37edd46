"""An image as a graph of small regions of even colour: made once an image, asked by every click."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray
from skimage.segmentation import watershed

WORK_SIDE = 512
"""Longest side, in pixels, of the image that is worked on; smaller images are not enlarged."""
CELL = 10
"""Side of the grid cell, in working pixels, that gets one region."""


@dataclass(frozen=True, slots=True)
class RegionGraph:
    """Regions of the working image and who touches whom.

    ``labels`` int32[h, w] region of each pixel; ``colour`` float64[N, 3] mean Lab (8-bit scale); ``centre``
    float64[N, 2] x, y; ``size`` float64[N] pixels; ``pairs`` int64[E, 2] neighbours; ``border`` float64[E] length of
    their common border in pixels; ``edge`` float64[E] mean gradient along it.
    """

    labels: NDArray[np.int32]
    colour: NDArray[np.float64]
    centre: NDArray[np.float64]
    size: NDArray[np.float64]
    pairs: NDArray[np.int64]
    border: NDArray[np.float64]
    edge: NDArray[np.float64]


def shrink(image: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return ``uint8[h, w, 3]`` with the longest side at most WORK_SIDE."""
    height, width = image.shape[:2]
    scale = WORK_SIDE / max(height, width)
    if scale >= 1:
        return np.ascontiguousarray(image)
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    return cv2.resize(image, size, interpolation=cv2.INTER_AREA).astype(np.uint8)


def build(work: NDArray[np.uint8], cell: int = CELL) -> RegionGraph:
    """Cut the working image ``uint8[h, w, 3]`` RGB into regions by a watershed that starts once in every grid cell."""
    lab = cv2.cvtColor(work, cv2.COLOR_RGB2LAB).astype(np.float32)
    calm = cv2.GaussianBlur(lab, (0, 0), 1.0).astype(np.float32)
    gradient = _gradient(calm)
    flood: Callable[..., NDArray[np.int32]] = watershed
    labels = (flood(gradient, _markers(gradient, cell)) - 1).astype(np.int32)
    count = int(labels.max()) + 1
    flat = labels.ravel()
    size = np.bincount(flat, minlength=count).astype(np.float64)
    colour = np.stack([np.bincount(flat, calm[..., c].ravel(), count) / size for c in range(3)], axis=1)
    y, x = np.indices(labels.shape)
    centre = np.stack([np.bincount(flat, axis.ravel() + 0.5, count) / size for axis in (x, y)], axis=1)
    pairs, border, edge = _neighbours(labels, gradient, count)
    return RegionGraph(labels, colour, centre, size, pairs, border, edge)


def _gradient(lab: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return ``float32[h, w]``: the steepest channel's gradient, in 8-bit Lab steps a pixel."""
    dx = cv2.Scharr(lab, cv2.CV_32F, 1, 0, scale=1 / 32, borderType=cv2.BORDER_REPLICATE)
    dy = cv2.Scharr(lab, cv2.CV_32F, 0, 1, scale=1 / 32, borderType=cv2.BORDER_REPLICATE)
    steepest: NDArray[np.float32] = np.sqrt((dx**2 + dy**2).sum(axis=2)).astype(np.float32)
    return steepest


def _markers(gradient: NDArray[np.float32], cell: int) -> NDArray[np.int32]:
    """Number the calmest pixel of each grid cell from 1."""
    height, width = gradient.shape
    rows, columns = max(1, height // cell), max(1, width // cell)
    padded = np.full((-(-height // cell) * cell, -(-width // cell) * cell), np.inf, dtype=np.float32)
    padded[:height, :width] = gradient
    blocks = padded.reshape(padded.shape[0] // cell, cell, -1, cell).swapaxes(1, 2)
    cells = blocks[:rows, :columns].reshape(rows, columns, cell * cell)
    at = cells.argmin(axis=2)
    row = at // cell + cell * np.arange(rows)[:, None]
    column = at % cell + cell * np.arange(columns)[None, :]
    markers = np.zeros(gradient.shape, dtype=np.int32)
    markers[row, column] = np.arange(1, rows * columns + 1).reshape(rows, columns)
    return markers


def _neighbours(
    labels: NDArray[np.int32], gradient: NDArray[np.float32], count: int
) -> tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.float64]]:
    keys: list[NDArray[np.int64]] = []
    heights: list[NDArray[np.float32]] = []
    for one, two, g_one, g_two in (
        (labels[:, :-1], labels[:, 1:], gradient[:, :-1], gradient[:, 1:]),
        (labels[:-1], labels[1:], gradient[:-1], gradient[1:]),
    ):
        differ = one != two
        a, b = one[differ].astype(np.int64), two[differ].astype(np.int64)
        keys.append(np.minimum(a, b) * count + np.maximum(a, b))
        heights.append(np.maximum(g_one[differ], g_two[differ]))
    unique, inverse, length = np.unique(np.concatenate(keys), return_inverse=True, return_counts=True)
    edge = np.bincount(inverse, np.concatenate(heights), unique.size) / np.maximum(length, 1)
    return np.stack(np.divmod(unique, count), axis=1), length.astype(np.float64), edge
