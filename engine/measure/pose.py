"""How far joints are from where they should be: PDJ, PCK, PCP and OKS, and sigmas from repeated annotation.

Arrays: joints ``float64[N, K, 2]`` x, y in image pixels of N people with K joints, ``labelled`` ``bool[N, K]`` tells
which of the true joints are known. A share over nothing is nan, never zero.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from models.api import BoxPrompt

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

COCO_SIGMAS: Floats = np.array(
    [0.026, *np.repeat([0.025, 0.035, 0.079, 0.072, 0.062, 0.107, 0.087, 0.089], 2).tolist()], dtype=np.float64
)
"""COCO's 17 joints, nose to right ankle: the spread of people's own clicks, as a share of the object's size."""
PDJ_SHARES: Floats = np.arange(1, 51) / 100
"""The curve's shares of the torso, 0.01 to 0.5; 0.2 is the one usually named (DeepPose)."""
_HALF_LIMB = 0.5


def torso_lengths(truth: Floats, labelled: Flags, shoulder: int, hip: int) -> Floats:
    """Return ``float64[N]`` distances of left shoulder and right hip, PDJ's measure; nan where one is not labelled."""
    return _length(truth, labelled, shoulder, hip)


def head_lengths(truth: Floats, labelled: Flags, top: int, neck: int) -> Floats:
    """Return ``float64[N]`` lengths of heads, PCKh's measure; nan where one end is not labelled."""
    return _length(truth, labelled, top, neck)


def box_lengths(boxes: Sequence[BoxPrompt]) -> Floats:
    """Return ``float64[N]`` longer sides of boxes, PCK's measure."""
    return np.array([max(box.x1 - box.x0, box.y1 - box.y0) for box in boxes], dtype=np.float64)


def joints_found(predicted: Floats, truth: Floats, labelled: Flags, lengths: Floats, shares: Floats) -> Floats:
    """Return ``float64[A, K]``: of each joint's labelled occurrences, the share within ``shares`` of ``lengths``.

    With torsos this is PDJ, with boxes PCK, with heads PCKh. People whose length is nan or zero are left out.
    ``shares`` is ``float64[A]``.
    """
    _same(predicted, truth, labelled)
    counted = labelled & (np.isfinite(lengths) & (lengths > 0))[:, None]
    distance = np.linalg.norm(predicted - truth, axis=2)
    near = distance[None] <= shares[:, None, None] * lengths[None, :, None]
    return _share((near & counted[None]).sum(axis=1), counted.sum(axis=0)[None])


def limbs_found(
    predicted: Floats, truth: Floats, labelled: Flags, limbs: Sequence[tuple[int, int]], share: float = _HALF_LIMB
) -> Floats:
    """Return ``float64[L]``, PCP: of each limb, the share with both ends within ``share`` of its true length."""
    _same(predicted, truth, labelled)
    found = np.full(len(limbs), np.nan)
    distance = np.linalg.norm(predicted - truth, axis=2)
    for number, (first, second) in enumerate(limbs):
        length = _length(truth, labelled, first, second)
        counted = length > 0
        near = np.maximum(distance[:, first], distance[:, second]) <= share * length
        found[number] = _share((near & counted).sum(), counted.sum())
    return found


def oks(predicted: Floats, truth: Floats, labelled: Flags, areas: Floats, sigmas: Floats) -> Floats:
    """Return ``float64[N]`` object keypoint similarities (COCO); nan for people without a labelled joint.

    ``areas`` are the objects' own in square pixels (of the mask, not the box), ``sigmas`` are ``float64[K]``.
    """
    _same(predicted, truth, labelled)
    squared = ((predicted - truth) ** 2).sum(axis=2)
    spread = 2 * areas[:, None] * (2 * sigmas[None]) ** 2
    near = np.where(labelled, np.exp(-squared / (spread + np.spacing(1))), 0.0)
    return _share(near.sum(axis=1), labelled.sum(axis=1))


def sigmas_of(answers: Floats, labelled: Flags, areas: Floats) -> Floats:
    """Return ``float64[K]`` sigmas from repeated annotation: how far people are from their mean, as a share of size.

    ``answers`` is ``float64[R, N, K, 2]``: R people annotated the same N objects (``areas`` in square pixels). Sigma
    squared is the mean of squared distance over area (COCO's definition); the mean's own freedom is taken into
    account. Raises ValueError with fewer than two annotators.
    """
    if answers.ndim != 4 or len(answers) < 2:
        raise ValueError("sigmas need the answers of at least two annotators")
    count = len(answers)
    squared = ((answers - answers.mean(axis=0)) ** 2).sum(axis=3).sum(axis=0) / (count - 1)
    shares = squared / areas[:, None]
    return np.sqrt(_share(np.where(labelled, shares, 0.0).sum(axis=0), labelled.sum(axis=0)))


def _length(truth: Floats, labelled: Flags, first: int, second: int) -> Floats:
    length = np.linalg.norm(truth[:, first] - truth[:, second], axis=1)
    return np.where(labelled[:, first] & labelled[:, second], length, np.nan)


def _share(part: NDArray[np.generic], whole: NDArray[np.generic]) -> Floats:
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(np.where(np.asarray(whole) > 0, np.divide(part, whole), np.nan), dtype=np.float64)


def _same(predicted: Floats, truth: Floats, labelled: Flags) -> None:
    if predicted.shape != truth.shape or truth.shape[:2] != labelled.shape or truth.ndim != 3:
        raise ValueError(f"joints {predicted.shape}, {truth.shape} and flags {labelled.shape} do not belong together")
