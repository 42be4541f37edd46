"""The window's figures: start with 1,000 images, switching between 12-megapixel images, stalls while inference runs."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np

from engine.project import add_images
from engine.workspace import Workspace

STARTS = 5
SWITCHES = 12
BEAT_MS = 2
START = """
import sys, time
begun = float(sys.argv[1])
from PySide6.QtCore import QTimer
from annotator.app import Application, make_app
app = make_app()
application = Application(app)
application.start(sys.argv[2])
shown = []
def look():
    window = application.window
    if window.windowHandle() is not None and window.windowHandle().isExposed() and not shown:
        shown.append(time.time() - begun)
    if application.desk.preview.image is not None:
        print(shown[0], time.time() - begun)
        application.close()
        app.quit()
timer = QTimer()
timer.timeout.connect(look)
timer.start(1)
app.exec()
"""


def main() -> None:
    """Print all figures."""
    with tempfile.TemporaryDirectory() as folder:
        _use_home(Path(folder))
        _start(Path(folder))
        _switch(Path(folder))


def _use_home(folder: Path) -> None:
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    for name in ("XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME"):
        os.environ[name] = str(folder / name.lower())


def _project(folder: Path, name: str, count: int, size: tuple[int, int]) -> Path:
    pictures = folder / name
    pictures.mkdir()
    height, width = size
    rng = np.random.default_rng(1)
    coarse = rng.integers(0, 255, (height // 40, width // 40, 3), dtype=np.uint8)
    picture = cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC)
    data = cv2.imencode(".jpg", picture)[1].tobytes()
    for number in range(count):
        # A trailing comment makes every file's hash its own without encoding a thousand pictures.
        (pictures / f"{number:05d}.jpg").write_bytes(data + str(number).encode())
    file = folder / f"{name}.maskwright"
    workspace = Workspace.create(file)
    add_images(workspace, [pictures])
    workspace.close()
    return file


def _start(folder: Path) -> None:
    project = _project(folder, "thousand", 1000, (480, 640))
    rows = []
    for _ in range(STARTS):
        command = [sys.executable, "-c", START, repr(time.time()), str(project)]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        rows.append(tuple(float(word) for word in done.stdout.split()[-2:]))
    visible, pixels = (statistics.median(column) for column in zip(*rows, strict=True))
    print(f"window visible, 1,000 images, from the start of the process   {visible * 1000:8.0f} ms   (goal 1500)")
    print(f"first image on the canvas                                     {pixels * 1000:8.0f} ms")


def _switch(folder: Path) -> None:
    from PySide6.QtCore import QTimer

    from annotator.app import Application, make_app

    project = _project(folder, "large", SWITCHES + 2, (3000, 4000))
    app = make_app()
    application = Application(app)
    application.start(str(project))
    desk, canvas = application.desk, application.window.canvas

    def until(condition: Callable[[], bool]) -> None:
        limit = time.monotonic() + 60
        while not condition():
            app.processEvents()
            if time.monotonic() > limit:
                raise RuntimeError("the window did not get there within a minute")

    until(lambda: desk.preview.image is not None and desk.inference.state.condition == "ready")
    times = []
    for _ in range(SWITCHES):
        until(lambda: not application.lanes.busy)
        wanted = desk.navigation.ids[desk.navigation.index + 1]
        begun = time.perf_counter()
        application.registry.trigger("go.next")
        until(lambda wanted=wanted: desk.preview.image is not None and desk.preview.image.image_id == wanted)
        canvas.viewport().repaint()
        times.append(time.perf_counter() - begun)
    print(f"switch to a 12-megapixel neighbour decoded ahead              {_ms(times)} ms   (goal 150)")

    gaps: list[float] = []
    last = [time.perf_counter()]

    def beat() -> None:
        now = time.perf_counter()
        gaps.append(now - last[0])
        last[0] = now

    timer = QTimer()
    timer.setInterval(BEAT_MS)
    timer.timeout.connect(beat)
    until(lambda: not application.lanes.busy)
    timer.start()
    last[0] = time.perf_counter()
    gaps.clear()
    clicks = []
    for number in range(8):
        begun = time.perf_counter()
        desk.prompting.add_point(600.0 + 300 * number, 1500.0, positive=True)
        until(lambda: not desk.prompting.state.waiting)
        clicks.append(time.perf_counter() - begun)
        if number % 4 == 3:
            desk.prompting.commit()
            until(lambda: not desk.prompting.active)
    timer.stop()
    print(f"click to candidates, {desk.inference.state.name}, 12 megapixels, embedding ready  {_ms(clicks)} ms")
    print(f"longest GUI stall while inference runs                        {max(gaps) * 1000:8.1f} ms   (goal 50)")
    print(f"GUI heartbeat, 99th percentile                                {np.percentile(gaps, 99) * 1000:8.1f} ms")
    application.close()


def _ms(times: list[float]) -> str:
    return f"{statistics.median(times) * 1000:8.1f}"


if __name__ == "__main__":
    main()
