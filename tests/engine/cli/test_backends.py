"""``maskwright backends`` as a person and as a script use it; weights themselves are tests/models/test_keeping.py's."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from engine.cli.main import app

Run = Callable[..., Result]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.setattr("models.weights.cache_folder", lambda: tmp_path / "cache")
    monkeypatch.delenv("MASKWRIGHT_WEIGHTS", raising=False)

    def call(*words: str, answer: str = "") -> Result:
        return CliRunner().invoke(app, ["backends", *words], input=answer, catch_exceptions=False)

    return call


def test_the_list_says_how_to_come_by_weights(run: Run) -> None:
    listed = {each["name"]: each for each in json.loads(run("--json").stdout)}
    assert listed["sam-vit-b"]["available"] is False
    assert "maskwright backends pull sam-vit-b" in listed["sam-vit-b"]["reason"]
    done = run()
    assert "sam2.1-hiera-tiny" in done.stdout
    assert "maskwright backends add NAME PATH" in done.stderr


def test_info_tells_size_licence_and_where_from(run: Run, tmp_path: Path) -> None:
    told = json.loads(run("info", "sam-vit-b", "--json").stdout)
    assert told["bytes"] == 375_042_383
    assert told["licence"] == "Apache-2.0"
    assert told["from"].endswith("/sam_vit_b_01ec64.pth")
    assert told["kept"] == ""
    (tmp_path / "cache").mkdir()
    (tmp_path / "cache" / "sam_vit_b_01ec64.pth").write_bytes(b"anything")
    assert json.loads(run("info", "sam-vit-b", "--json").stdout)["kept"].endswith("sam_vit_b_01ec64.pth")
    assert "375 MB" in run("info", "sam-vit-b").stdout
    assert "classic" in run("info", "classic").stdout


def test_pull_shows_size_and_licence_and_asks_first(run: Run, tmp_path: Path) -> None:
    done = run("pull", "sam-vit-b", answer="n\n")
    assert done.exit_code == 1
    assert "375 MB" in done.stderr and "Apache-2.0" in done.stderr
    assert not (tmp_path / "cache").exists()


def test_known_errors_are_one_line(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "half.pth").write_bytes(b"half a file")
    monkeypatch.setenv("MASKWRIGHT_MIRROR", "ftp://somewhere")
    for words, said in (
        (("info", "no-such"), "no backend called 'no-such'"),
        (("pull", "classic"), "needs no weights"),
        (("pull", "sam-vit-b", "--yes"), "must begin with https://"),
        (("add", "sam-vit-b", str(tmp_path / "half.pth")), "damaged"),
        (("add", "sam-vit-b", str(tmp_path / "nowhere")), "do not exist"),
    ):
        done = run(*words)
        assert done.exit_code == 1, words
        assert said in done.stderr
        assert "Traceback" not in done.stderr


def test_what_was_fetched_can_be_removed_and_what_lies_elsewhere_stays(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "Nothing is kept for 'sam-vit-b'" in run("remove", "sam-vit-b").stderr
    cache, own = tmp_path / "cache", tmp_path / "own"
    for folder in (cache, own):
        folder.mkdir()
    for name in ("sam_vit_b_01ec64.pth", "sam_vit_b_01ec64.pth.part"):
        (cache / name).write_bytes(bytes(2_000_000))
    assert "Freed 4 MB" in run("remove", "sam-vit-b").stderr
    assert list(cache.iterdir()) == []
    (own / "sam_vit_b_01ec64.pth").write_bytes(b"x")
    monkeypatch.setenv("MASKWRIGHT_WEIGHTS", str(own))
    done = run("remove", "sam-vit-b")
    assert done.exit_code == 1 and "delete it yourself" in done.stderr
    assert (own / "sam_vit_b_01ec64.pth").exists()


def test_encoded_images_on_disk_are_cleared(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("engine.inference.settings.default_folder", lambda: tmp_path / "embeddings")
    assert "Freed 0 kB" in run("clear").stderr
    (tmp_path / "embeddings" / "identity").mkdir(parents=True)
    (tmp_path / "embeddings" / "identity" / "image.emb").write_bytes(bytes(5_000_000))
    assert "Freed 5 MB" in run("clear").stderr
    assert not list(tmp_path.rglob("*.emb"))
