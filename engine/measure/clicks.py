"""Clicks through objects with one or several backends, as an annotator would who always sees what is wrong."""

from __future__ import annotations

import time
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from statistics import fmean, median
from typing import Any

import numpy as np

from engine.measure.annotator import Protocol, next_click, wrong_region
from engine.measure.overlap import boundary_iou, iou
from engine.measure.truth import TrueImage, TrueObject
from models.api import BoxPrompt, Embedding, MaskBackend, MaskCandidate, PointPrompt, PromptSet
from models.masks import BoolMask, extent

SHOWN = (1, 2, 3, 5, 9)
"""Numbers of clicks after which the mean IoU is told."""
GOALS = (0.80, 0.85, 0.90)
"""IoUs for which the number of clicks (NoC) is told."""


@dataclass(frozen=True, slots=True, eq=False)
class ClickTrack:
    """One object clicked through by one backend; lists have one value a click."""

    name: str
    ious: list[float]
    oracles: list[float]
    boundaries: list[float]
    scores: list[float]
    obeyed: list[float]
    seconds: list[float]
    box_iou: float
    first: BoolMask
    last: BoolMask
    clicks: tuple[PointPrompt, ...]


@dataclass(slots=True)
class ClickScore:
    """Everything measured of one backend."""

    backend: str
    tracks: list[ClickTrack] = field(default_factory=list)
    encode_seconds: list[float] = field(default_factory=list)


def measure_image(
    backend: MaskBackend, image: TrueImage, score: ClickScore, *, clicks: int, protocol: Protocol
) -> None:
    """Encode ``image`` once and click through its objects; adds to ``score``."""
    begin = time.perf_counter()
    embedding = backend.encode(image.pixels)
    score.encode_seconds.append(time.perf_counter() - begin)
    for thing in image.objects:
        score.tracks.append(_follow(backend, embedding, thing, clicks, protocol))


def _follow(
    backend: MaskBackend, embedding: Embedding, thing: TrueObject, clicks: int, protocol: Protocol
) -> ClickTrack:
    rng = np.random.default_rng(zlib.crc32(thing.name.encode()))
    true = thing.mask
    found = first = np.zeros_like(true)
    track = ClickTrack(thing.name, [], [], [], [], [], [], _box_iou(backend, embedding, true), first, first, ())
    points: tuple[PointPrompt, ...] = ()
    best: MaskCandidate | None = None
    for number in range(clicks):
        click = next_click(true, found, protocol, rng)
        if click is None:  # nothing left to put right
            for values in (track.ious, track.oracles, track.boundaries):
                values.append(1.0)
            continue
        region = wrong_region(true, found, click)
        points = (*points, click)
        begin = time.perf_counter()
        answers = backend.predict(embedding, PromptSet(points), previous=None if best is None else best.logits)
        track.seconds.append(time.perf_counter() - begin)
        best = answers[0]
        found = best.to_bool()
        track.ious.append(iou(found, true))
        track.oracles.append(max(iou(answer.to_bool(), true) for answer in answers))
        track.boundaries.append(boundary_iou(found, true))
        track.scores.append(best.score)
        if number:
            track.obeyed.append(float((found == true)[region].mean()))
        else:
            first = found
    return ClickTrack(
        track.name, track.ious, track.oracles, track.boundaries, track.scores, track.obeyed, track.seconds,
        track.box_iou, first, found, points,
    )  # fmt: skip


def _box_iou(backend: MaskBackend, embedding: Embedding, true: BoolMask) -> float:
    box = extent(true)
    if box is None:
        return 1.0
    return iou(backend.predict(embedding, PromptSet(box=BoxPrompt(*box)))[0].to_bool(), true)


def number_of_clicks(ious: Sequence[float], goal: float) -> int:
    """Return after how many clicks ``goal`` was reached; the number of clicks made if never."""
    return next((number for number, value in enumerate(ious, 1) if value >= goal), len(ious))


def summarise(score: ClickScore) -> dict[str, Any]:
    """Return the figures of one backend, ready for a table or JSON; shares and IoUs in [0, 1], times in seconds."""
    tracks = score.tracks
    most = len(tracks[0].ious)
    curve = [fmean(track.ious[number] for track in tracks) for number in range(most)]
    made = [value for track in tracks for value in track.obeyed]
    first = [(track.scores[0], track.ious[0]) for track in tracks if track.scores]
    later = [pair for track in tracks for pair in zip(track.scores[1:], track.ious[1 : len(track.scores)], strict=True)]
    return {
        "backend": score.backend,
        "objects": len(tracks),
        "miou": {str(n): round(curve[n - 1], 4) for n in SHOWN if n <= most},
        "oracle": {str(n): round(fmean(t.oracles[n - 1] for t in tracks), 4) for n in SHOWN if n <= most},
        "boundary": {str(n): round(fmean(t.boundaries[n - 1] for t in tracks), 4) for n in SHOWN if n <= most},
        "noc": {f"{goal:.2f}": round(fmean(number_of_clicks(t.ious, goal) for t in tracks), 3) for goal in GOALS},
        "failed": {f"{goal:.2f}": round(fmean(max(track.ious) < goal for track in tracks), 4) for goal in GOALS},
        "box": round(fmean(track.box_iou for track in tracks), 4),
        "curve": [round(value, 4) for value in curve],
        "each_click_helps_to": next((n for n in range(1, most) if curve[n] <= curve[n - 1]), most),
        "region_right_share": round(fmean(made), 4) if made else None,
        "region_mostly_right": round(fmean(value > 0.5 for value in made), 4) if made else None,
        "score_bias_first": round(fmean(a - b for a, b in first), 4) if first else None,
        "score_bias_later": round(fmean(a - b for a, b in later), 4) if later else None,
        "seconds_click": round(median(s for track in tracks for s in track.seconds), 4),
        "seconds_encode": round(median(score.encode_seconds), 4),
    }
