"""Plays the annotator: where the next click goes, and how carelessly a box is drawn."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from models.masks import BoolMask

Click = tuple[float, float, float]
"""x, y in pixels, and 1 inside or 0 outside."""


def first_click(true: BoolMask, rng: Generator, centred: float) -> Click:
    """Click inside ``true`` (bool[h, w], not empty): its middle with chance ``centred``, else anywhere inside."""
    x, y = _deepest(true)[1:] if rng.random() < centred else _anywhere(true, rng)
    return (x, y, 1.0)


def next_click(true: BoolMask, found: BoolMask, rng: Generator, centred: float) -> Click | None:
    """Click in what ``found`` got wrong: the middle of the largest error with chance ``centred``, else anywhere wrong.

    Returns None when nothing is wrong.
    """
    missed, extra = true & ~found, found & ~true
    if not missed.any() and not extra.any():
        return None
    if rng.random() < centred:
        deep_missed, deep_extra = _deepest(missed), _deepest(extra)
        if deep_missed[0] >= deep_extra[0]:
            return (deep_missed[1], deep_missed[2], 1.0)
        return (deep_extra[1], deep_extra[2], 0.0)
    x, y = _anywhere(missed | extra, rng)
    return (x, y, float(true[int(y), int(x)]))


def region_at(true: BoolMask, found: BoolMask, click: Click) -> BoolMask:
    """Return the connected region of error, of the click's kind, that ``click`` lies in; bool[h, w]."""
    error = (true & ~found) if click[2] else (found & ~true)
    plane = np.ascontiguousarray(error, dtype=np.uint8)
    seed = (min(int(click[0]), true.shape[1] - 1), min(int(click[1]), true.shape[0] - 1))
    if not plane[seed[1], seed[0]]:
        return np.zeros_like(true)
    cv2.floodFill(plane, None, seed, (2,))
    region: BoolMask = plane == 2
    return region


def careless_box(true: BoolMask, rng: Generator) -> tuple[int, int, int, int]:
    """Return the box of ``true`` with each side off by a tenth of the box, as in SAM (supplement, training)."""
    rows, columns = np.flatnonzero(true.any(1)), np.flatnonzero(true.any(0))
    x0, y0, x1, y1 = columns[0], rows[0], columns[-1] + 1, rows[-1] + 1
    off = np.clip(rng.normal(0, 0.1, 4), -0.2, 0.2) * np.array([x1 - x0, y1 - y0, x1 - x0, y1 - y0])
    height, width = true.shape
    a = np.clip(np.rint(np.array([x0, y0]) + off[:2]), 0, (width - 1, height - 1)).astype(int)
    b = np.clip(np.rint(np.array([x1, y1]) + off[2:]), a + 1, (width, height)).astype(int)
    return int(a[0]), int(a[1]), int(b[0]), int(b[1])


def _deepest(region: BoolMask) -> tuple[float, float, float]:
    """Return depth, x, y of the pixel farthest from the region's outline; the border of the picture counts as one."""
    deep = cv2.distanceTransform(np.pad(region, 1).astype(np.uint8), cv2.DIST_L2, 3)[1:-1, 1:-1]
    row, column = divmod(int(deep.argmax()), region.shape[1])
    return float(deep[row, column]), column + 0.5, row + 0.5


def _anywhere(region: BoolMask, rng: Generator) -> tuple[float, float]:
    places: NDArray[np.intp] = np.flatnonzero(region)
    row, column = divmod(int(places[rng.integers(len(places))]), region.shape[1])
    return column + float(rng.random()), row + float(rng.random())
