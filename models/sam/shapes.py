"""Masks at image size of logits that are four times coarser, and only where there may be something.

What is enlarged is a mixture of logits with weights that add up to 1: where all of them are below a threshold, so is
every mixture. Hence only the rows and columns around logits above it are enlarged, with the numbers that enlarging
everything would give.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from models.masks import BoolMask, Rle, from_counts
from models.sam.frame import Frame

PIXELS_AT_ONCE = 1 << 18
"""Enlarged at once on a processor: 1 MiB of logits stays near until it is counted."""
BATCH_PIXELS = 1 << 26
"""Elsewhere, where many small steps cost more than large ones: 256 MiB."""


@dataclass(frozen=True, slots=True, eq=False)
class Shape:
    """One mask of an image of ``height`` x ``width`` px: where logits are over 0.

    ``slab`` is ``bool[columns, height]`` on the network's device, the mask's columns from ``left`` on. ``stability`` is
    how much of the mask at ``-offset`` is left at ``+offset``, 0 where nothing is.
    """

    height: int
    width: int
    left: int
    slab: Tensor
    area: int
    stability: float

    def mask(self) -> BoolMask:
        """Return the whole mask, ``bool[H, W]``."""
        found = np.zeros((self.height, self.width), dtype=np.bool_)
        found[:, self.left : self.left + len(self.slab)] = self.slab.cpu().numpy().T
        return found

    def rle(self) -> Rle:
        """Return it in COCO's code, which runs down the columns as the slab does."""
        pixels: NDArray[np.bool_] = self.slab.cpu().numpy().ravel()
        if not self.area:
            return from_counts(self.height, self.width, [self.height * self.width])
        turns = np.flatnonzero(pixels[1:] != pixels[:-1]) + 1
        if pixels[0]:
            turns = np.concatenate([[0], turns])
        if pixels[-1]:
            turns = np.concatenate([turns, [len(pixels)]])
        turns = turns + self.left * self.height
        whole = self.height * self.width
        # A code says nothing of an empty run at the end, though it does at the beginning.
        ends = np.concatenate([[0], turns, [whole] if turns[-1] < whole else []]).astype(np.int64)
        return from_counts(self.height, self.width, np.diff(ends).tolist())


def part(frame: Frame, side: int) -> tuple[int, int]:
    """Return how many rows and columns of logits of ``side`` x ``side`` count for the image."""
    rows, columns = _spans(frame, side)
    return int(rows[1].max()), int(columns[1].max())


def shapes(frame: Frame, logits: Tensor, side: int, offset: float) -> Iterator[Shape]:
    """Yield the shapes of ``float32[K, h, w]``, the first rows and columns of a square of ``side`` (see ``part``)."""
    if logits.device.type != "cpu":
        yield from _all_at_once(frame, logits, side, offset)
        return
    for each in logits:
        yield _one(frame, each, side, offset)


def _one(frame: Frame, logits: Tensor, side: int, offset: float) -> Shape:
    near = logits > min(-offset, 0)
    high, wide = _range(near.any(dim=1)), _range(near.any(dim=0))
    if high is None or wide is None:
        return Shape(frame.height, frame.width, 0, torch.zeros((0, frame.height), dtype=torch.bool), 0, 0.0)
    rows, columns = frame.weights(side)
    row_span, column_span = _spans(frame, side)
    top, bottom = _touched(row_span, high)
    left, right = _touched(column_span, wide)
    if bottom <= top or right <= left:
        # Of an image of a few pixels not every logit is looked at, and these are not.
        return Shape(frame.height, frame.width, 0, torch.zeros((0, frame.height), dtype=torch.bool), 0, 0.0)
    slab = np.zeros((right - left, frame.height), dtype=np.bool_)
    first, last = int(row_span[0][top]), int(row_span[1][bottom - 1])
    # Rows first, of all columns that count; then so many columns of pixels as stay near.
    known = logits[first:last].T @ rows[top:bottom, first:last].T
    step = max(1, PIXELS_AT_ONCE // (bottom - top))
    area = inner = outer = 0
    for begin in range(left, right, step):
        end = min(begin + step, right)
        low, up = int(column_span[0][begin]), int(column_span[1][end - 1])
        # numpy compares and counts an order of magnitude quicker than torch.
        large = (columns[begin:end, low:up] @ known[low:up]).numpy()
        mask = np.greater(large, 0, out=slab[begin - left : end - left, top:bottom])
        area += int(np.count_nonzero(mask))
        inner += int(np.count_nonzero(large > offset))
        outer += int(np.count_nonzero(large > -offset))
    return Shape(frame.height, frame.width, left, torch.from_numpy(slab), area, inner / outer if outer else 0.0)


def _all_at_once(frame: Frame, logits: Tensor, side: int, offset: float) -> Iterator[Shape]:
    """Enlarge whole masks in batches; what is not asked for its mask is never copied."""
    step = max(1, BATCH_PIXELS // (frame.height * frame.width))
    rows, columns = (each.to(logits.device) for each in frame.weights(side))
    for begin in range(0, len(logits), step):
        some = logits[begin : begin + step]
        large = rows[:, : some.shape[1]] @ some @ columns[:, : some.shape[2]].T
        masks = large > 0
        counts = [torch.count_nonzero(each, dim=(-2, -1)) for each in (masks, large > offset, large > -offset)]
        for mask, (area, inner, outer) in zip(masks, torch.stack(counts, dim=1).tolist(), strict=True):
            yield Shape(frame.height, frame.width, 0, mask.T, area, inner / outer if outer else 0.0)


def _range(there: Tensor) -> tuple[int, int] | None:
    numbers = torch.nonzero(there)
    return (int(numbers[0]), int(numbers[-1]) + 1) if len(numbers) else None


def _touched(span: tuple[NDArray[np.int64], NDArray[np.int64]], wanted: tuple[int, int]) -> tuple[int, int]:
    """Return from which to which line of pixels one of the ``wanted`` logits counts; both grow along the image."""
    first, last = span
    return int(np.searchsorted(last, wanted[0], side="right")), int(np.searchsorted(first, wanted[1], side="left"))


@lru_cache(maxsize=8)
def _spans(frame: Frame, side: int) -> tuple[tuple[NDArray[np.int64], NDArray[np.int64]], ...]:
    """Return for rows and for columns: the first logit that counts for each line of pixels, and that after the last."""
    found = []
    for weights in frame.weights(side):
        counts = (weights != 0).numpy()
        found.append((counts.argmax(axis=1), side - counts[:, ::-1].argmax(axis=1)))
    return tuple(found)
