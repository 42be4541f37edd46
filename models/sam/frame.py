"""How an image lies in the square that a network sees: there and back, as the authors do it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image as Pictures
from torch import Tensor
from torch.nn import functional as F  # noqa: N812 - its customary name

from models.api import Image, Logits
from models.masks import BoolMask

# ImageNet's colours, on 0..255.
MEAN = (123.675, 116.28, 103.53)
DEVIATION = (58.395, 57.12, 57.375)
SURE = 6.9
"""Logit of a mask that a person gives: a network learned with its own logits, and log(0.999 / 0.001) is near them."""


@dataclass(frozen=True, slots=True)
class Frame(ABC):
    """An image of ``height`` x ``width`` px inside a square of ``side`` px, of which it fills the first ``rows`` and
    ``columns``; the rest is empty."""

    height: int
    width: int
    rows: int
    columns: int
    side: int

    def points(self, xy: NDArray[np.float64]) -> NDArray[np.float32]:
        """Carry ``float64[..., 2]`` x, y from image pixels into the square."""
        scale = np.array([self.columns / self.width, self.rows / self.height])
        carried: NDArray[np.float32] = (np.asarray(xy, dtype=np.float64) * scale).astype(np.float32)
        return carried

    def part(self, side: int) -> tuple[int, int]:
        """Return how many rows and columns of logits of ``side`` x ``side`` lie on the image."""
        return -(-self.rows * side // self.side), -(-self.columns * side // self.side)

    @abstractmethod
    def pixels(self, image: Image) -> Tensor:
        """Return ``uint8[H, W, 3]`` as the network wants it: ``float32[1, 3, side, side]``, normalised."""

    @abstractmethod
    def enlarge(self, logits: Tensor) -> Tensor:
        """Bring ``float32[N, h, w]`` of the whole square to ``float32[N, H, W]`` at image size."""

    @abstractmethod
    def weights(self, side: int) -> tuple[Tensor, Tensor]:
        """Return how ``enlarge`` weighs rows and columns of logits: ``float32[H, side]`` and ``float32[W, side]``.

        ``rows @ logits @ columns.T`` is what ``enlarge`` returns, but for the order of the sums.
        """

    def shrink(self, mask: BoolMask, side: int) -> Logits:
        """Return a person's mask as logits of the whole square, ``float32[side, side]``."""
        rows, columns = self.part(side)
        share = cv2.resize(mask.astype(np.float32), (columns, rows), interpolation=cv2.INTER_AREA)
        return _padded(((2 * share - 1) * SURE).astype(np.float32), side, -SURE)

    def taken_back(self, previous: Logits, side: int) -> Logits:
        """Return logits that were given out, ``float32[h, w]`` over the image, as those of the whole square.

        Those of the whole square itself are taken as they are.
        """
        rows, columns = self.part(side)
        known = np.asarray(previous, dtype=np.float32)
        if known.shape == (side, side):
            return known
        if known.shape != (rows, columns):
            known = np.asarray(cv2.resize(known, (columns, rows), interpolation=cv2.INTER_LINEAR), dtype=np.float32)
        return _padded(known, side, float(known.min()))


@dataclass(frozen=True, slots=True)
class Padded(Frame):
    """SAM's frame: the longer side fills the square, the rest is empty."""

    @classmethod
    def around(cls, height: int, width: int, side: int) -> Padded:
        """Return the frame of an image; half pixels are rounded up as in the authors' code."""
        scale = side / max(height, width)
        return cls(height, width, max(1, int(height * scale + 0.5)), max(1, int(width * scale + 0.5)), side)

    def pixels(self, image: Image) -> Tensor:
        """Return the normalised square; its empty part is 0, which is the mean colour.

        Pillow's bilinear filter, which looks at all pixels when it makes an image smaller, is the one SAM learned with.
        """
        small = Pictures.fromarray(image).resize((self.columns, self.rows), Pictures.Resampling.BILINEAR)
        colours = torch.from_numpy(np.array(small)).permute(2, 0, 1).to(torch.float32)
        colours = (colours - _column(MEAN)) / _column(DEVIATION)
        return F.pad(colours, (0, self.side - self.columns, 0, self.side - self.rows))[None]

    def enlarge(self, logits: Tensor) -> Tensor:
        """Enlarge to the square first and cut there: what the authors do, and not the same as doing it at once."""
        whole = F.interpolate(logits[:, None], (self.side, self.side), mode="bilinear", align_corners=False)
        seen = whole[..., : self.rows, : self.columns]
        return F.interpolate(seen, (self.height, self.width), mode="bilinear", align_corners=False)[:, 0]

    def weights(self, side: int) -> tuple[Tensor, Tensor]:
        """Return both steps of ``enlarge`` as one."""
        rows = _mixing_twice(side, self.side, self.rows, self.height)
        return rows, _mixing_twice(side, self.side, self.columns, self.width)


@dataclass(frozen=True, slots=True)
class Stretched(Frame):
    """SAM 2's frame: the image fills the whole square, whatever its shape."""

    def points(self, xy: NDArray[np.float64]) -> NDArray[np.float32]:
        """Carry points into the square in single precision, as SAM 2's predictor does, to the last digit."""
        size = np.array([self.width, self.height], dtype=np.float32)
        carried: NDArray[np.float32] = np.asarray(xy, dtype=np.float32) / size * np.float32(self.side)
        return carried

    def pixels(self, image: Image) -> Tensor:
        """Return the normalised square, made smaller in floating point as SAM 2 learned with."""
        colours = torch.from_numpy(image).permute(2, 0, 1)[None].to(torch.float32) / 255
        size = (self.side, self.side)
        square = F.interpolate(colours, size, mode="bilinear", align_corners=False, antialias=True)
        return (square - _column(MEAN) / 255) / (_column(DEVIATION) / 255)

    def enlarge(self, logits: Tensor) -> Tensor:
        """Enlarge at once."""
        return F.interpolate(logits[:, None], (self.height, self.width), mode="bilinear", align_corners=False)[:, 0]

    def weights(self, side: int) -> tuple[Tensor, Tensor]:
        """Return how ``enlarge`` weighs."""
        return _mixing(side, self.height), _mixing(side, self.width)


@lru_cache(maxsize=32)
def _mixing(known: int, wanted: int) -> Tensor:
    """Return how a line of ``wanted`` values is mixed of one of ``known``, ``float32[wanted, known]``."""
    return F.interpolate(torch.eye(known)[None], wanted, mode="linear", align_corners=False)[0].T


@lru_cache(maxsize=32)
def _mixing_twice(known: int, between: int, cut: int, wanted: int) -> Tensor:
    """Return the same with a step between, of which only the first ``cut`` values are taken further."""
    return _mixing(cut, wanted) @ _mixing(known, between)[:cut]


def _column(values: tuple[float, float, float]) -> Tensor:
    return torch.tensor(values).view(3, 1, 1)


def _padded(logits: NDArray[np.float32], side: int, empty: float) -> Logits:
    square = np.full((side, side), empty, dtype=np.float32)
    square[: logits.shape[0], : logits.shape[1]] = logits
    return square
