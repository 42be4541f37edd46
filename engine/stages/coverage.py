"""What an image's masks explain, as a small map that gaps are looked for in and that the window shows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.records import Rle
from models import masks

SIDE = 512
"""Longest side of a map in cells: finer than any gap worth a click, and quick to redo after each accepted mask."""


@dataclass(frozen=True, slots=True, eq=False)
class Coverage:
    """``shares`` is ``float32[h, w]``: the share (0 to 1) of each cell's pixels that some mask holds.

    The map spans the whole image of ``height`` x ``width`` pixels: cell (row r, column c) covers the pixels from
    ``x = c * width / w`` and ``y = r * height / h`` on, in the displayed frame.
    """

    height: int
    width: int
    shares: NDArray[np.float32]

    @property
    def cell(self) -> tuple[float, float]:
        """Width and height of a cell in image pixels (1 or more)."""
        rows, columns = self.shares.shape
        return self.width / columns, self.height / rows

    @property
    def share(self) -> float:
        """Share of the image that the masks explain."""
        return float(self.shares.mean(dtype=np.float64))


def coverage(height: int, width: int, rles: Sequence[Rle], *, side: int = SIDE) -> Coverage:
    """Map what ``rles`` explain of an image; raises ValueError on an image without pixels.

    Masks of another size are of a picture that was replaced since; they explain nothing of this one.
    """
    if height < 1 or width < 1:
        raise ValueError(f"an image of {width} x {height} has nothing to cover")
    scale = min(1.0, side / max(height, width))
    rows, columns = max(1, round(height * scale)), max(1, round(width * scale))
    fitting = [each for each in rles if (each.height, each.width) == (height, width)]
    if not fitting:
        return Coverage(height, width, np.zeros((rows, columns), dtype=np.float32))
    # The code runs down the columns: turned on its side the decoded mask lies in memory as it comes.
    inside = masks.decode(masks.union(fitting)).T.view(np.uint8).astype(np.float32)
    if scale < 1.0:
        inside = np.asarray(cv2.resize(inside, (rows, columns), interpolation=cv2.INTER_AREA), dtype=np.float32)
    # Sums of rounded weights may go a hair beyond.
    return Coverage(height, width, np.ascontiguousarray(np.clip(inside, 0.0, 1.0).T))
