"""A piece of a mask and where it lies: what geometry passes around instead of arrays of the image's size."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from models import masks


class Patch(NamedTuple):
    """``part`` is ``bool[h, w]`` with its top-left pixel at column ``x``, row ``y`` of the image."""

    x: int
    y: int
    part: NDArray[np.bool_]

    @property
    def box(self) -> tuple[int, int, int, int]:
        """Corners ``(x0, y0, x1, y1)``, end exclusive."""
        return self.x, self.y, self.x + self.part.shape[1], self.y + self.part.shape[0]

    def to_mask(self, height: int, width: int) -> NDArray[np.bool_]:
        """Return ``bool[height, width]``; what lies outside is cut off."""
        return masks.paste(self.part, x=self.x, y=self.y, height=height, width=width)

    def to_rle(self, height: int, width: int) -> masks.Rle:
        """Encode without an array of the image's size. Raises ValueError if the patch sticks out of the image."""
        x0, y0, x1, y1 = self.box
        if x0 < 0 or y0 < 0 or x1 > width or y1 > height:
            raise ValueError(f"patch {self.box} sticks out of an image of {width} x {height}")
        rows, columns = self.part.shape
        padded = np.zeros((columns, rows + 2), dtype=np.int8)
        padded[:, 1:-1] = self.part.T
        change = np.diff(padded, axis=1)
        column, row = np.nonzero(change)
        # Starts and ends alternate; a run that ends at the foot of a column meets the one that starts atop the next.
        at = (column + x0).astype(np.int64) * height + row + y0
        meets = np.flatnonzero(at[1:] == at[:-1])
        at = np.delete(at, np.concatenate((meets, meets + 1)))
        # COCO's code ends with the last pixel: no empty run after a mask that reaches the last corner.
        ends = at if at.size and int(at[-1]) == height * width else np.append(at, height * width)
        counts = np.diff(np.concatenate(([0], ends)))
        return masks.from_counts(height, width, counts.tolist())

    def trimmed(self) -> Patch:
        """Return the same pixels in their tight box (0 x 0 when there are none)."""
        rows, columns = np.flatnonzero(self.part.any(axis=1)), np.flatnonzero(self.part.any(axis=0))
        if rows.size == 0:
            return Patch(self.x, self.y, np.zeros((0, 0), dtype=np.bool_))
        top, bottom, left, right = int(rows[0]), int(rows[-1]) + 1, int(columns[0]), int(columns[-1]) + 1
        return Patch(self.x + left, self.y + top, self.part[top:bottom, left:right])


def patch_of(mask: NDArray[np.bool_]) -> Patch:
    """Return the tight patch of ``bool[H, W]`` (a view, not a copy)."""
    return Patch(0, 0, mask).trimmed()
