"""Measures the store: one durable instance, its undo, and a project of many images; prints medians, gates nothing.

Run as ``python tests/bench/bench_storage.py [--images 100000] [--each 10] [--folder DIR]``.
"""

from __future__ import annotations

import argparse
import random
import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from engine.ops.base import Op
from engine.ops.images import AddImages, NewImage
from engine.ops.instances import AddInstance
from engine.ops.labels import AddLabel
from engine.records import CandidateRecord, ImageFilter, ImageState, Level, PromptRecord, Provenance
from engine.transaction import Tx
from engine.workspace import Workspace
from models import masks

HEIGHT, WIDTH = 3000, 4000
LABELS = 20
CHUNK = 20_000


def measure(title: str, target: str, action: Callable[[], object], *, rounds: int = 30) -> None:
    """Print the median and the slow end of ``rounds`` runs."""
    taken = []
    for _ in range(rounds):
        started = time.perf_counter()
        action()
        taken.append(1000 * (time.perf_counter() - started))
    slow = sorted(taken)[int(len(taken) * 0.95)]
    print(f"{title:<58} {statistics.median(taken):8.1f} ms   95 % {slow:8.1f} ms   target {target}", flush=True)


def accepted(image_id: int) -> AddInstance:
    """Return what one Enter stores: a lobed 12-megapixel mask, three clicks, three candidates, 256 x 256 logits."""
    rng = np.random.default_rng(0)
    angle = np.linspace(0, 2 * np.pi, 400, endpoint=False)
    radius = 700 + 60 * np.sin(7 * angle) + rng.normal(0, 8, 400)
    outline = np.stack([2000 + radius * np.cos(angle), 1500 + radius * np.sin(angle)], axis=1).astype(np.int32)
    drawn = cv2.fillPoly(np.zeros((HEIGHT, WIDTH), np.uint8), [outline], [1])
    logits = cv2.resize(drawn.astype(np.float32) * 20 - 10, (256, 256)) + rng.normal(0, 0.3, (256, 256))
    return AddInstance(
        image_id,
        mask=masks.encode(drawn.astype(np.bool_)),
        provenance=Provenance(backend="bench", score=0.9, clicks=3, active_ms=4000, tool="smart"),
        prompts=tuple(PromptRecord("point", 2000.0 + n, 1500.0, at_ms=400 * n) for n in range(3)),
        candidates=tuple(
            CandidateRecord(n, 0.9 - n / 10, 0.9, 1_500_000, Level.NONE, n == 0, logits.astype(np.float16))
            for n in range(3)
        ),
    )


@dataclass(frozen=True)
class Fill(Op[None]):
    """Write many small instances in bulk."""

    image_ids: tuple[int, ...]
    each: int
    label_ids: tuple[int, ...]
    undoable = False

    @property
    def title(self) -> str:
        return "Fill"

    def apply(self, tx: Tx) -> None:
        rng = random.Random(self.image_ids[0])
        disc = masks.encode(cv2.circle(np.zeros((480, 640), np.uint8), (320, 240), 40, 1, -1).astype(np.bool_))
        states = ("accepted",) * 6 + ("proposed",) * 3 + ("rejected",)
        common: dict[str, Any] = {"mask": disc, "bbox_x": 280.0, "bbox_y": 200.0, "bbox_w": 81.0, "bbox_h": 81.0}
        common |= {"area": 5025.0, "stage": "auto", "created_at": tx.now, "updated_at": tx.now}
        rows = [
            {
                **common,
                "image_id": image_id,
                "label_id": rng.choice(self.label_ids),
                # Proposals come in whole images, as jobs leave them.
                "state": rng.choice(states) if image_id % 3 else "accepted",
                "score": rng.random(),
                "z": z,
            }
            for image_id in self.image_ids
            for z in range(self.each)
        ]
        tx.rows.insert_many("instances", rows)


