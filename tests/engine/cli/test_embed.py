"""``maskwright embed``: the disk cache of the inference process is filled, image by image."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from click.testing import Result
from PIL import Image
from typer.testing import CliRunner

from engine.cli.main import app
from engine.control import Cancelled, Control
from engine.errors import InvalidOp
from engine.inference.ahead import embed
from engine.inference.draft import ImageRef
from engine.inference.embeddings import EmbeddingStore
from engine.inference.settings import CacheSettings, default_folder
from engine.records import ImageRecord
from engine.workspace import Workspace
from models import registry

Run = Callable[..., Result]


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The cache of a home folder of this test's own."""
    for variable in ("XDG_CACHE_HOME", "HOME", "LOCALAPPDATA"):
        monkeypatch.setenv(variable, str(tmp_path / "home"))
    return default_folder()


@pytest.fixture
def run(cache: Path) -> Run:
    def call(*words: str | Path) -> Result:
        return CliRunner().invoke(app, [str(word) for word in words], catch_exceptions=False)

    return call


@pytest.fixture
def project(run: Run, tmp_path: Path) -> Path:
    """Four photographs."""
    folder = tmp_path / "photos"
    folder.mkdir()
    rng = np.random.default_rng(0)
    for name in "abcd":
        Image.fromarray(rng.integers(0, 255, (40, 60, 3), dtype=np.uint8)).save(folder / f"{name}.png")
    assert run("new", tmp_path / "p.maskwright", folder).exit_code == 0
    return tmp_path / "p.maskwright"


def told(done: Result) -> dict[str, object]:
    return json.loads(done.stdout)


def images_of(project: Path) -> list[ImageRecord]:
    workspace = Workspace.open(project)
    try:
        with workspace.read() as reader:
            return reader.images.some(reader.images.ids())
    finally:
        workspace.close()


def ref(image: ImageRecord) -> ImageRef:
    return ImageRef(image.id, image.file, image.content_hash, image.width, image.height)


def test_everything_is_on_disk_afterwards_and_the_inference_process_finds_it(
    run: Run, project: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert told(run("embed", project, "--backend", "fake", "--json")) == {
        "backend": "fake", "asked": 4, "made": 4, "there": 0, "full": False, "failed": []
    }  # fmt: skip
    assert len(list(cache.rglob("*.emb"))) == 4
    backend = registry.load("fake")
    monkeypatch.setattr(type(backend), "encode", lambda *_: pytest.fail("encoded again"))
    store = EmbeddingStore(backend, CacheSettings(folder=cache))  # type: ignore[arg-type]
    assert all(store.get(ref(image)).on_disk for image in images_of(project))


def test_it_goes_on_where_it_was_and_takes_a_query(run: Run, project: Path) -> None:
    assert told(run("embed", project, "--backend", "fake", "--images", "b.png", "--json"))["made"] == 1
    again = told(run("embed", project, "--backend", "fake", "--json"))
    assert (again["made"], again["there"]) == (3, 1)
    assert "0 images encoded, 4 were there already" in run("embed", project, "--backend", "fake").stderr


def test_stopped_in_the_middle_it_keeps_what_it_has(project: Path, cache: Path) -> None:
    seen: list[int] = []
    control = Control(lambda done, _total: seen.append(done), lambda: len(seen) > 2)
    with pytest.raises(Cancelled, match="2 images were encoded; run it again"):
        embed(images_of(project), "fake", CacheSettings(folder=cache), control=control)
    assert embed(images_of(project), "fake", CacheSettings(folder=cache)).there == 2


def test_bad_images_are_listed_and_the_others_go_on(run: Run, project: Path) -> None:
    (project.parent / "photos" / "b.png").write_bytes(b"no picture")
    Image.new("RGB", (9, 9)).save(project.parent / "photos" / "c.png")
    done = run("embed", project, "--backend", "fake", "--json")
    assert done.exit_code == 1
    answer = told(done)
    assert answer["made"] == 2
    assert [Path(each["image"]).name for each in answer["failed"]] == ["b.png", "c.png"]  # type: ignore[attr-defined]
    assert "b.png" in run("embed", project, "--backend", "fake").stdout


def test_it_ends_when_the_space_is_spent_and_pushes_nothing_out(run: Run, project: Path, cache: Path) -> None:
    assert told(run("embed", project, "--backend", "fake", "--images", "a.png", "--json"))["made"] == 1
    one = next(cache.rglob("*.emb")).stat().st_size
    done = embed(images_of(project), "fake", CacheSettings(folder=cache, disk_bytes=int(2.5 * one)))
    assert done.full and (done.made, done.there) == (1, 1)
    assert sum(path.stat().st_size for path in cache.rglob("*.emb")) <= 2.5 * one
    spent = run("embed", project, "--backend", "fake", "--size", str(2.5 * one / 2**30))
    assert spent.exit_code == 1
    assert "--size" in spent.stderr


def test_what_cannot_be(run: Run, project: Path) -> None:
    for words, said in (
        (("--backend", "fake-pose"), "makes no masks"),
        (("--backend", "no-such"), "no backend called"),
        (("--backend", "fake", "--size", "0"), "turned off"),
    ):
        done = run("embed", project, *words)
        assert done.exit_code == 1
        assert said in done.stderr
    with pytest.raises(InvalidOp, match="turned off"):
        embed([], "fake", CacheSettings(disk_bytes=0))
