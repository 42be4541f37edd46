"""``python -m models.deeppose.train --data DIR --out DIR --minutes N``: trains, and tells its progress as JSON lines.

What is told, and how it is stopped, is as in ``models.pose.train``.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path

from models import device as devices
from models.assets import asset
from models.compact.spec import WEIGHTS as COMPACT_WEIGHTS
from models.deeppose.spec import WEIGHTS
from models.deeppose.trainer import Plan, Trainer
from models.errors import ModelError
from models.people import read
from models.pose.skeletons import joints_named
from models.state_dict import export_average, read_floats
from models.training import parser, run_told, stop_on_signals, tell
from models.weights import checksum


def main(arguments: Sequence[str] | None = None) -> int:
    """Train as the command line says; return the exit code."""
    options = parser("python -m models.deeppose.train", "Train DeepPose.", "a folder of things with joints").parse_args(
        arguments
    )
    should_stop = stop_on_signals()
    try:
        names, people = read(
            [path.resolve() for path in options.data],
            [(file.resolve(), images.resolve()) for file, images in options.coco],
        )
        plan = Plan(
            out=options.out, minutes=options.minutes, steps=options.steps, seed=options.seed, threads=options.threads,
            device=str(devices.choose(options.device)), resume=options.resume,
        )  # fmt: skip
        joints = joints_named(names)
        start = options.start or _encoder()
        trainer = Trainer(plan, joints, people, None if start is None else read_floats(start))
        run_told(lambda report: trainer.run(report, should_stop), options.out / "log.jsonl")
        weights = options.out / WEIGHTS
        export_average(trainer.checkpoint, weights, {"network": "deeppose-1", "joints": json.dumps(list(joints.names))})
        tell({"weights": str(weights), "checksum": checksum(weights)})
    except (ModelError, OSError, ValueError) as error:
        tell({"error": str(error)})
        return 1
    return 0


def _encoder() -> Path | None:
    """Return the compact network's weights, whose encoder knows objects, if they are there."""
    try:
        return asset(COMPACT_WEIGHTS)
    except FileNotFoundError:
        return None


if __name__ == "__main__":
    sys.exit(main())
