"""Intelligent scissors: the path of strongest edges from an anchor to the pointer (OpenCV's IntelligentScissorsMB).

OpenCV's map of cheapest paths costs time with every pixel it covers, so it is made over a window around the anchor:
at full resolution near it, at half, a quarter ... farther away.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

SIDE = 400
"""Longest side of a window in its own pixels; a map of 400 x 400 takes about 30 ms on one core."""

# OpenCV's own example settings for photographs: Canny thresholds and the gradient above which an edge is an edge.
_CANNY_LOW, _CANNY_HIGH, _GRADIENT_LIMIT = 32, 100, 200


class _Window:
    """A reduced cut-out of the image with the map of cheapest paths from the anchor."""

    def __init__(self, pixels: NDArray[np.uint8], anchor: tuple[int, int], factor: int) -> None:
        height, width = pixels.shape[:2]
        reach = SIDE * factor // 2
        self.x0: int = max(anchor[0] - reach, 0)
        self.y0: int = max(anchor[1] - reach, 0)
        self.x1: int = min(anchor[0] + reach, width)
        self.y1: int = min(anchor[1] + reach, height)
        part = np.ascontiguousarray(pixels[self.y0 : self.y1, self.x0 : self.x1])
        self._columns = max((self.x1 - self.x0) // factor, 1)
        self._rows = max((self.y1 - self.y0) // factor, 1)
        if factor > 1:
            size = (self._columns, self._rows)
            part = cv2.resize(part, size, interpolation=cv2.INTER_AREA).astype(np.uint8, copy=False)
        self._tool = cv2.segmentation.IntelligentScissorsMB()
        self._tool.setEdgeFeatureCannyParameters(_CANNY_LOW, _CANNY_HIGH)
        self._tool.setGradientMagnitudeMaxLimit(_GRADIENT_LIMIT)
        self._tool.applyImage(part)
        self._tool.buildMap(self._inner(*anchor))

    def path(self, x: int, y: int) -> NDArray[np.int64]:
        """Return ``int64[N, 2]`` image pixels from the anchor to (x, y), as exact as the window's resolution."""
        inner = self._tool.getContour(self._inner(x, y)).reshape(-1, 2).astype(np.float64)
        scale = np.array([(self.x1 - self.x0) / self._columns, (self.y1 - self.y0) / self._rows])
        corner = np.array([self.x0, self.y0], dtype=np.int64)
        path: NDArray[np.int64] = corner + np.floor((inner + 0.5) * scale).astype(np.int64)
        return path

    def _inner(self, x: int, y: int) -> tuple[int, int]:
        column = (x - self.x0) * self._columns // (self.x1 - self.x0)
        row = (y - self.y0) * self._rows // (self.y1 - self.y0)
        return column, row


class Scissors:
    """Scissors over one image ``uint8[H, W, 3]``, which is not copied; for one thread at a time."""

    def __init__(self, pixels: NDArray[np.uint8]) -> None:
        """Take the image; the work begins with ``anchor``."""
        if pixels.ndim != 3 or pixels.shape[2] != 3 or pixels.dtype != np.uint8:
            raise ValueError("scissors need uint8[H, W, 3]")
        self._pixels = pixels
        self._anchor: tuple[int, int] | None = None
        self._windows: dict[int, _Window] = {}

    def anchor(self, x: float, y: float) -> None:
        """Start a new piece at image position (x, y), moved to the nearest pixel inside the image."""
        self._anchor = self._pixel(x, y)
        self._windows = {1: _Window(self._pixels, self._anchor, 1)}

    def path_to(self, x: float, y: float) -> NDArray[np.int64]:
        """Return ``int64[N, 2]`` pixels (column, row) from the anchor to (x, y), both included.

        Neighbours touch within ``SIDE / 2`` pixels of the anchor; farther away they are as many pixels apart as the
        window is reduced. Raises ValueError before the first ``anchor``.
        """
        if self._anchor is None:
            raise ValueError("set an anchor first")
        target = self._pixel(x, y)
        if target == self._anchor:
            return np.array([self._anchor], dtype=np.int64)
        path = self._window_for(self._anchor, target).path(*target)
        # A reduced window knows the ends only to its own pixel; they are known exactly.
        return np.concatenate(([self._anchor], path[1:-1], [target])).astype(np.int64)

    def _window_for(self, anchor: tuple[int, int], target: tuple[int, int]) -> _Window:
        """Return the sharpest window around the anchor that holds the target, making it on first need."""
        distance = max(abs(target[0] - anchor[0]), abs(target[1] - anchor[1]))
        factor = 1
        while distance >= SIDE * factor // 2:
            factor *= 2
        if factor not in self._windows:
            self._windows[factor] = _Window(self._pixels, anchor, factor)
        return self._windows[factor]

    def _pixel(self, x: float, y: float) -> tuple[int, int]:
        height, width = self._pixels.shape[:2]
        return int(np.clip(np.floor(x), 0, width - 1)), int(np.clip(np.floor(y), 0, height - 1))
