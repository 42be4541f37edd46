"""How good masks from boxes are, from exact boxes and from boxes as people and detectors draw them."""

from __future__ import annotations

import time
import zlib
from dataclasses import dataclass, field
from statistics import fmean, median
from typing import Any

import numpy as np

from engine.measure.overlap import iou
from engine.measure.truth import TrueImage
from engine.stages.boxes import answer_box
from models.api import BoxPrompt, MaskBackend
from models.masks import BoolMask, extent

NOISE = 0.1
"""Each side of a noisy box is off by up to this share of the box's width or height, evenly spread."""
GOAL = 0.75
"""IoU from which on a mask hardly needs a hand; its share is told."""


@dataclass(slots=True)
class BoxScore:
    """Everything measured of one backend; lists have one value an object."""

    backend: str
    exact_once: list[float] = field(default_factory=list)
    exact: list[float] = field(default_factory=list)
    noisy: list[float] = field(default_factory=list)
    scores: list[float] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    encode_seconds: list[float] = field(default_factory=list)


def measure_image(backend: MaskBackend, image: TrueImage, score: BoxScore) -> None:
    """Encode ``image`` once and ask the box of each of its objects: once, twice, and twice with noise."""
    begin = time.perf_counter()
    embedding = backend.encode(image.pixels)
    score.encode_seconds.append(time.perf_counter() - begin)
    for thing in image.objects:
        place = extent(thing.mask)
        if place is None:
            continue
        box = BoxPrompt(*place)
        once, _ = _overlap(backend, embedding, box, thing.mask, second_pass=False)
        begin = time.perf_counter()
        exact, told = _overlap(backend, embedding, box, thing.mask, second_pass=True)
        score.seconds.append(time.perf_counter() - begin)
        noisy, _ = _overlap(backend, embedding, _moved(box, thing.name, thing.mask), thing.mask, second_pass=True)
        for values, value in ((score.exact_once, once), (score.exact, exact), (score.noisy, noisy)):
            values.append(value)
        score.scores.append(told)


def _overlap(
    backend: MaskBackend, embedding: Any, box: BoxPrompt, true: BoolMask, *, second_pass: bool
) -> tuple[float, float]:
    answer = answer_box(backend, embedding, box, second_pass=second_pass)
    return (0.0, 0.0) if answer is None else (iou(answer.to_bool(), true), answer.score)


def _moved(box: BoxPrompt, name: str, true: BoolMask) -> BoxPrompt:
    """Return the box with each side moved, the same way in every run, cut at the image."""
    rng = np.random.default_rng(zlib.crc32(name.encode()))
    width, height = box.x1 - box.x0, box.y1 - box.y0
    shift = rng.uniform(-NOISE, NOISE, 4) * (width, height, width, height)
    x0, y0, x1, y1 = (np.array([box.x0, box.y0, box.x1, box.y1]) + shift).tolist()
    rows, columns = true.shape
    return BoxPrompt(max(x0, 0.0), max(y0, 0.0), min(x1, float(columns)), min(y1, float(rows)))


def summarise(score: BoxScore) -> dict[str, Any]:
    """Return the figures of one backend, ready for a table or JSON; IoUs and shares in [0, 1], times in seconds."""
    pairs = zip(score.scores, score.exact, strict=True)
    return {
        "backend": score.backend,
        "objects": len(score.exact),
        "exact_once": round(fmean(score.exact_once), 4),
        "exact": round(fmean(score.exact), 4),
        "noisy": round(fmean(score.noisy), 4),
        "good": round(fmean(value >= GOAL for value in score.exact), 4),
        "score_bias": round(fmean(told - real for told, real in pairs), 4),
        "seconds_box": round(median(score.seconds), 4),
        "seconds_encode": round(median(score.encode_seconds), 4),
    }
