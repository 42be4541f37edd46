"""The review queue with 200,000 proposals: accept -> next instance on screen, histogram, pages, bulk decisions.

Run as ``python tests/bench/bench_review.py [--images 2000] [--each 100] [--folder DIR]``. Every figure is a median; the
window is the real one (offscreen), painted before the clock stops.
"""

from __future__ import annotations

import argparse
import os
import random
import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import cv2
import numpy as np

from engine.ops.base import Op
from engine.ops.decide import DecideMany, Decision
from engine.project import add_images
from engine.records import Stage, State
from engine.review import Measure, ReviewBy, ReviewFilter, ReviewOrder
from engine.transaction import Tx
from engine.workspace import Workspace
from models import masks

HEIGHT, WIDTH = 750, 1000
MASKS, ROUNDS, DECISIONS, CHUNK = 40, 5, 40, 500
EVERYTHING = ReviewFilter()


@dataclass(frozen=True)
class Propose(Op[None]):
    """Write many proposals in bulk, with scores as a backend gives them: many good, a long tail."""

    image_ids: tuple[int, ...]
    each: int
    undoable = False

    @property
    def title(self) -> str:
        return "Propose"

    def apply(self, tx: Tx) -> None:
        rng = random.Random(self.image_ids[0])
        shapes = [_blob(random.Random(number)) for number in range(MASKS)]
        common: dict[str, Any] = {"stage": str(Stage.AUTO), "state": str(State.PROPOSED), "backend": "compact"}
        common |= {"author": "machine", "created_at": tx.now, "updated_at": tx.now}
        rows = []
        for image_id in self.image_ids:
            for z in range(self.each):
                mask = rng.choice(shapes)
                x, y, w, h = masks.bbox(mask)
                box = {"bbox_x": x, "bbox_y": y, "bbox_w": w, "bbox_h": h, "area": float(masks.area(mask))}
                told = {"score": rng.betavariate(9, 2), "stability": rng.betavariate(12, 1)}
                rows.append(common | box | told | {"image_id": image_id, "z": z, "mask": mask})
        tx.rows.insert_many("instances", rows)


def _blob(rng: random.Random) -> masks.Rle:
    drawn = np.zeros((HEIGHT, WIDTH), np.uint8)
    middle = rng.randrange(150, WIDTH - 150), rng.randrange(150, HEIGHT - 150)
    for _ in range(5):
        place = middle[0] + rng.randrange(-40, 40), middle[1] + rng.randrange(-40, 40)
        cv2.circle(drawn, place, rng.randrange(15, 60), 1, cv2.FILLED)
    return masks.encode(drawn.astype(np.bool_))


