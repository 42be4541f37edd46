"""Measures the data check over 100,000 instances, and the forecast and repair of a kind; prints, gates nothing.

Run as ``python tests/bench/bench_check.py [INSTANCES]``. Processor seconds are told beside the clock's.
"""

from __future__ import annotations

import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import cv2
import numpy as np

from engine.datacheck.kinds import Kind
from engine.datacheck.sweep import forecast, sweep
from engine.ops.base import Op
from engine.ops.images import AddImages, NewImage
from engine.ops.labels import AddLabel
from engine.ops.repairs import RepairData
from engine.records import Stage, State
from engine.transaction import Tx
from engine.workspace import Workspace
from models import masks

HEIGHT, WIDTH = 750, 1000
EACH, SHAPES, LABELS, CHUNK = 100, 400, 10, 100
T = TypeVar("T")


@dataclass(frozen=True)
class Fill(Op[None]):
    """Write many masks in bulk; one in ten has an island."""

    image_ids: tuple[int, ...]
    each: int
    undoable = False

    @property
    def title(self) -> str:
        return "Fill"

    def apply(self, tx: Tx) -> None:
        rng = random.Random(self.image_ids[0])
        shapes = [_blob(random.Random(number), island=number % 10 == 0) for number in range(SHAPES)]
        common: dict[str, Any] = {"stage": str(Stage.AUTO), "state": str(State.ACCEPTED), "author": "machine"}
        common |= {"created_at": tx.now, "updated_at": tx.now}
        rows = []
        for image_id in self.image_ids:
            for z in range(self.each):
                mask = rng.choice(shapes)
                x, y, w, h = masks.bbox(mask)
                box = {"bbox_x": x, "bbox_y": y, "bbox_w": w, "bbox_h": h, "area": float(masks.area(mask))}
                rows.append(common | box | {"image_id": image_id, "z": z, "mask": mask, "label_id": 1 + z % LABELS})
        tx.rows.insert_many("instances", rows)


def _blob(rng: random.Random, *, island: bool) -> masks.Rle:
    drawn = np.zeros((HEIGHT, WIDTH), np.uint8)
    middle = rng.randrange(60, WIDTH - 60), rng.randrange(60, HEIGHT - 60)
    for _ in range(5):
        place = middle[0] + rng.randrange(-20, 20), middle[1] + rng.randrange(-20, 20)
        cv2.circle(drawn, place, rng.randrange(8, 30), 1, cv2.FILLED)
    if island:
        drawn[rng.randrange(5), rng.randrange(WIDTH)] = 1
    return masks.encode(drawn.astype(np.bool_))


def timed(title: str, action: Callable[[], T]) -> T:
    """Do it, print how long it took, and return what it gave."""
    clock, processor = time.perf_counter(), time.process_time()
    result = action()
    spent, used = time.perf_counter() - clock, time.process_time() - processor
    print(f"{title:<48}{spent:8.2f} s   ({used:.2f} processor seconds)", flush=True)
    return result


def main() -> None:
    """Fill, check, forecast, repair, take back."""
    number = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    images = max(number // EACH, 1)
    with tempfile.TemporaryDirectory() as folder, Workspace.create(Path(folder) / "check.maskwright") as workspace:
        for label in range(LABELS):
            workspace.execute(AddLabel(f"label {label}"))
        new = tuple(NewImage(f"{place:06}.jpg", "", WIDTH, HEIGHT) for place in range(images))
        ids = workspace.execute(AddImages("photos", "photos", new)).value
        for start in range(0, len(ids), CHUNK):
            workspace.execute(Fill(tuple(ids[start : start + CHUNK]), min(EACH, number)))
        found = timed(f"check of {images * EACH:,} instances, {images:,} images", lambda: sweep(workspace))
        print(dict(Counter(str(each.fault.kind) for each in found)))
        kind = [each for each in found if each.fault.kind is Kind.ISLANDS]
        touched = tuple(sorted({each.image_id for each in kind}))
        told = timed(f"forecast of {len(kind):,} repairs", lambda: forecast(workspace, kind))
        print(told.sentence())
        timed("repair of all of them as one step", lambda: workspace.execute(RepairData(Kind.ISLANDS, touched)))
        timed("taken back", lambda: workspace.undo(None))


if __name__ == "__main__":
    main()
