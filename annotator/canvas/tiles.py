"""Levels and tiles: which resolution a zoom needs, and which squares of it lie in a part of the image.

Level 0 is the image itself, level -1 has half its resolution, level 2 four times; a level's pixel is the unit of
tile coordinates. Pure arithmetic.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

TILE = 256
FINEST = 6
"""64 level pixels to one image pixel: the largest zoom there is."""
COARSEST = -8


@dataclass(frozen=True, slots=True)
class Span:
    """A rectangle of whole level pixels, ``x0 <= x < x1``, ``y0 <= y < y1``."""

    x0: int
    y0: int
    x1: int
    y1: int

    @property
    def width(self) -> int:
        """Columns, never negative."""
        return max(0, self.x1 - self.x0)

    @property
    def height(self) -> int:
        """Rows, never negative."""
        return max(0, self.y1 - self.y0)

    @property
    def empty(self) -> bool:
        """Whether it holds no pixel."""
        return self.x1 <= self.x0 or self.y1 <= self.y0

    def meet(self, other: Span) -> Span:
        """Return the common part."""
        return Span(max(self.x0, other.x0), max(self.y0, other.y0), min(self.x1, other.x1), min(self.y1, other.y1))

    def grown(self, by: int) -> Span:
        """Return it with ``by`` pixels more on every side."""
        return Span(self.x0 - by, self.y0 - by, self.x1 + by, self.y1 + by)


@dataclass(frozen=True, slots=True)
class TileKey:
    """One square of ``TILE`` level pixels."""

    level: int
    column: int
    row: int

    @property
    def span(self) -> Span:
        """Its rectangle in pixels of its level."""
        x, y = self.column * TILE, self.row * TILE
        return Span(x, y, x + TILE, y + TILE)


def level_for_scale(scale: float) -> int:
    """Return the level to draw at ``scale`` device pixels an image pixel: its pixels become 0.6 to 1.2 device pixels.

    A little enlarging is allowed, so that outlines, drawn in level pixels, keep between 1 and 2 device pixels.
    """
    return min(FINEST, max(COARSEST, math.ceil(math.log2(scale) - 0.25)))


def to_level(x0: float, y0: float, x1: float, y1: float, level: int) -> Span:
    """Return the level pixels that an image rectangle touches."""
    factor = 2.0**level
    return Span(math.floor(x0 * factor), math.floor(y0 * factor), math.ceil(x1 * factor), math.ceil(y1 * factor))


def tiles_of(span: Span, level: int) -> Iterator[TileKey]:
    """Yield the tiles that meet ``span`` row by row."""
    if span.empty:
        return
    for row in range(span.y0 // TILE, (span.y1 - 1) // TILE + 1):
        for column in range(span.x0 // TILE, (span.x1 - 1) // TILE + 1):
            yield TileKey(level, column, row)
