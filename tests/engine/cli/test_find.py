"""``maskwright find``: from words to proposals, in processes of their own."""

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

Run = Callable[..., Result]
WITH = ("--backend", "fake", "--detector", "fake-detector")


@pytest.fixture
def run() -> Run:
    return lambda *words: CliRunner().invoke(app, [str(word) for word in words], catch_exceptions=False)


@pytest.fixture
def project(run: Run, tmp_path: Path) -> Path:
    (tmp_path / "set").mkdir()
    for number, name in enumerate(("a", "b")):
        image = np.full((40, 60, 3), 128, np.uint8)
        image[4:14, 5 + 9 * number : 20 + 9 * number] = (220, 30, 30)
        Image.fromarray(image).save(tmp_path / "set" / f"{name}.png")
    assert run("new", tmp_path / "p.maskwright", tmp_path / "set").exit_code == 0
    return tmp_path / "p.maskwright"


def test_words_become_proposals_and_a_run_is_withdrawn(run: Run, project: Path) -> None:
    done = run("find", project, "--text", "all red cars", *WITH, "--create-labels", "--workers", "2")
    assert done.exit_code == 0, done.output
    assert "no label for 'red cars': one is made when something is found" in done.stderr
    assert "is done: 2 masks proposed on 2 of 2 images" in done.stdout
    told = json.loads(run("info", project, "--json").stdout)
    assert told["instances_by_state"] == {"proposed": 2}
    again = run("find", project, "--text", "red cars", *WITH)
    assert "What was found is stored already" in again.stdout
    nothing = run("find", project, "--text", "zebra", *WITH)
    assert nothing.exit_code == 0
    assert "'fake-detector' found nothing for: zebra. Use other words, or lower --min-score" in nothing.stdout
    assert "no label for 'zebra'" in nothing.stderr
    assert run("withdraw", project, "1").stdout.startswith("2 instances removed, 0 kept")
    left = run("find", project, "--resume", "2")
    assert left.exit_code == 1 and "nothing left to resume" in left.stderr


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (("--text", " , "), 1, "Say in words what to find"),
        (("--resume", "1", "--text", "dog"), 2, "goes on as it began"),
        (("--text", "dog", "--images", "zebra"), 1, "No image of the project fits 'zebra'"),
        (("--text", "dog", "--detector", "none-such"), 1, "There is no backend called 'none-such'"),
        (("--text", "dog", "--detector", "classic"), 1, "'classic' does not look for words"),
        (("--text", "dog", "--detector", "fake-detector", "--min-score", "7"), 1, "between 0 and 1"),
        (("--text", "dog"), 1, "No detector that understands words is ready"),
    ],
)
def test_mistakes_start_nothing(run: Run, project: Path, words: tuple[str, ...], code: int, told: str) -> None:
    done = run("find", project, *words, "--create-labels") if "--resume" not in words else run("find", project, *words)
    assert done.exit_code == code
    assert told in done.stderr
    assert json.loads(run("jobs", project, "--json").stdout) == []


@pytest.mark.parametrize(("word", "told"), [("crash", "ended unexpectedly"), ("memory", "no memory left")])
def test_a_detector_that_dies_fails_its_images_and_says_why(run: Run, project: Path, word: str, told: str) -> None:
    done = run("find", project, "--text", word, "--backend", "fake", "--detector", "fake-faulty-detector")
    assert done.exit_code == 1
    assert "0 masks proposed on 0 of 2 images" in done.stdout
    assert told in done.stdout
