"""Where the automatic stage looks: windows of the image and the grid of points in each."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.records import Box
from engine.stages.params import AutoParams


@dataclass(frozen=True, slots=True)
class Window:
    """A part of the image in whole pixels; ``layer`` 0 is the image itself, ``side`` the points a side asked in it."""

    layer: int
    side: int
    x: int
    y: int
    width: int
    height: int

    @property
    def box(self) -> Box:
        """The window as (x, y, w, h)."""
        return float(self.x), float(self.y), float(self.width), float(self.height)

    @property
    def area(self) -> int:
        """Its pixels."""
        return self.width * self.height


def grid_points(height: int, width: int, side: int = 32) -> NDArray[np.float32]:
    """Return ``float32[side * side, 2]``: the middles of an even grid over the image, x and y in pixels."""
    share = (np.arange(side, dtype=np.float32) + 0.5) / side
    x, y = np.meshgrid(share * width, share * height)
    return np.stack([x.ravel(), y.ravel()], axis=1).astype(np.float32)


def windows(height: int, width: int, params: AutoParams) -> tuple[Window, ...]:
    """Return the image itself, then each layer's windows: (2^i)^2 of them in layer i, all overlapping.

    They come column by column as in SAM's generator, where the order decides between twins. An image of fewer pixels
    than a layer has windows gets only those that hold a pixel.
    """
    found: list[Window] = []
    for layer, side in enumerate(params.points_per_side):
        parts = 2**layer
        overlap = int(params.crop_overlap * min(height, width) * 2 / parts) if layer else 0
        across, down = (_stretches(size, parts, overlap) for size in (width, height))
        found += [Window(layer, side, x, y, w, h) for x, w in across for y, h in down]
    return tuple(found)


def _stretches(size: int, parts: int, overlap: int) -> list[tuple[int, int]]:
    """Cut ``size`` pixels into ``parts`` equal stretches (start, length) of which neighbours share ``overlap``."""
    length = math.ceil((size + overlap * (parts - 1)) / parts)
    starts = [(length - overlap) * number for number in range(parts)]
    return [(start, min(length, size - start)) for start in starts if start < size]
