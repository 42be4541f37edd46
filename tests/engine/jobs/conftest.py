"""Small projects with real image files, and finders that need no process of their own."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from engine.errors import EngineError
from engine.inference.draft import ImageRef
from engine.jobs.finder import LocalFinder
from engine.jobs.start import create_auto_job
from engine.project import add_images
from engine.records import InstanceRecord, Rle, State
from engine.stages.automatic import Found
from engine.stages.params import AutoParams
from engine.workspace import Workspace
from models import registry
from models.api import BackendInfo, MaskBackend

PARAMS = AutoParams(points_per_side=(3,))
WHITE = (200, 0, 0)
Paint = dict[str, tuple[int, int, int]]


def paint(folder: Path, pictures: Paint) -> None:
    """Write images of 60 x 40 pixels; the colour of the first pixel tells the faulty backend what to do."""
    folder.mkdir(exist_ok=True)
    for number, (name, first) in enumerate(pictures.items()):
        pixels = np.random.default_rng(number).integers(100, 255, (40, 60, 3), dtype=np.uint8)
        pixels[0, 0] = first
        Image.fromarray(pixels).save(folder / name)


@dataclass
class Shop:
    """A project with images, and what a test asks of it."""

    file: Path
    workspace: Workspace
    folder: Path

    def add(self, pictures: Paint) -> None:
        paint(self.folder, pictures)
        add_images(self.workspace, [self.folder])

    def ids(self) -> list[int]:
        with self.workspace.read() as read:
            return read.images.ids()

    def start(self, backend: str = "fake", params: AutoParams = PARAMS, **more: Any) -> int:
        return create_auto_job(self.workspace, backend, params, self.ids(), **more)

    def job(self, job_id: int) -> Any:
        with self.workspace.read() as read:
            return read.jobs.get(job_id)

    def progress(self, job_id: int) -> Any:
        with self.workspace.read() as read:
            return read.jobs.progress(job_id)

    def failures(self, job_id: int) -> dict[str, str]:
        with self.workspace.read() as read:
            return {each.path: each.reason for each in read.jobs.failures(job_id)}

    def instances(self) -> list[InstanceRecord]:
        with self.workspace.read() as read:
            return [each for image_id in read.images.ids() for each in read.instances.of_image(image_id, tuple(State))]


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    file = tmp_path / "shöp.maskwright"
    with Workspace.create(file, author="ann") as workspace:
        made = Shop(file, workspace, tmp_path / "photos")
        made.add({"a.png": WHITE, "b.png": WHITE, "c.png": WHITE})
        yield made


@dataclass
class Watched:
    """A finder that calls ``before`` with each image, then does as the fake backend does."""

    before: Callable[[ImageRef], None] = lambda _: None
    seen: list[int] = field(default_factory=list)
    closed: bool = False

    def __post_init__(self) -> None:
        backend = registry.load("fake")
        assert isinstance(backend, MaskBackend)
        self.finder = LocalFinder(backend)

    def ready(self) -> BackendInfo:
        return self.finder.ready()

    def find(self, image: ImageRef, params: AutoParams, taken: Sequence[Rle], tick: Callable[[], None]) -> Found:
        self.seen.append(image.image_id)
        self.before(image)
        return self.finder.find(image, params, taken, tick)

    def close(self) -> None:
        self.closed = True


def failing(error: EngineError | RuntimeError, image_id: int) -> Callable[[ImageRef], None]:
    def fail(image: ImageRef) -> None:
        if image.image_id == image_id:
            raise error

    return fail
