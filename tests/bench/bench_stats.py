"""How long the engine's table takes on a million instances, and whether the window waits for it; prints medians.

Run as ``python tests/bench/bench_stats.py [--images 100000] [--each 10] [--folder DIR]``.
"""

from __future__ import annotations

import argparse
import os
import random
import statistics
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import cv2
import numpy as np

from engine.measure.engine_table import engine_table
from engine.ops.base import Op
from engine.ops.images import AddImages, NewImage
from engine.records import Stage, State
from engine.transaction import Tx
from engine.workspace import Workspace
from models import masks

HEIGHT, WIDTH = 480, 640
CHUNK, DAYS, ROUNDS = 5_000, 200, 3
STAGES = (Stage.ASSISTED, Stage.SEMI, Stage.AUTO, Stage.AUTO, Stage.AUTO)
STATES = (State.ACCEPTED,) * 6 + (State.PROPOSED,) * 3 + (State.REJECTED,)


@dataclass(frozen=True)
class Fill(Op[None]):
    """Write many instances in bulk, spread over stages, states, people and days."""

    image_ids: tuple[int, ...]
    each: int
    undoable = False

    @property
    def title(self) -> str:
        return "Fill"

    def apply(self, tx: Tx) -> None:
        rng = random.Random(self.image_ids[0])
        disc = masks.encode(cv2.circle(np.zeros((HEIGHT, WIDTH), np.uint8), (320, 240), 40, 1, -1).astype(np.bool_))
        common: dict[str, Any] = {"mask": disc, "bbox_x": 280.0, "bbox_y": 200.0, "bbox_w": 81.0, "bbox_h": 81.0}
        common |= {"area": 5025.0, "stability": 0.96, "weights_hash": "abc"}
        rows = []
        for image_id in self.image_ids:
            for z in range(self.each):
                stage, state = rng.choice(STAGES), rng.choice(STATES)
                made = tx.now - timedelta(days=rng.random() * DAYS)
                decided = stage is not Stage.ASSISTED and state is not State.PROPOSED
                hand = stage is Stage.ASSISTED or (stage is Stage.SEMI and rng.random() < 0.3)
                row = {
                    "image_id": image_id,
                    "z": z,
                    "stage": str(stage),
                    "state": str(state),
                    "backend": rng.choice(("classic", "compact")),
                    "score": rng.random(),
                    "clicks": rng.randint(1, 9) if hand else 0,
                    "active_ms": int(rng.lognormvariate(9, 0.6)) if hand else 0,
                    "author": rng.choice(("ann", "bob", "cy")),
                    "created_at": made,
                    "updated_at": made,
                    "reviewed_by": rng.choice(("ann", "bob")) if decided else "",
                    "reviewed_at": made if decided else None,
                    "review_ms": rng.randint(0, 3000) if decided else 0,
                    "edits": int(rng.random() < 0.1),
                }
                rows.append(common | row)
        tx.rows.insert_many("instances", rows)


def build(file: Path, images: int, each: int) -> None:
    """Make the large project in bulk."""
    with Workspace.create(file) as workspace:
        for first in range(0, images, CHUNK):
            found = tuple(
                NewImage(f"{number:06}.jpg", f"{number:032x}", WIDTH, HEIGHT)
                for number in range(first, min(first + CHUNK, images))
            )
            ids = workspace.execute(AddImages("photos", "photos", found)).value
            for start in range(0, len(ids), 1000):
                workspace.execute(Fill(ids[start : start + 1000], each))


def seconds_of(action: Callable[[], object], rounds: int = ROUNDS) -> tuple[float, float]:
    """Return the median seconds of a few runs, on the clock and of the processor: others may be using it too."""
    taken, used = [], []
    for _ in range(rounds):
        begun, worked = time.perf_counter(), time.process_time()
        action()
        taken.append(time.perf_counter() - begun)
        used.append(time.process_time() - worked)
    return statistics.median(taken), statistics.median(used)


def say(title: str, seconds: float, of_processor: float | None = None) -> None:
    """Print one line."""
    also = "" if of_processor is None else f"   of the processor {of_processor:.2f} s"
    print(f"{title:<58} {seconds:8.2f} s{also}", flush=True)


def count(file: Path) -> None:
    """Read the whole table once, as the command line does."""
    with Workspace.open(file) as workspace, workspace.read() as reader:
        engine_table(reader)


def beside(file: Path) -> None:
    """Count in a thread, as the dashboard does, and see how long another thread's small reads and steps wait."""
    worker = threading.Thread(target=count, args=(file,))
    reads, steps = [], []
    with Workspace.open(file) as workspace:
        worker.start()
        last = time.perf_counter()
        while worker.is_alive():
            with workspace.read() as reader:
                reader.instances.of_image(1)
            now = time.perf_counter()
            reads.append(now - last)
            time.sleep(0.001)
            last = time.perf_counter()
            steps.append(last - now - 0.001)
        worker.join()
    middle, worst, late = (1000 * each for each in (statistics.median(reads), max(reads), max(steps)))
    print(f"  meanwhile a small read takes {middle:.1f} ms (median), {worst:.1f} ms at worst", flush=True)
    print(f"  meanwhile a thread that sleeps 1 ms comes back at most {late:.1f} ms late", flush=True)


def main(arguments: list[str] | None = None) -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--images", type=int, default=100_000)
    parser.add_argument("--each", type=int, default=10)
    parser.add_argument("--folder", type=Path, help="keep the project here and use it again")
    chosen = parser.parse_args(arguments or [])
    with tempfile.TemporaryDirectory() as temporary:
        file = (chosen.folder or Path(temporary)) / f"stats-{chosen.images}-{chosen.each}.maskwright"
        if not file.exists():
            begun = time.perf_counter()
            build(file, chosen.images, chosen.each)
            say(
                f"made {chosen.images * chosen.each:,} instances on {chosen.images:,} images",
                time.perf_counter() - begun,
            )
        say(f"the engine's table of {chosen.images * chosen.each:,} instances", *seconds_of(lambda: count(file)))
        beside(file)


if __name__ == "__main__":
    import sys

    main(sys.argv[1:])
