"""Runs the pose benchmark with several backends on the same people, and writes what it found."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, cast

import numpy as np
import orjson

from engine.control import QUIET, Control
from engine.errors import BadFile
from engine.formats.output import writing_file
from engine.imaging.decode import read_image
from engine.measure.pictures import plot_curves
from engine.measure.pose import PDJ_SHARES
from engine.measure.pose_bench import PoseScore, by_image, measure_image, similarities, summarise
from engine.measure.pose_pictures import PosePicture, pose_sheet
from engine.measure.true_poses import TruePeople
from models import registry
from models.api import KeypointCandidate, PoseBackend

_STOPPED = "The benchmark was stopped. Nothing was written."
_ROWS = 8


def run_poses(
    truth: TruePeople,
    names: Sequence[str],
    out: Path | None,
    *,
    device: str | None = None,
    weights: Path | None = None,
    control: Control = QUIET,
) -> list[dict[str, Any]]:
    """Ask the boxes of everybody in ``truth``; write ``poses.json``, a curve and a sheet a backend to ``out``.

    ``weights`` are tried instead of a backend's own. Returns each backend's figures. Raises BadFile (a backend that
    finds no poses, or knows none of the joints), BadImage, Cancelled and the registry's errors.
    """
    backends = {name: _loaded(name, device, weights) for name in names}
    scores = {name: PoseScore(name) for name in names}
    total, done = len(truth.people) * len(names), 0
    for people in by_image(truth.people):
        pixels = read_image(people[0].path).pixels
        for name, backend in backends.items():
            measure_image(backend, pixels, people, truth.joints, scores[name])
            done += len(people)
            control.step(done, total, what=_STOPPED)
    for score in scores.values():
        if not any(sure > 0 for pose in score.exact for _, _, sure in pose.keypoints):
            raise BadFile(f"The backend '{score.backend}' knows none of these joints: {', '.join(truth.joints)}.")
    figures = [summarise(score, truth.joints) for score in scores.values()]
    if out is not None:
        _write(out / "poses.json", orjson.dumps({"results": figures}, option=orjson.OPT_INDENT_2))
        _write(out / "pdj.png", _curve(figures))
        for score in scores.values():
            _write(out / f"sheet-{score.backend}.png", _sheet(score, truth.joints))
    return figures


def _loaded(name: str, device: str | None, weights: Path | None) -> PoseBackend:
    backend = registry.load(name, device=device, weights=weights)
    if backend.info.task != "pose":
        raise BadFile(f"The backend '{name}' finds no poses.")
    return cast("PoseBackend", backend)


def _curve(figures: list[dict[str, Any]]) -> bytes:
    curves = {
        f"{each['backend']}, {words}": [value or 0.0 for value in each[key]["pdj"]]
        for each in figures
        for key, words in (("exact", "true boxes"), ("noisy", "noisy boxes"))
    }
    shares = [f"{share:.1f}" if number % 10 == 9 else "" for number, share in enumerate(PDJ_SHARES)]
    unit = figures[0]["exact"]["unit"]
    return plot_curves(curves, ticks=shares, across=f"distance in shares of the {unit}", up="joints found (PDJ)")


def _sheet(score: PoseScore, joints: tuple[str, ...]) -> bytes:
    """Draw the poses of the highest and lowest OKS side by side."""
    similar = similarities(TruePeople(joints, tuple(score.people)), score.exact)
    ranked = sorted(np.flatnonzero(~np.isnan(similar)).tolist(), key=lambda number: -similar[number])
    half = max(1, min(_ROWS, len(ranked) // 2))
    best, worst = ranked[:half], ranked[::-1][:half]
    rows = [
        tuple(
            _picture(score, number, f"{words}: {score.people[number].name}  OKS {similar[number]:.2f}")
            for number, words in ((high, "best"), (low, "worst"))
        )
        for high, low in zip(best, worst, strict=True)
    ]
    return pose_sheet(rows, joints)


def _picture(score: PoseScore, number: int, title: str) -> PosePicture:
    person = score.people[number]
    found: KeypointCandidate = score.exact[number]
    pixels = read_image(person.path).pixels
    return PosePicture(title, pixels, person.box, person.joints, np.array(found.keypoints, dtype=np.float64))


def _write(path: Path, data: bytes) -> None:
    with writing_file(path) as file:
        file.write(data)
