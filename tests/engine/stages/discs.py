"""A predictor whose answers can be worked out by hand: discs in the picture, found by whoever points at them."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from models import masks
from models.api import KeepRule, MaskCandidate, PointPrompt


@dataclass(frozen=True)
class Disc:
    """A disc of the whole image, its centre on a pixel corner so that its box is exactly 2 radius wide."""

    x: int
    y: int
    radius: int
    score: float = 0.95
    stability: float = 1.0

    @property
    def box(self) -> tuple[float, float, float, float]:
        return (self.x - self.radius, self.y - self.radius, 2 * self.radius, 2 * self.radius)

    def draw(self, height: int, width: int, left: int = 0, top: int = 0) -> NDArray[np.bool_]:
        y, x = np.mgrid[top : top + height, left : left + width] + 0.5
        drawn: NDArray[np.bool_] = (x - self.x) ** 2 + (y - self.y) ** 2 < self.radius**2
        return drawn

    def rle(self, height: int, width: int) -> masks.Rle:
        return masks.encode(self.draw(height, width))


@dataclass(frozen=True)
class View:
    height: int
    width: int
    left: int
    top: int
    nbytes: int = 0


@dataclass
class Discs:
    """Answers a point with every disc it lies in, as far as the window shows it.

    The picture itself says where a window lies: red is the column and green the row of each pixel (see ``picture``).
    """

    discs: list[Disc]
    asked: list[tuple[View, NDArray[np.float32], KeepRule]] = field(default_factory=list)

    def encode(self, image: NDArray[np.uint8]) -> View:
        left, top = (int(image[0, 0, n]) for n in (0, 1))
        return View(image.shape[0], image.shape[1], left, top)

    def predict_grid(self, embedding: View, points: NDArray[np.float32], keep: KeepRule) -> list[MaskCandidate]:
        self.asked.append((embedding, points, keep))
        found = []
        for disc in self.discs:
            if disc.score < keep.min_score or disc.stability < keep.min_stability:
                continue
            drawn = disc.draw(embedding.height, embedding.width, embedding.left, embedding.top)
            hit = [(x, y) for x, y in points.tolist() if drawn[int(y), int(x)]]
            found += [
                MaskCandidate(masks.encode(drawn), disc.score, disc.stability, None, PointPrompt(*p)) for p in hit
            ]
        return found


def picture(height: int, width: int) -> NDArray[np.uint8]:
    """Return an image of up to 256 x 256 pixels that tells column (red) and row (green)."""
    made = np.zeros((height, width, 3), dtype=np.uint8)
    made[:, :, 0], made[:, :, 1] = np.arange(width)[None, :], np.arange(height)[:, None]
    return made
