"""Weights fetched from a real server, added from real files, removed: what is half is never used."""

from __future__ import annotations

import os
import pickle
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from annotator.controllers.backend_files import BackendFiles
from annotator.lanes import Lanes
from models.assets import asset
from tests.serving import Served, empty_cache, published

NAME = "sam-vit-b"
FILE = "sam_vit_b_01ec64.pth"
CONTENT = bytes(range(256)) * 8000
HALF = len(CONTENT) // 2


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    return empty_cache(tmp_path / "weights", monkeypatch)


@pytest.fixture
def server(cache: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Served]:
    with published(CONTENT, monkeypatch) as running:
        yield running


@pytest.fixture
def make(qtbot: QtBot, cache: Path) -> Iterator[Callable[[], BackendFiles]]:
    made: list[Lanes] = []

    def start() -> BackendFiles:
        lanes = Lanes()
        made.append(lanes)
        files = BackendFiles(lanes, now=time.monotonic)
        files.refresh()
        qtbot.waitUntil(lambda: bool(files.cards), timeout=60_000)
        return files

    yield start
    for lanes in made:
        lanes.close()


def ended(qtbot: QtBot, files: BackendFiles) -> str:
    qtbot.waitUntil(lambda: files.transfer is None and NAME in files.said, timeout=120_000)
    return f"{files.said[NAME].kind}: {files.said[NAME].text}"


def state(qtbot: QtBot, files: BackendFiles) -> str:
    files.cards = ()
    files.refresh()
    qtbot.waitUntil(lambda: bool(files.cards), timeout=60_000)
    card = files.card(NAME)
    assert card is not None
    return card.state


def test_got_stopped_gone_on_with_and_removed(
    qtbot: QtBot, make: Callable[[], BackendFiles], server: Served, cache: Path
) -> None:
    files = make()
    card = files.card(NAME)
    assert card is not None
    assert (card.state, card.size, card.licence, card.kept) == ("weights", len(CONTENT), "Apache-2.0", "")
    server.hold_after = HALF
    files.get(NAME)
    qtbot.waitUntil(lambda: files.transfer is not None and files.transfer.done >= HALF, timeout=60_000)
    files.get("sam-vit-l")  # one at a time: nothing happens
    assert files.transfer is not None and files.transfer.name == NAME
    files.stop()
    assert files.transfer.stopping
    assert ended(qtbot, files).startswith("info: Stopped. What came is kept")
    assert state(qtbot, files) == "weights"
    assert [path.name for path in cache.iterdir()] == [f"{FILE}.part"]
    card = files.card(NAME)
    assert card is not None and card.begun == HALF
    # Another window, as after a kill: it goes on from the bytes that are there.
    files = make()
    server.hold_after = None
    files.get(NAME)
    assert ended(qtbot, files).startswith("success")
    assert server.ranges == [None, f"bytes={HALF}-"]
    assert (cache / FILE).read_bytes() == CONTENT
    assert state(qtbot, files) == "ready"
    card = files.card(NAME)
    assert card is not None and card.ours and card.kept_size == len(CONTENT)
    files.remove(NAME)
    assert ended(qtbot, files).startswith("info: The weights were removed")
    assert state(qtbot, files) == "weights" and list(cache.iterdir()) == []


def test_other_content_no_network_and_a_full_disk(
    qtbot: QtBot,
    make: Callable[[], BackendFiles],
    server: Served,
    cache: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    files = make()
    server.content = b"something else" * 1000
    files.get(NAME)
    assert "damaged or another version" in ended(qtbot, files)
    assert list(cache.iterdir()) == []
    server.content = CONTENT
    with monkeypatch.context() as patch:
        usage = shutil.disk_usage(cache)
        patch.setattr(shutil, "disk_usage", lambda _: usage._replace(free=1000))
        files.get(NAME)
        assert "is full (2 MB are needed, 0 MB are free). Free some space." in ended(qtbot, files)
    monkeypatch.setenv("MASKWRIGHT_MIRROR", "http://127.0.0.1:9")
    files.get(NAME)
    assert "cannot be reached" in ended(qtbot, files)
    assert not (cache / FILE).exists() and state(qtbot, files) == "weights"


class Evil:
    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.mkdir, ("executed",)


def test_a_file_that_would_run_code_is_refused_and_a_good_one_is_added(
    qtbot: QtBot, make: Callable[[], BackendFiles], cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The file is checked in a process of its own, whose cache folder the environment names.
    for variable in ("XDG_CACHE_HOME", "HOME", "LOCALAPPDATA"):
        monkeypatch.setenv(variable, str(tmp_path))
    monkeypatch.setattr("models.weights.cache_folder", lambda: tmp_path / "maskwright" / "weights")
    monkeypatch.chdir(tmp_path)
    files = make()
    evil = tmp_path / "evil.pth"
    evil.write_bytes(pickle.dumps({"weights": Evil()}))
    files.add(NAME, evil)
    text = ended(qtbot, files)
    assert text.startswith("error") and "evil.pth" in text and "Traceback" not in text
    assert not (tmp_path / "executed").exists() and state(qtbot, files) == "weights"
    files.add("compact", asset("compact.safetensors"))
    qtbot.waitUntil(lambda: files.transfer is None and "compact" in files.said, timeout=120_000)
    assert files.said["compact"].kind == "success"
    assert (tmp_path / "maskwright" / "weights" / "compact.safetensors").is_file()
