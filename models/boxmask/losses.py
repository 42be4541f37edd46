"""BoxInst's two losses of a soft mask, each with its gradient (Tian et al., CVPR 2021).

Masks are ``float64[h, w]`` probabilities. Both losses are written by hand rather than with an autograd package, so that
the optimiser runs where torch does not.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

NEIGHBOURS: tuple[tuple[int, int], ...] = ((0, 1), (1, 0), (1, 1), (1, -1))
"""Half of the eight directions (rows, columns): each pair of pixels is counted once."""
DILATION = 2
"""Pixels between the two of a pair, as BoxInst's."""
COLOUR_SPREAD = 2.0
"""Similarity is exp(-distance / spread) of Lab colours, BoxInst's theta."""
LEAST_SIMILAR = 0.3
"""Pairs below this similarity say nothing (BoxInst's tau): Lab distances above 2.41."""
_TINY = 1e-12


@dataclass(frozen=True, slots=True, eq=False)
class Pairs:
    """Pairs of pixels that should be on the same side: flat places of both, and their weight."""

    first: NDArray[np.int64]
    second: NDArray[np.int64]
    weight: Floats


def similarity(lab: Floats, first: NDArray[np.int64], second: NDArray[np.int64]) -> Floats:
    """Return how alike the colours (``float64[h, w, 3]`` Lab) of pairs of flat places are, in (0, 1]."""
    flat = lab.reshape(-1, 3)
    distance = np.linalg.norm(flat[first] - flat[second], axis=1)
    return np.asarray(np.exp(-distance / COLOUR_SPREAD))


def neighbour_pairs(height: int, width: int, dilation: int = DILATION) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the flat places of all pairs of pixels that are ``dilation`` apart in one of the eight directions."""
    places = np.arange(height * width).reshape(height, width)
    first, second = [], []
    for rows, columns in NEIGHBOURS:
        down, right = rows * dilation, columns * dilation
        top = places[: height - down, max(0, -right) : width - max(0, right)]
        low = places[down:, max(0, right) : width + min(0, right)]
        first.append(top.ravel())
        second.append(low.ravel())
    return np.concatenate(first), np.concatenate(second)


def pair_terms(first: Floats, second: Floats) -> Floats:
    """Return -log of the probability that both of a pair are on the same side: log 2 where both are undecided."""
    same = first * second + (1 - first) * (1 - second)
    return np.asarray(-np.log(np.maximum(same, _TINY)))


def pairwise(mask: Floats, pairs: Pairs) -> tuple[float, Floats]:
    """Return the weighted mean of ``pair_terms`` over ``pairs``, and its gradient by the mask."""
    gradient = np.zeros(mask.size)
    total = float(pairs.weight.sum())
    if total <= 0:
        return 0.0, gradient.reshape(mask.shape)
    flat = mask.ravel()
    first, second = flat[pairs.first], flat[pairs.second]
    same = np.maximum(first * second + (1 - first) * (1 - second), _TINY)
    share = pairs.weight / total
    loss = float((share * -np.log(same)).sum())
    gradient += np.bincount(pairs.first, share * -(2 * second - 1) / same, minlength=flat.size)
    gradient += np.bincount(pairs.second, share * -(2 * first - 1) / same, minlength=flat.size)
    return loss, gradient.reshape(mask.shape)


def dice(found: Floats, true: Floats) -> tuple[float, Floats]:
    """Return 1 - the Dice overlap of two vectors (squared sums below, as BoxInst's), and its gradient by ``found``."""
    above = 2 * float((found * true).sum())
    below = float((found**2).sum() + (true**2).sum()) + 1e-5
    return 1 - above / below, -(2 * true * below - above * 2 * found) / below**2


def projection(mask: Floats, box: NDArray[np.bool_]) -> tuple[float, Floats]:
    """Return how badly the mask's shadows on both axes fit those of ``box`` (bool[h, w]), and its gradient."""
    gradient = np.zeros_like(mask)
    loss = 0.0
    for axis in (0, 1):
        peaks = mask.argmax(axis=axis)
        found: Floats = np.asarray(np.take_along_axis(mask, np.expand_dims(peaks, axis), axis)).squeeze(axis)
        part, slope = dice(found, np.asarray(box.any(axis=axis), dtype=np.float64))
        loss += part
        lines = np.arange(len(peaks))
        where = (peaks, lines) if axis == 0 else (lines, peaks)
        gradient[where] += slope
    return loss, gradient
