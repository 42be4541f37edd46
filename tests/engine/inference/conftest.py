"""Images of every temper, and hosts that must leave nothing behind."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Protocol, TypeVar

import numpy as np
import psutil
import pytest
from PIL import Image

from engine.imaging.files import hash_bytes
from engine.inference.draft import Draft, ImageRef
from engine.inference.events import HostEvent
from engine.inference.host import InferenceHost
from engine.inference.settings import CacheSettings, TimeLimits
from engine.records import PromptRecord
from models.fake import faulty

E = TypeVar("E")
WAIT = 60.0
"""Seconds after which a test gives up waiting; never waited for in a passing run."""


class Events:
    """What a host told, to be waited for one kind at a time."""

    def __init__(self) -> None:
        self._queue: queue.Queue[HostEvent] = queue.Queue()
        self.seen: list[HostEvent] = []

    def put(self, event: HostEvent) -> None:
        self._queue.put(event)

    def wait_for(self, kind: type[E]) -> E:
        while True:
            event = self._queue.get(timeout=WAIT)
            self.seen.append(event)
            if isinstance(event, kind):
                return event


class MakePicture(Protocol):
    def __call__(self, name: str = ..., *, first: tuple[int, int, int] = ...) -> ImageRef: ...


class MakeHost(Protocol):
    def __call__(self, backend: str = ..., *, limits: TimeLimits | None = ..., start: bool = ...) -> InferenceHost: ...


@pytest.fixture
def picture(tmp_path: Path) -> MakePicture:
    """Make an image of 60 x 40 pixels; the colour of the first one tells the faulty backend what to do."""
    numbers = iter(range(1, 1000))

    def make(name: str = "bild ünï.png", *, first: tuple[int, int, int] = (200, 0, 0)) -> ImageRef:
        pixels = np.random.default_rng(len(name)).integers(100, 255, (40, 60, 3), dtype=np.uint8)
        pixels[0, 0] = first
        file = tmp_path / name
        Image.fromarray(pixels).save(file)
        return ImageRef(next(numbers), file, hash_bytes(file.read_bytes()), 60, 40)

    return make


@pytest.fixture
def hanging(picture: MakePicture) -> ImageRef:
    """An image that the faulty backend encodes for minutes."""
    return picture("hang.png", first=(faulty.HANG, 250, 0))


@pytest.fixture
def settings(tmp_path: Path) -> CacheSettings:
    return CacheSettings(memory_bytes=1 << 20, disk_bytes=1 << 20, folder=tmp_path / "cache")


@pytest.fixture
def events() -> Events:
    return Events()


@pytest.fixture
def make_host(settings: CacheSettings, events: Events) -> Iterator[MakeHost]:
    """Make hosts; afterwards they are closed, and neither a process nor a thread of theirs may be left."""
    before = set(threading.enumerate())
    hosts: list[InferenceHost] = []

    def make(backend: str = "fake", *, limits: TimeLimits | None = None, start: bool = True) -> InferenceHost:
        host = InferenceHost(backend=backend, cache=settings, limits=limits, on_event=events.put)
        hosts.append(host)
        if start:
            host.start()
        return host

    yield make
    for host in hosts:
        host.close()
    assert psutil.Process().children() == []
    assert set(threading.enumerate()) <= before


@pytest.fixture
def draft() -> Callable[..., Draft]:
    """Make a draft of include clicks."""

    def make(image: ImageRef, *clicks: tuple[float, float], generation: int = 1) -> Draft:
        return Draft(image, tuple(PromptRecord("point", x, y) for x, y in clicks or [(30.0, 20.0)]), generation)

    return make
