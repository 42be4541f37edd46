"""All images encoded ahead: a real project, a real inference process, a real disk cache."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from pytestqt.qtbot import QtBot

from annotator.bus import Bus
from annotator.controllers.encoding import EncodeAll, Encoding
from annotator.controllers.inference import Inference
from annotator.controllers.store import Store
from annotator.lanes import Lanes
from engine.inference.disk_cache import DiskCache
from engine.inference.settings import CacheSettings
from engine.project import add_images
from engine.workspace import Workspace

ONE = 900
"""Bytes of one image of the fake backend on disk, or a little more."""


@dataclass
class Place:
    """A window's worth of controllers around five images, and what was told."""

    qtbot: QtBot
    lanes: Lanes
    inference: Inference
    encode: EncodeAll
    ids: list[int]
    steps: list[Encoding | None]
    ends: list[tuple[Encoding, str]]
    pictures: Path

    def wait(self, count: int) -> tuple[Encoding, str]:
        self.qtbot.waitUntil(lambda: len(self.ends) == count, timeout=60_000)
        return self.ends[-1]


@pytest.fixture
def budget() -> float:
    return 1 << 20


@pytest.fixture
def cache(tmp_path: Path, budget: float) -> CacheSettings:
    return CacheSettings(memory_bytes=0, disk_bytes=int(budget), folder=tmp_path / "cache")


@pytest.fixture
def place(qtbot: QtBot, tmp_path: Path, cache: CacheSettings) -> Iterator[Place]:
    folder = tmp_path / "pictures"
    folder.mkdir()
    rng = np.random.default_rng(0)
    for name in "abcde":
        Image.fromarray(rng.integers(0, 255, (40, 60, 3), dtype=np.uint8)).save(folder / f"{name}.png")
    workspace = Workspace.create(tmp_path / "p.maskwright", author="ann")
    add_images(workspace, [folder])
    with workspace.read() as reader:
        ids = reader.images.ids()
    lanes = Lanes()
    store = Store(lanes, Bus())
    store.use(workspace)
    inference = Inference(
        post=lanes.post, show=lambda _: None, say=lambda _kind, _text: None, cache=cache, titles={"fake": "Fake"}
    )
    inference.use("fake", None)
    qtbot.waitUntil(lambda: inference.info is not None, timeout=60_000)
    steps: list[Encoding | None] = []
    ends: list[tuple[Encoding, str]] = []
    encode = EncodeAll(
        store, inference, post=lanes.post, show=steps.append, ended=lambda told, why: ends.append((told, why))
    )
    yield Place(qtbot, lanes, inference, encode, ids, steps, ends, folder)
    inference.close()
    store.use(None)
    lanes.close()


def test_everything_comes_to_disk_and_is_left_alone_the_next_time(place: Place, cache: CacheSettings) -> None:
    place.encode.start(place.ids)
    told, why = place.wait(1)
    assert (told.total, told.done, told.made, told.failed, why) == (5, 5, 5, (), "")
    assert [step.done for step in place.steps if step is not None] == [0, 1, 2, 3, 4, 5] and place.steps[-1] is None
    assert len(list(cache.folder.rglob("*.emb"))) == 5
    place.qtbot.waitUntil(lambda: len(place.inference.state.ready) == 5, timeout=60_000)
    place.encode.start(place.ids)
    told, _ = place.wait(2)
    assert (told.done, told.made) == (5, 0)
    disk = DiskCache(cache.folder, cache.disk_bytes)
    assert disk.size == sum(path.stat().st_size for path in cache.folder.rglob("*.emb")) == disk.clear()
    place.inference.disk_cleared()
    assert not place.inference.state.ready and disk.size == 0


def test_bad_images_are_told_and_it_can_be_stopped(place: Place) -> None:
    (place.pictures / "b.png").write_bytes(b"no picture")
    place.encode.start(place.ids)
    told, why = place.wait(1)
    assert (told.done, told.made, why) == (5, 4, "")
    assert [path for path, _ in told.failed] == ["b.png"]
    place.encode.start(place.ids)
    place.encode.stop()
    assert place.wait(2)[1] == "Stopped." and not place.encode.running


def test_another_backend_ends_it(place: Place) -> None:
    place.encode.start(place.ids)
    place.inference.use("classic", None)
    assert place.wait(1)[1] == "Another backend is in use now."


@pytest.mark.parametrize("budget", [2.5 * ONE])
def test_it_ends_when_the_space_is_spent(place: Place, cache: CacheSettings) -> None:
    place.encode.start(place.ids)
    told, why = place.wait(1)
    assert told.full and "spent" in why and told.done == 2
    assert sum(path.stat().st_size for path in cache.folder.rglob("*.emb")) <= cache.disk_bytes
