"""``python -m models.pose.train --data DIR --out DIR --minutes N``: trains, and tells its progress as JSON lines.

Whoever starts it reads from stdout one object a line: ``step``, ``minutes``, ``done`` (0 to 1), ``loss``; now and then
``held_near``, ``held_close`` (share of held-out joints within 5 and 10 % of the box); ``weights`` at the end; or
``error`` in words for a person. SIGTERM and SIGINT stop it after the step in hand, with everything saved.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from torch import Tensor

from models import device as devices
from models.assets import asset
from models.compact.spec import WEIGHTS as COMPACT_WEIGHTS
from models.errors import ModelError
from models.people import read
from models.pose.skeletons import joints_named
from models.pose.spec import WEIGHTS
from models.pose.store import export
from models.pose.trainer import RATE, Plan, Trainer
from models.state_dict import read_floats
from models.training import parser, run_told, stop_on_signals, tell

FINE_TUNE_RATE = 3e-4
"""Highest learning rate when training goes on from finished weights."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Train as the command line says; return the exit code."""
    options = parser(
        "python -m models.pose.train", "Train the pose network.", "a folder of people with joints"
    ).parse_args(arguments)
    should_stop = stop_on_signals()
    try:
        names, figures = read(
            [path.resolve() for path in options.data],
            [(file.resolve(), images.resolve()) for file, images in options.coco],
        )
        joints = joints_named(names)
        trainer = Trainer(_plan(options), joints, figures, _start(options.start))
        run_told(lambda report: trainer.run(report, should_stop), options.out / "log.jsonl")
        weights = options.out / WEIGHTS
        tell({"weights": str(weights), "checksum": export(trainer.checkpoint, joints, weights)})
    except (ModelError, OSError, ValueError) as error:
        tell({"error": str(error)})
        return 1
    return 0


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
    return read_floats(path)


if __name__ == "__main__":
    sys.exit(main())
