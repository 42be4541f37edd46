"""How long the image list holds the window up with 100,000 images: run as a script, prints a table of medians.

Figures to reach: no stall above 50 ms, list and filter 100 ms, scrolling frame 16 ms.
"""

from __future__ import annotations

import os
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QMainWindow

from annotator.app import make_app
from annotator.icons import Icons
from annotator.panels.images_dock import ImagesDock
from annotator.tokens import DARK
from engine.records import ImageRecord, ImageRow, ImageState

COUNT, ROUNDS, STEPS = 100_000, 11, 200
STATES = tuple(ImageState)


def make_row(image_id: int) -> ImageRow:
    """Return a row as the store would read it."""
    path = f"street/{image_id:06d}.jpg"
    image = ImageRecord(
        id=image_id,
        root_id=1,
        path=path,
        file=Path(path),
        content_hash=str(image_id),
        width=640,
        height=480,
        orientation=1,
        state=STATES[image_id % len(STATES)],
        tags=(),
        split="",
        error="",
        coco_id=None,
        extra={},
    )
    return ImageRow(image, image_id % 9, image_id % 3)


def make_dock() -> ImagesDock:
    """Return a dock whose rows and pictures are answered at once."""
    dock = ImagesDock(Icons(DARK))
    picture = QImage(112, 80, QImage.Format.Format_RGB888)
    picture.fill(QColor("#4c8f6b"))
    dock.rows_needed.connect(lambda ids: dock.put_rows([make_row(each) for each in ids]))
    dock.thumbs_needed.connect(lambda ids: [dock.put_thumb(each, picture) for each in ids])
    return dock


def report(label: str, goal_ms: float, taken: list[float]) -> None:
    """Print median and worst of times in seconds."""
    taken = sorted(each * 1000 for each in taken)
    verdict = "ok  " if statistics.median(taken) <= goal_ms else "MISS"
    row = f"{verdict} {label:46s} median {statistics.median(taken):6.1f} ms  worst {taken[-1]:6.1f}"
    sys.stdout.write(f"{row}  goal {goal_ms:g}\n")


def main() -> None:
    """Measure everything."""
    app = make_app()
    dock = make_dock()
    window = QMainWindow()
    window.addDockWidget(Qt.DockWidgetArea.LeftDockWidgetArea, dock)
    window.resize(320, 900)
    window.show()

    def settle() -> None:
        dock.view.executeDelayedItemsLayout()
        dock.view.viewport().repaint()
        app.processEvents()

    def timed(change: Callable[[], None]) -> float:
        settle()
        begun = time.perf_counter()
        change()
        settle()
        return time.perf_counter() - begun

    everything = list(range(1, COUNT + 1))
    half = everything[::2]
    dock.set_total(COUNT)
    first, narrowed, back = [], [], []
    for _ in range(ROUNDS):
        dock.set_ids([])
        dock.set_current(None)
        first.append(timed(lambda: dock.set_ids(everything)))
        dock.set_current(half[len(half) // 2])
        narrowed.append(timed(lambda: dock.set_ids(half)))
        back.append(timed(lambda: dock.set_ids(everything)))
    bar = dock.view.verticalScrollBar()
    bar.setValue(0)
    frames = [timed(lambda step=step: bar.setValue(120 * step)) for step in range(STEPS)]
    jumps = [
        timed(lambda step=step: bar.setValue(bar.maximum() * (7 * step % STEPS) // STEPS)) for step in range(STEPS)
    ]
    report(f"{COUNT:,} ids listed and painted, first time", 50, first)
    report(f"filtered to {len(half):,}", 50, narrowed)
    report(f"all {COUNT:,} again", 50, back)
    report("frame, one turn of the wheel on", 16, frames)
    report("frame, a jump elsewhere, rows read there", 16, jumps)
    window.close()


if __name__ == "__main__":
    main()
