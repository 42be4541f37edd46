"""How many of the true objects the automatic masks of a grid find."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from statistics import fmean
from typing import Any

import numpy as np

from engine.measure.truth import TrueImage
from engine.stages.grid import grid_points
from models import masks
from models.api import KeepRule, MaskBackend

THRESHOLDS = tuple(0.5 + 0.05 * step for step in range(10))
"""IoUs at which an object counts as found; average recall is the mean over them (COCO)."""
MOST = (100, 1000)


@dataclass(slots=True)
class GridScore:
    """Everything measured of one backend: for each object the best IoU among the first 100 and 1000 masks."""

    backend: str
    best: dict[int, list[float]] = field(default_factory=lambda: {most: [] for most in MOST})
    counts: list[int] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)


def measure_image(backend: MaskBackend, image: TrueImage, score: GridScore, keep: KeepRule, side: int = 32) -> None:
    """Encode, ask the grid, compare with the true objects; adds to ``score``. The time includes encoding."""
    height, width = image.pixels.shape[:2]
    begin = time.perf_counter()
    found = backend.predict_grid(backend.encode(image.pixels), grid_points(height, width, side), keep)
    score.seconds.append(time.perf_counter() - begin)
    score.counts.append(len(found))
    ranked = sorted(found, key=lambda candidate: -candidate.score)
    codes = [
        candidate.mask if isinstance(candidate.mask, masks.Rle) else masks.encode(candidate.mask)
        for candidate in ranked
    ]
    true = [masks.encode(thing.mask) for thing in image.objects]
    table = masks.iou(codes, true) if codes else np.zeros((0, len(true)))
    for most in MOST:
        best = table[:most].max(axis=0) if len(table) else np.zeros(len(true))
        score.best[most] += [float(value) for value in best]


def recall(best: Sequence[float]) -> float:
    """Return average recall over THRESHOLDS."""
    return fmean(fmean(value >= threshold for value in best) for threshold in THRESHOLDS)


def summarise(score: GridScore) -> dict[str, Any]:
    """Return the figures of one backend."""
    return {
        "backend": score.backend,
        "images": len(score.counts),
        "objects": len(score.best[MOST[0]]),
        "recall": {str(most): round(recall(score.best[most]), 4) for most in MOST},
        "best_iou": round(fmean(score.best[MOST[-1]]), 4),
        "masks_per_image": round(fmean(score.counts), 1),
        "seconds_per_image": round(fmean(score.seconds), 3),
    }
