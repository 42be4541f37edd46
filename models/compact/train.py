"""``python -m models.compact.train --data DIR --out DIR --minutes N``: trains, and tells its progress as JSON lines.

Whoever starts it reads from stdout one object a line: ``step``, ``minutes``, ``done`` (0 to 1), ``loss``; now and then
``held_1``, ``held_3``, ``held_5`` (IoU on held-out crops); ``weights`` at the end; or ``error`` in words for a person.
SIGTERM and SIGINT stop it after the step in hand, with everything saved.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from models import device as devices
from models.compact.augment import SHIPPED, Recipe
from models.compact.corpus import Corpus, Labelled, unpack
from models.compact.readers import read_coco, read_folder
from models.compact.schedule import Schedule
from models.compact.spec import WEIGHTS
from models.compact.store import export
from models.compact.trainer import Plan, Trainer
from models.errors import ModelError

FINE_TUNE_RATE = 3e-4
"""Highest learning rate when training goes on from finished weights."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Train as the command line says; return the exit code."""
    options = _parser().parse_args(arguments)
    stop: list[int] = []
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda caught, _frame: stop.append(caught))
    try:
        plan = _plan(options)
        trainer = Trainer(plan)
        with (plan.out / "log.jsonl").open("a", encoding="utf-8") as log:

            def report(line: dict[str, Any]) -> None:
                text = json.dumps(line)
                log.write(text + "\n")
                log.flush()
                _tell(text)

            trainer.run(report, lambda: bool(stop))
        weights = plan.out / WEIGHTS
        _tell(json.dumps({"weights": str(weights), "checksum": export(trainer.checkpoint, weights)}))
    except (ModelError, OSError, ValueError) as error:
        _tell(json.dumps({"error": str(error)}))
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m models.compact.train", description="Train the compact network.")
    parser.add_argument("--data", type=Path, action="append", default=[], help="a folder of labelled photographs")
    parser.add_argument("--coco", nargs=2, type=Path, action="append", default=[], metavar=("FILE", "IMAGES"))
    parser.add_argument("--corpus", type=Path, help="where the data is unpacked to, or was")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--minutes", type=float, default=60.0, help="processor minutes a thread")
    parser.add_argument("--steps", type=int)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=0)
    parser.add_argument("--device")
    parser.add_argument("--resume", action="store_true")
    parser.add_argument("--start", type=Path, help="begin with these weights")
    return parser


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
            _tell(json.dumps({"unpacked": count}))


def _items(folders: Sequence[Path], files: Sequence[tuple[Path, Path]]) -> Iterator[Labelled]:
    for folder in folders:
        yield from read_folder(folder)
    for file, images in files:
        yield from read_coco(file, images)


def _changed(path: Path) -> int:
    index = path / "index.json"
    return (index if index.is_file() else path).stat().st_mtime_ns


def _tell(line: str) -> None:
    """Write one line at once; whoever listens may have gone, and the training goes on all the same."""
    try:
        sys.stdout.write(line + "\n")
        sys.stdout.flush()
    except BrokenPipeError:
        sys.stdout = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115 - for the rest of the process


if __name__ == "__main__":
    sys.exit(main())
