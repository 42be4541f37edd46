"""``python -m models.pose.train --data DIR --out DIR --minutes N``: trains, and tells its progress as JSON lines.

Whoever starts it reads from stdout one object a line: ``step``, ``minutes``, ``done`` (0 to 1), ``loss``; now and then
``held_near``, ``held_close`` (share of held-out joints within 5 and 10 % of the box); ``weights`` at the end; or
``error`` in words for a person. SIGTERM and SIGINT stop it after the step in hand, with everything saved.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from torch import Tensor

from models import device as devices
from models.assets import asset
from models.compact.spec import WEIGHTS as COMPACT_WEIGHTS
from models.errors import ModelError
from models.pose.figures import read
from models.pose.spec import WEIGHTS
from models.pose.store import export
from models.pose.trainer import RATE, Plan, Trainer
from models.state_dict import read_state

FINE_TUNE_RATE = 3e-4
"""Highest learning rate when training goes on from finished weights."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Train as the command line says; return the exit code."""
    options = _parser().parse_args(arguments)
    stop: list[int] = []
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda caught, _frame: stop.append(caught))
    try:
        joints, figures = read(
            [path.resolve() for path in options.data],
            [(file.resolve(), images.resolve()) for file, images in options.coco],
        )
        trainer = Trainer(_plan(options), joints, figures, _start(options.start))
        with (options.out / "log.jsonl").open("a", encoding="utf-8") as log:

            def report(line: dict[str, Any]) -> None:
                text = json.dumps(line)
                log.write(text + "\n")
                log.flush()
                _tell(text)

            trainer.run(report, lambda: bool(stop))
        weights = options.out / WEIGHTS
        _tell(json.dumps({"weights": str(weights), "checksum": export(trainer.checkpoint, joints, weights)}))
    except (ModelError, OSError, ValueError) as error:
        _tell(json.dumps({"error": str(error)}))
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m models.pose.train", description="Train the pose network.")
    parser.add_argument("--data", type=Path, action="append", default=[], help="a folder of people with joints")
    parser.add_argument("--coco", nargs=2, type=Path, action="append", default=[], metavar=("FILE", "IMAGES"))
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
    return Plan(
        out=options.out,
        minutes=options.minutes,
        steps=options.steps,
        seed=options.seed,
        threads=options.threads,
        device=str(devices.choose(options.device)),
        resume=options.resume,
        peak=RATE if options.start is None else FINE_TUNE_RATE,
    )


def _start(explicit: Path | None) -> dict[str, Tensor] | None:
    """Return the weights to begin with: those named, else the compact network's, whose encoder knows objects."""
    path = explicit
    if path is None:
        try:
            path = asset(COMPACT_WEIGHTS)
        except FileNotFoundError:
            return None
    return {name: value.float() if value.is_floating_point() else value for name, value in read_state(path).items()}


def _tell(line: str) -> None:
    """Write one line at once; whoever listens may have gone, and the training goes on all the same."""
    try:
        sys.stdout.write(line + "\n")
        sys.stdout.flush()
    except BrokenPipeError:
        sys.stdout = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115 - for the rest of the process


if __name__ == "__main__":
    sys.exit(main())