def build(file: Path, images: int, each: int) -> None:
    """Make the large project in bulk."""
    with Workspace.create(file) as workspace:
        label_ids = tuple(workspace.execute(AddLabel(f"label {number}")).value.id for number in range(LABELS))
        for first in range(0, images, CHUNK):
            found = tuple(
                NewImage(f"part{number // 1000:03}/IMG_{number:06}.jpg", f"{number:032x}", 640, 480)
                for number in range(first, min(first + CHUNK, images))
            )
            ids = workspace.execute(AddImages("photos", "photos", found)).value
            for start in range(0, len(ids), 2000):
                workspace.execute(Fill(ids[start : start + 2000], each, label_ids))


def open_once(file: Path) -> None:
    with Workspace.open(file) as workspace, workspace.read() as read:
        read.project()
        read.images.rows(read.images.ids()[:100])


def one_instance(folder: Path) -> None:
    with Workspace.create(folder / "one.maskwright") as workspace:
        (image_id,) = workspace.execute(AddImages("r", "r", (NewImage("a.jpg", "", WIDTH, HEIGHT),))).value
        op = accepted(image_id)
        measure("store an accepted instance, durable", "< 10 ms", lambda: workspace.execute(op), rounds=100)
        measure("undo it", "< 20 ms", lambda: workspace.undo(image_id), rounds=50)
        measure("redo it", "< 20 ms", lambda: workspace.redo(image_id), rounds=50)


def many(file: Path, images: int, each: int) -> None:
    measure("open and list the first page", "< 1000 ms", lambda: open_once(file), rounds=5)
    filters = {
        "all": ImageFilter(),
        "text in the middle of the path": ImageFilter(text="0421"),
        "text of other scripts": ImageFilter(text="ä"),
        "state done (none)": ImageFilter(states=frozenset({ImageState.DONE})),
        "state todo (all)": ImageFilter(states=frozenset({ImageState.TODO})),
        "label": ImageFilter(label_id=3),
        "with proposals": ImageFilter(has_proposed=True),
        "without proposals": ImageFilter(has_proposed=False),
        "label, text and proposals": ImageFilter(text="part07", label_id=3, has_proposed=True),
        "tag": ImageFilter(tag="night"),
    }
    with Workspace.open(file) as workspace, workspace.read() as read:
        for title, narrowed in filters.items():
            count = len(read.images.ids(narrowed))
            measure(f"ids: {title} ({count:,})", "< 100 ms", lambda n=narrowed: read.images.ids(n), rounds=5)
            measure(f"count: {title}", "< 100 ms", lambda n=narrowed: read.images.count(n), rounds=5)
        ids = read.images.ids()
        middle = ids[len(ids) // 2 :][:100]
        measure("a page of 100 rows", "< 100 ms", lambda: read.images.rows(middle))
        measure("an image's instances", "-", lambda: read.instances.of_image(middle[0]))
        measure("counts by label", "< 100 ms", read.instances.count_by_label, rounds=5)
        measure("all statistics", "-", read.stats, rounds=3)
    with Workspace.open(file) as workspace:
        with workspace.read() as read:
            mask = read.instances.of_image(ids[0])[0].mask
        op = AddInstance(ids[0], mask=mask)
        measure(f"store an instance among {images * each:,}", "< 10 ms", lambda: workspace.execute(op))
        measure("undo it", "< 20 ms", lambda: workspace.undo(ids[0]))


def main(arguments: list[str] | None = None) -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--images", type=int, default=100_000)
    parser.add_argument("--each", type=int, default=10)
    parser.add_argument("--folder", type=Path, help="keep the project here and use it again")
    chosen = parser.parse_args(arguments or [])
    with tempfile.TemporaryDirectory() as temporary:
        folder = chosen.folder or Path(temporary)
        one_instance(Path(temporary))
        file = folder / f"large-{chosen.images}-{chosen.each}.maskwright"
        if not file.exists():
            started = time.perf_counter()
            build(file, chosen.images, chosen.each)
            seconds = time.perf_counter() - started
            print(f"made {chosen.images:,} images, {chosen.images * chosen.each:,} instances in {seconds:.0f} s")
        many(file, chosen.images, chosen.each)


if __name__ == "__main__":
    import sys

    main(sys.argv[1:])