def build(folder: Path, images: int, each: int) -> Path:
    """Make the project with real files: what is shown is decoded."""
    pictures = folder / "photos"
    pictures.mkdir()
    coarse = np.random.default_rng(1).integers(0, 255, (HEIGHT // 25, WIDTH // 25, 3), dtype=np.uint8)
    data = cv2.imencode(".jpg", cv2.resize(coarse, (WIDTH, HEIGHT), interpolation=cv2.INTER_CUBIC))[1].tobytes()
    for number in range(images):
        # A trailing comment makes every file's hash its own without encoding thousands of pictures.
        (pictures / f"{number:05}.jpg").write_bytes(data + str(number).encode())
    file = folder / "review.maskwright"
    with Workspace.create(file) as workspace:
        add_images(workspace, [pictures])
        with workspace.read() as reader:
            ids = reader.images.ids()
        for start in range(0, len(ids), CHUNK):
            workspace.execute(Propose(tuple(ids[start : start + CHUNK]), each))
    return file


def median_ms(action: Callable[[], object], rounds: int = ROUNDS) -> tuple[float, float]:
    """Return the median milliseconds of a few runs, on the clock and of the processor: others may be using it too."""
    taken, used = [], []
    for _ in range(rounds):
        begun, worked = time.perf_counter(), time.thread_time()
        action()
        taken.append(1000 * (time.perf_counter() - begun))
        used.append(1000 * (time.thread_time() - worked))
    return statistics.median(taken), statistics.median(used)


def say(title: str, times: tuple[float, float], goal: str = "") -> None:
    """Print one line."""
    wall, used = times
    words = f"{title:<62} {wall:8.1f} ms   of the processor {used:7.1f} ms"
    print(f"{words}{f'   (goal {goal})' if goal else ''}", flush=True)


def queue(file: Path) -> None:
    """Measure what the engine answers."""
    with Workspace.open(file) as workspace:
        with workspace.read() as reader:
            review = reader.review
            count = review.count()
            say(f"histogram of {count:,} scores", median_ms(lambda: review.spread(Measure.SCORE)), "300")
            say("histogram of their stabilities", median_ms(lambda: review.spread(Measure.STABILITY)), "300")
            say("live count from the database", median_ms(lambda: review.count(EVERYTHING.least(Measure.SCORE, 0.9))))
            for by in ReviewBy:
                order = ReviewOrder(by)
                place = review.places(order, EVERYTHING, limit=40)[-1]
                page = median_ms(lambda: review.places(order, EVERYTHING, after=place, limit=40))  # noqa: B023
                say(f"next page of 40 by {by}", page)
        narrowed = EVERYTHING.least(Measure.SCORE, 0.97)
        with workspace.read() as reader:
            number = reader.review.count(narrowed)
        say(f"accept {number:,} by threshold, one step", median_ms(lambda: accept(workspace, narrowed), 1))
        say("and undo it", median_ms(lambda: workspace.undo(None), 1))


def accept(workspace: Workspace, narrowed: ReviewFilter) -> None:
    """Decide in bulk."""
    workspace.execute(DecideMany(Decision.ACCEPT, among=narrowed))


def window(file: Path, by: ReviewBy, what: str) -> None:
    """Press Y again and again in the real window, and stop the clock when the next instance is painted."""
    from PySide6.QtCore import Qt
    from PySide6.QtTest import QTest

    from annotator.app import Application, make_app
    from annotator.settings import Settings

    Settings().set("backend.name", "fake")
    app = make_app()
    application = Application(app)
    application.start(str(file))
    canvas, review = application.window.canvas, application.commands.review

    def until(condition: Callable[[], bool]) -> None:
        limit = time.monotonic() + 60
        while not condition():
            app.processEvents()
            if time.monotonic() > limit:
                raise RuntimeError("the window did not get there within a minute")

    until(lambda: application.desk.preview.image is not None)
    application.registry.trigger("view.mode.review")
    until(lambda: review.reviewing.current is not None)
    row = review.look.strip.order.findData(by)
    review.look.strip.order.setCurrentIndex(row)
    review.look.strip.order.activated.emit(row)
    until(lambda: review.reviewing.current is not None and not application.lanes.busy)
    shown, used, stored = [], [], []
    for _ in range(DECISIONS):
        before = review.reviewing.current
        begun, worked = time.perf_counter(), time.thread_time()
        QTest.keyClick(canvas, Qt.Key.Key_Y)
        until(lambda: application.desk.preview.image is not None)
        canvas.settle()
        canvas.viewport().repaint()
        shown.append(1000 * (time.perf_counter() - begun))
        used.append(1000 * (time.thread_time() - worked))
        now = review.reviewing.current
        if now is None or now is before or not canvas._scene.veil.shown:
            raise RuntimeError("the next instance is not on screen")
        until(lambda: not application.lanes.busy)
        stored.append(1000 * (time.perf_counter() - begun))
    say(f"accept -> next on screen, {what}", (statistics.median(shown), statistics.median(used)), "50")
    say("  at worst", (max(shown), max(used)))
    print(f"  until everything is stored, listed and read ahead {statistics.median(stored):.0f} ms", flush=True)
    application.close()
    application.window.close()


def main(arguments: list[str] | None = None) -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--images", type=int, default=2_000)
    parser.add_argument("--each", type=int, default=100)
    parser.add_argument("--folder", type=Path, help="keep the project here and use it again")
    chosen = parser.parse_args(arguments or [])
    with tempfile.TemporaryDirectory() as temporary:
        for name in ("XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME"):
            os.environ[name] = str(Path(temporary) / name.lower())
        folder = chosen.folder or Path(temporary)
        file = folder / "review.maskwright"
        if not file.exists():
            build(folder, chosen.images, chosen.each)
        queue(file)
        window(file, ReviewBy.UNCERTAINTY, "another image each time")
        window(file, ReviewBy.IMAGE, "the same image")


if __name__ == "__main__":
    import sys

    main(sys.argv[1:])
