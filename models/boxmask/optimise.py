"""Fits a soft mask to one box by gradient descent: alike neighbours on one side, and touching all sides of the box."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.boxmask.losses import Floats, Pairs, neighbour_pairs, pairwise, projection, similarity

_RATE = 0.1
_BETA_FAST, _BETA_SLOW, _STILL = 0.9, 0.999, 1e-8
"""Adam's constants (Kingma and Ba, 2015)."""
_FAR = -20.0
"""Logit outside the box, where the mask is empty by definition."""


@dataclass(frozen=True, slots=True)
class Fit:
    """Weights of the losses and of the squared way from the start; pairs of less alike colours say nothing.

    Chosen on 60 objects of training photographs, where nothing moved the mean by more than 0.003; BoxInst's own line of
    ``losses.LEAST_SIMILAR`` was made for thousands of images, one image has fewer alike pairs.
    """

    projection: float = 1.0
    pairwise: float = 1.0
    loyalty: float = 0.05
    least_similar: float = 0.1
    steps: int = 100


def fit(lab: Floats, box: NDArray[np.bool_], start: Floats, how: Fit | None = None) -> Floats:
    """Return logits ``float64[h, w]`` of the object in ``box`` (bool[h, w]), beginning with the logits ``start``.

    ``lab``: ``float64[h, w, 3]`` Lab colours, L from 0 to 100. Pairs across the box's border tell the ground's colours.
    A start that is sure of nothing (within 1 of 0) gives the colours room: logits that are sure hardly move.
    """
    how = how or Fit()
    pairs = _pairs(lab, box, how.least_similar)
    size = max(1, int(np.count_nonzero(box)))
    logits = np.array(start, dtype=np.float64)
    fast, slow = np.zeros_like(logits), np.zeros_like(logits)
    for step in range(1, how.steps + 1):
        mask = soft(logits) * box
        by_shadow, by_alike = projection(mask, box)[1], pairwise(mask, pairs)[1]
        warm = min(1.0, 2 * step / how.steps)
        slope = (how.projection * by_shadow + how.pairwise * warm * by_alike) * mask * (1 - mask)
        slope = (slope + how.loyalty / size * (logits - start)) * box
        fast = _BETA_FAST * fast + (1 - _BETA_FAST) * slope
        slow = _BETA_SLOW * slow + (1 - _BETA_SLOW) * slope**2
        begun, settled = float(1 - _BETA_FAST**step), float(1 - _BETA_SLOW**step)
        logits = logits - _RATE * (fast / begun) / (np.sqrt(slow / settled) + _STILL)
    return np.where(box, logits, _FAR)


def soft(logits: Floats) -> Floats:
    """Return the chances that ``logits`` mean."""
    return np.asarray(1 / (1 + np.exp(-np.clip(logits, -30, 30))))


def _pairs(lab: Floats, box: NDArray[np.bool_], least: float) -> Pairs:
    """Return the alike pairs of which one at least lies in the box."""
    first, second = neighbour_pairs(*box.shape)
    inside = box.ravel()
    near = inside[first] | inside[second]
    first, second = first[near], second[near]
    alike = similarity(lab, first, second)
    kept = alike >= least
    return Pairs(first[kept], second[kept], alike[kept])
