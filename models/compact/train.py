"""``python -m models.compact.train --data DIR --out DIR --minutes N``: trains, and tells its progress as JSON lines.

Whoever starts it reads from stdout one object a line: ``step``, ``minutes``, ``done`` (0 to 1), ``loss``; now and then
``held_1``, ``held_3``, ``held_5`` (IoU on held-out crops); ``weights`` at the end; or ``error`` in words for a person.
SIGTERM and SIGINT stop it after the step in hand, with everything saved.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from models import device as devices
from models.compact.augment import SHIPPED, Recipe
from models.compact.corpus import Corpus, Labelled, unpack
from models.compact.readers import read_coco, read_folder
from models.compact.schedule import Schedule
from models.compact.spec import WEIGHTS
from models.compact.store import export
from models.compact.trainer import Plan, Trainer
from models.errors import ModelError
from models.training import parser, run_told, stop_on_signals, tell

FINE_TUNE_RATE = 3e-4
"""Highest learning rate when training goes on from finished weights."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Train as the command line says; return the exit code."""
    options = _parser().parse_args(arguments)
    should_stop = stop_on_signals()
    try:
        plan = _plan(options)
        trainer = Trainer(plan)
        run_told(lambda report: trainer.run(report, should_stop), plan.out / "log.jsonl")
        weights = plan.out / WEIGHTS
        tell({"weights": str(weights), "checksum": export(trainer.checkpoint, weights)})
    except (ModelError, OSError, ValueError) as error:
        tell({"error": str(error)})
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    made = parser("python -m models.compact.train", "Train the compact network.", "a folder of labelled photographs")
    made.add_argument("--corpus", type=Path, help="where the data is unpacked to, or was")
    return made


def _plan(options: argparse.Namespace) -> Plan:
    corpus: Path = options.corpus or options.out / "corpus"
    folders = [path.resolve() for path in options.data]
    files = [(file.resolve(), images.resolve()) for file, images in options.coco]
    if folders or files:
        _unpack(corpus, folders, files)
    elif not (corpus / "corpus.json").is_file():
        raise ValueError("Name the labelled photographs to learn from with --data or --coco.")
    schedule, recipe = Schedule(), SHIPPED
    if options.start is not None:
        schedule, recipe = replace(schedule, peak=FINE_TUNE_RATE), Recipe({})
    return Plan(
        corpus=corpus,
        out=options.out,
        minutes=options.minutes,
        steps=options.steps,
        seed=options.seed,
        threads=options.threads,
        device=str(devices.choose(options.device)),
        resume=options.resume,
        start=options.start,
        recipe=recipe,
        schedule=schedule,
    )


def _unpack(corpus: Path, folders: Sequence[Path], files: Sequence[tuple[Path, Path]]) -> None:
    """Unpack the data, unless that was done before from the same files."""
    sources = json.dumps(
        [[str(path), _changed(path)] for path in folders]
        + [[str(file), str(images), _changed(file)] for file, images in files]
    )
    try:
        if Corpus(corpus).sources == sources:
            return
    except (OSError, ValueError):
        pass
    for count, _ in enumerate(unpack(corpus, sources, _items(folders, files)), 1):
        if count % 50 == 0:
            tell({"unpacked": count})


def _items(folders: Sequence[Path], files: Sequence[tuple[Path, Path]]) -> Iterator[Labelled]:
    for folder in folders:
        yield from read_folder(folder)
    for file, images in files:
        yield from read_coco(file, images)


def _changed(path: Path) -> int:
    index = path / "index.json"
    return (index if index.is_file() else path).stat().st_mtime_ns


if __name__ == "__main__":
    sys.exit(main())
