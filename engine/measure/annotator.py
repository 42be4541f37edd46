"""The simulated annotator of a benchmark: where the next click goes."""

from __future__ import annotations

from typing import Literal, TypeAlias

import cv2
import numpy as np
from numpy.random import Generator

from models.api import PointPrompt
from models.masks import BoolMask

Protocol: TypeAlias = Literal["center", "random"]


def next_click(true: BoolMask, found: BoolMask, protocol: Protocol, rng: Generator) -> PointPrompt | None:
    """Click what ``found`` got wrong of ``true`` (both ``bool[H, W]``), or return None if nothing is wrong.

    ``center``: the pixel deepest inside the deepest wrong region; ``random``: any pixel of the largest wrong region.
    """
    regions = [(true & ~found, True), (found & ~true, False)]
    if protocol == "center":
        depth, row, column, positive = max((*_deepest(error), sign) for error, sign in regions)
        return PointPrompt(column + 0.5, row + 0.5, positive) if depth > 0 else None
    pieces = [(*_largest(error), sign) for error, sign in regions]
    area, piece, positive = max(pieces, key=lambda piece: piece[0])
    if area == 0:
        return None
    rows, columns = np.nonzero(piece)
    at = int(rng.integers(len(rows)))
    return PointPrompt(float(columns[at]) + 0.5, float(rows[at]) + 0.5, positive)


def wrong_region(true: BoolMask, found: BoolMask, click: PointPrompt) -> BoolMask:
    """Return the connected region of wrong pixels, ``bool[H, W]``, that ``click`` was made in."""
    error = true & ~found if click.positive else found & ~true
    _, labels = cv2.connectedComponents(error.astype(np.uint8), connectivity=8)
    region: BoolMask = labels == labels[int(click.y), int(click.x)]
    return region & error


def _deepest(region: BoolMask) -> tuple[float, int, int]:
    deep = cv2.distanceTransform(np.pad(region, 1).astype(np.uint8), cv2.DIST_L2, 5)[1:-1, 1:-1]
    row, column = divmod(int(deep.argmax()), region.shape[1])
    return float(deep[row, column]), row, column


def _largest(region: BoolMask) -> tuple[int, BoolMask]:
    count, labels, stats, _ = cv2.connectedComponentsWithStats(region.astype(np.uint8), connectivity=8)
    if count < 2:
        return 0, region
    best = 1 + int(stats[1:, cv2.CC_STAT_AREA].argmax())
    piece: BoolMask = labels == best
    return int(stats[best, cv2.CC_STAT_AREA]), piece
