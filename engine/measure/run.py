"""Runs a benchmark over a COCO file with several backends on the same objects, and writes what it found."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, cast

import orjson

from engine.control import QUIET, Control
from engine.errors import BadFile
from engine.formats.output import writing_file
from engine.measure import boxes as by_boxes
from engine.measure import clicks as by_clicks
from engine.measure import grid as by_grid
from engine.measure.annotator import Protocol
from engine.measure.boxes import BoxScore
from engine.measure.clicks import ClickScore
from engine.measure.grid import GridScore
from engine.measure.pictures import contact_sheet, plot_curves
from engine.measure.truth import count_truth, read_truth
from models import registry
from models.api import KeepRule, MaskBackend

_STOPPED = "The benchmark was stopped. Nothing was written."
_ROWS = 6


def run_clicks(
    file: Path,
    images: Path,
    names: Sequence[str],
    out: Path | None,
    *,
    clicks: int = 20,
    protocol: Protocol = "center",
    limit: int | None = None,
    device: str | None = None,
    control: Control = QUIET,
) -> list[dict[str, Any]]:
    """Click through the objects of ``file``; write ``clicks.json``, a plot and contact sheets to ``out``.

    Returns the figures of each backend. Raises BadFile, BadImage, Cancelled and the registry's errors.
    """
    backends = _loaded(names, device)
    scores = {name: ClickScore(name) for name in names}
    total = count_truth(file, limit) * len(names)
    done = 0
    for image in read_truth(file, images, limit=limit):
        for name, backend in backends.items():
            by_clicks.measure_image(backend, image, scores[name], clicks=clicks, protocol=protocol)
            done += len(image.objects)
            control.step(done, total, what=_STOPPED)
    _refuse_empty(done, file)
    figures = [by_clicks.summarise(score) for score in scores.values()]
    if out is not None:
        _write(
            out / "clicks.json", orjson.dumps({"protocol": protocol, "results": figures}, option=orjson.OPT_INDENT_2)
        )
        _write(out / "clicks.png", plot_curves({each["backend"]: each["curve"] for each in figures}))
        for score in scores.values():
            _write(out / f"sheet-{score.backend}.png", _sheet(score, file, images, limit))
    return figures


def run_grid(
    file: Path,
    images: Path,
    names: Sequence[str],
    out: Path | None,
    *,
    keep: KeepRule,
    limit: int | None = None,
    device: str | None = None,
    control: Control = QUIET,
) -> list[dict[str, Any]]:
    """Ask a 32 x 32 grid on the images of ``file``; write ``grid.json`` to ``out``; returns each backend's figures."""
    backends = _loaded(names, device)
    scores = {name: GridScore(name) for name in names}
    done = 0
    for image in read_truth(file, images, limit=limit):
        for name, backend in backends.items():
            by_grid.measure_image(backend, image, scores[name], keep)
        done += 1
        control.step(done, None, what=_STOPPED)
    _refuse_empty(done, file)
    figures = [by_grid.summarise(score) for score in scores.values()]
    if out is not None:
        _write(out / "grid.json", orjson.dumps({"results": figures}, option=orjson.OPT_INDENT_2))
    return figures


def run_boxes(
    file: Path,
    images: Path,
    names: Sequence[str],
    out: Path | None,
    *,
    limit: int | None = None,
    device: str | None = None,
    control: Control = QUIET,
) -> list[dict[str, Any]]:
    """Ask the boxes of the objects of ``file``; write ``boxes.json`` to ``out``; returns each backend's figures."""
    backends = _loaded(names, device)
    scores = {name: BoxScore(name) for name in names}
    total = count_truth(file, limit) * len(names)
    done = 0
    for image in read_truth(file, images, limit=limit):
        for name, backend in backends.items():
            by_boxes.measure_image(backend, image, scores[name])
            done += len(image.objects)
            control.step(done, total, what=_STOPPED)
    _refuse_empty(done, file)
    figures = [by_boxes.summarise(score) for score in scores.values()]
    if out is not None:
        _write(out / "boxes.json", orjson.dumps({"results": figures}, option=orjson.OPT_INDENT_2))
    return figures


def _loaded(names: Sequence[str], device: str | None) -> dict[str, MaskBackend]:
    return {name: cast("MaskBackend", registry.load(name, device=device)) for name in names}


def _refuse_empty(done: int, file: Path) -> None:
    if not done:
        raise BadFile(f"{file} has no object of 32 x 32 pixels and more to measure.")


def _sheet(score: ClickScore, file: Path, images: Path, limit: int | None) -> bytes:
    """Draw the objects with the best and the worst mean over the clicks."""
    ranked = sorted(score.tracks, key=lambda track: -sum(track.ious))
    picked = {track.name: ("best", track) for track in ranked[:_ROWS]}
    picked |= {track.name: ("worst", track) for track in ranked[-_ROWS:]}
    rows = [
        (f"{picked[thing.name][0]}: {thing.name}", image.pixels, thing.mask, picked[thing.name][1])
        for image in read_truth(file, images, limit=limit)
        for thing in image.objects
        if thing.name in picked
    ]
    return contact_sheet(sorted(rows, key=lambda row: row[0]))


def _write(path: Path, data: bytes) -> None:
    with writing_file(path) as file:
        file.write(data)
