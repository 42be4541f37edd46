"""COCO's average precision of keypoints: the same figures as pycocotools, from plain records."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.records import Box, Keypoints

THRESHOLDS = np.linspace(0.5, 0.95, 10)
"""OKS from which on a pose counts as found."""
_RECALLS = np.linspace(0.0, 1.0, 101)
_MOST = 20
"""Poses an image that count, best first."""
_SIZES: dict[str, tuple[float, float]] = {"all": (0.0, 1e10), "medium": (32.0**2, 96.0**2), "large": (96.0**2, 1e10)}
"""Square pixels; small people are in no group of their own: COCO has too few with keypoints."""
_TINY = float(np.spacing(1))
_ALMOST_ONE = 1 - 1e-10


@dataclass(frozen=True, slots=True)
class TruePose:
    """One object of the truth; ``area`` in square pixels, ``box`` is x, y, w, h. Crowds are never missed."""

    image: Hashable
    keypoints: Keypoints
    area: float
    box: Box
    iscrowd: bool = False


@dataclass(frozen=True, slots=True)
class FoundPose:
    """One predicted pose; ``keypoints`` are x, y of each joint in the same order."""

    image: Hashable
    keypoints: tuple[tuple[float, float], ...]
    score: float


@dataclass(frozen=True, slots=True)
class KeypointAp:
    """Average precision and recall over OKS 0.50 to 0.95, at 0.50 and 0.75, and by size; nan where nothing counts."""

    ap: float
    ap50: float
    ap75: float
    ap_medium: float
    ap_large: float
    ar: float
    ar50: float
    ar75: float
    ar_medium: float
    ar_large: float


def keypoint_ap(truth: Sequence[TruePose], found: Sequence[FoundPose], sigmas: NDArray[np.float64]) -> KeypointAp:
    """Compare the poses of one class; ``sigmas`` is ``float64[K]``. Of equal scores the one named first comes first."""
    images: dict[Hashable, tuple[list[TruePose], list[FoundPose]]] = {}
    for true in truth:
        images.setdefault(true.image, ([], []))[0].append(true)
    for each in found:
        images.setdefault(each.image, ([], []))[1].append(each)
    scenes = [_Scene(trues, founds, sigmas) for trues, founds in images.values()]
    figures = {size: _over(scenes, size) for size in _SIZES}
    (precision, recall), half, three = figures["all"], 0, 5
    return KeypointAp(
        ap=_mean(precision),
        ap50=_mean(precision[half]),
        ap75=_mean(precision[three]),
        ap_medium=_mean(figures["medium"][0]),
        ap_large=_mean(figures["large"][0]),
        ar=_mean(recall),
        ar50=_mean(recall[half]),
        ar75=_mean(recall[three]),
        ar_medium=_mean(figures["medium"][1]),
        ar_large=_mean(figures["large"][1]),
    )


class _Scene:
    """The poses of one image with their similarities."""

    def __init__(self, trues: list[TruePose], founds: list[FoundPose], sigmas: NDArray[np.float64]) -> None:
        order = np.argsort([-each.score for each in founds], kind="mergesort")[:_MOST]
        self.founds = [founds[place] for place in order.tolist()]
        self.trues = trues
        self.scores = np.array([each.score for each in self.founds], dtype=np.float64)
        self.similar = np.array([[_oks(true, each, sigmas) for true in trues] for each in self.founds]).reshape(
            len(self.founds), len(trues)
        )
        self.areas = np.array([_area(each) for each in self.founds], dtype=np.float64)

    def matched(self, size: tuple[float, float]) -> tuple[NDArray[np.bool_], NDArray[np.bool_], int]:
        """Return hits and left-out poses, both ``bool[T, D]``, and how many true ones count."""
        low, high = size
        aside = np.array(
            [
                true.iscrowd or not any(v for _, _, v in true.keypoints) or not low <= true.area <= high
                for true in self.trues
            ],
            dtype=np.bool_,
        )
        # Those that count come first, so that a pose is given to one of them if any will do.
        order = np.argsort(aside, kind="mergesort")
        hit = np.zeros((len(THRESHOLDS), len(self.founds)), dtype=np.bool_)
        left_out = np.zeros_like(hit)
        for row, threshold in enumerate(THRESHOLDS.tolist()):
            taken: set[int] = set()
            for column in range(len(self.founds)):
                match = self._match(column, threshold, order.tolist(), aside, taken)
                if match is None:
                    left_out[row, column] = not low <= self.areas[column] <= high
                else:
                    taken.add(match)
                    hit[row, column], left_out[row, column] = True, bool(aside[match])
        return hit, left_out, int((~aside).sum())

    def _match(
        self, column: int, threshold: float, order: list[int], aside: NDArray[np.bool_], taken: set[int]
    ) -> int | None:
        best, match = min(threshold, _ALMOST_ONE), None
        for place in order:
            if place in taken and not self.trues[place].iscrowd:
                continue
            if match is not None and not aside[match] and aside[place]:
                break
            if self.similar[column, place] < best:
                continue
            best, match = float(self.similar[column, place]), place
        return match


def _over(scenes: Sequence[_Scene], size: str) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return precision ``float64[T, 101]`` and recall ``float64[T]``; nan where no true pose counts."""
    precision = np.full((len(THRESHOLDS), len(_RECALLS)), np.nan)
    recall = np.full(len(THRESHOLDS), np.nan)
    parts = [scene.matched(_SIZES[size]) for scene in scenes]
    counted = sum(number for _, _, number in parts)
    if not counted:
        return precision, recall
    order = np.argsort(-np.concatenate([scene.scores for scene in scenes]), kind="mergesort")
    hit = np.concatenate([hits for hits, _, _ in parts], axis=1)[:, order]
    left_out = np.concatenate([outs for _, outs, _ in parts], axis=1)[:, order]
    right = np.cumsum(hit & ~left_out, axis=1).astype(np.float64)
    wrong = np.cumsum(~hit & ~left_out, axis=1).astype(np.float64)
    for row in range(len(THRESHOLDS)):
        reached = right[row] / counted
        exact = right[row] / (right[row] + wrong[row] + _TINY)
        recall[row] = reached[-1] if reached.size else 0.0
        # What a lower threshold of score would do better counts for every recall below it.
        envelope = np.maximum.accumulate(exact[::-1])[::-1]
        places = np.searchsorted(reached, _RECALLS, side="left")
        inside = places < envelope.size
        precision[row] = 0.0
        precision[row, inside] = envelope[places[inside]]
    return precision, recall


def _oks(true: TruePose, found: FoundPose, sigmas: NDArray[np.float64]) -> float:
    own, answer = np.array(true.keypoints, dtype=np.float64), np.array(found.keypoints, dtype=np.float64)
    labelled = own[:, 2] > 0
    if labelled.any():
        distance = (answer - own[:, :2])[labelled]
        spread = sigmas[labelled]
    else:
        # Nobody has labelled a joint: only what leaves the box, enlarged by its own size on each side, is wrong.
        x, y, w, h = true.box
        low, high = np.array([x - w, y - h]), np.array([x + 2 * w, y + 2 * h])
        distance = np.maximum(0.0, low - answer) + np.maximum(0.0, answer - high)
        spread = sigmas
    error = (distance**2).sum(axis=1) / (2 * spread) ** 2 / (true.area + _TINY) / 2
    return float(np.exp(-error).sum() / len(error))


def _area(found: FoundPose) -> float:
    joints = np.array(found.keypoints, dtype=np.float64)
    width, height = joints.max(axis=0) - joints.min(axis=0)
    return float(width * height)


def _mean(values: NDArray[np.float64]) -> float:
    kept = values[~np.isnan(values)]
    return float(kept.mean()) if kept.size else float("nan")
