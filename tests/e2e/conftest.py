"""The real application: real lanes, a real inference process and real files, driven by mouse, keys and action ids."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import psutil
import pytest
from PIL import Image
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from annotator.app import Application, make_app
from annotator.settings import Settings
from engine.project import add_images
from engine.records import InstanceRecord
from engine.workspace import Workspace
from tests.e2e.forge import Forge, forging

WAIT_MS = 60_000
WIDTH, HEIGHT = 320, 240


class Driver:
    """A person at the window: clicks in image pixels, presses keys, looks at what is stored."""

    def __init__(self, qtbot: QtBot, application: Application, project: Path) -> None:
        self.qtbot = qtbot
        self.app = application
        self.desk = application.desk
        self.window = application.window
        self.canvas = application.window.canvas
        self.project = project
        self.messages: list[str] = []
        application.bus.message.connect(lambda message: self.messages.append(message.text))

    def wait(self, condition: Callable[[], object]) -> None:
        self.qtbot.waitUntil(lambda: bool(condition()), timeout=WAIT_MS)

    def ready(self) -> None:
        """Wait until the first image is on the canvas and clicks can be answered."""
        self.wait(lambda: self.desk.preview.image is not None)
        self.wait(lambda: self.desk.inference.state.condition == "ready")
        self.settle()

    def settle(self) -> None:
        """Wait until no lane works and nothing waits for the GUI thread."""
        self.wait(lambda: not self.app.lanes.busy)

    def place(self, x: float, y: float) -> QPoint:
        return self.canvas.to_view(x, y).toPoint()

    def click(self, x: float, y: float, button: Qt.MouseButton = Qt.MouseButton.LeftButton) -> None:
        QTest.mouseClick(self.canvas.viewport(), button, Qt.KeyboardModifier.NoModifier, self.place(x, y))

    def drag(self, *points: tuple[float, float]) -> None:
        viewport = self.canvas.viewport()
        places = [self.place(x, y) for x, y in points]
        QTest.mousePress(viewport, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, places[0])
        for place in places[1:]:
            QTest.mouseMove(viewport, place)
        QTest.mouseRelease(viewport, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, places[-1])

    def key(self, key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        QTest.keyClick(self.canvas, key, modifier)

    def do(self, action_id: str) -> None:
        """Do an action as soon as it is offered: whether it makes sense now comes from the store, too."""
        self.wait(lambda: self.app.registry.action(action_id).isEnabled())
        assert self.app.registry.trigger(action_id), f"{action_id} is disabled or unbound"

    def answered(self) -> None:
        self.wait(lambda: not self.desk.prompting.state.waiting)

    def stored(self) -> list[InstanceRecord]:
        """Return the accepted and proposed instances as another process would read them."""
        self.settle()
        workspace = Workspace.open(self.project)
        try:
            with workspace.read() as reader:
                return [each for image_id in reader.images.ids() for each in reader.instances.of_image(image_id)]
        finally:
            workspace.close()

    def inference_process(self) -> psutil.Process | None:
        return next((each for each in psutil.Process().children() if _is_worker(each)), None)


def _is_worker(process: psutil.Process) -> bool:
    """Tell whether a child is the inference process; one that ends just now (a zombie) is not."""
    try:
        return "engine.inference.worker" in " ".join(process.cmdline())
    except (psutil.NoSuchProcess, psutil.ZombieProcess):
        return False


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    folder = tmp_path / "pictures"
    folder.mkdir()
    rng = np.random.default_rng(7)
    for name, height in (("a.png", HEIGHT), ("b.png", HEIGHT), ("c.png", HEIGHT + 60)):
        pixels = rng.integers(60, 90, (height, WIDTH, 3), dtype=np.uint8)
        pixels[60:180, 100:220] = (200, 80, 40)
        Image.fromarray(pixels).save(folder / name)
    return folder


@pytest.fixture
def project(tmp_path: Path, pictures: Path) -> Path:
    file = tmp_path / "street.maskwright"
    workspace = Workspace.create(file, author="ann")
    add_images(workspace, [pictures])
    workspace.close()
    return file


@pytest.fixture
def open_window(
    qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, project: Path
) -> Iterator[Callable[..., Driver]]:
    """Start the application; called again it starts another one, after the first was closed."""
    for variable in ("XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME"):
        monkeypatch.setenv(variable, str(tmp_path / variable.lower()))
    started: list[Application] = []

    def start(*, backend: str = "fake", device: str = "auto", ahead: int = 3, file: Path | None = project) -> Driver:
        settings = Settings()
        settings.set("backend.name", backend)
        settings.set("backend.device", device)
        settings.set("backend.encode_ahead", ahead)
        application = Application(make_app())
        started.append(application)
        application.start(str(file) if file is not None else None)
        qtbot.waitExposed(application.window)
        driver = Driver(qtbot, application, project)
        if file is not None:
            driver.ready()
        return driver

    yield start
    for application in started:
        application.close()
        application.window.close()
        application.window.deleteLater()


@pytest.fixture(scope="module")
def forge() -> Iterator[Forge]:
    with forging() as made:
        yield made
