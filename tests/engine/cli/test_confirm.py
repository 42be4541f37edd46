"""Filled in by ``maskwright auto --fill-in`` and accepted by ``maskwright confirm``, with real workers."""

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
from engine.records import Stage, State
from engine.workspace import Workspace

Run = Callable[..., Result]


@pytest.fixture
def run() -> Run:
    runner = CliRunner()
    return lambda *words: runner.invoke(app, [str(word) for word in words], catch_exceptions=False)


@pytest.fixture
def project(run: Run, tmp_path: Path) -> Path:
    photos = tmp_path / "photos"
    photos.mkdir()
    for number, name in enumerate(("a.png", "b.png")):
        pixels = np.random.default_rng(number).integers(100, 255, (40, 60, 3), dtype=np.uint8)
        pixels[10:30, 15:45] = (200, 20, 20)
        Image.fromarray(pixels).save(photos / name)
    assert run("new", tmp_path / "p.maskwright", photos).exit_code == 0
    return tmp_path / "p.maskwright"


def states(project: Path) -> list[tuple[State, Stage]]:
    with Workspace.open(project) as workspace, workspace.read() as read:
        found = [each for image in read.images.ids() for each in read.instances.of_image(image)]
    return [(each.state, each.provenance.stage) for each in found]


def test_filled_in_and_confirmed_once(run: Run, project: Path) -> None:
    assert "No image has anything filled in" in run("confirm", project).stdout
    done = run("auto", project, "--backend", "classic", "--fill-in", "--preset", "fast")
    assert done.exit_code == 0, done.output
    before = states(project)
    assert before and set(before) == {(State.PROPOSED, Stage.SEMI)}
    told = json.loads(run("confirm", project, "--min-score", "0", "--min-stability", "0", "--dry-run", "--json").stdout)
    assert (told["images"], told["accepted"], told["dropped"]) == (2, len(before), 0)
    assert states(project) == before
    told = json.loads(run("confirm", project, "--images", "a.png", "--min-score", "1", "--json").stdout)
    assert told["images"] == 1 and told["dropped"] > 0
    told = json.loads(run("confirm", project, "--min-score", "0", "--min-stability", "0", "--json").stdout)
    assert told["images"] == 1 and told["accepted"] > 0
    assert {state for state, _ in states(project)} == {State.ACCEPTED}
    after = states(project)
    # A second run leaves alone what a person has confirmed.
    assert run("auto", project, "--backend", "classic", "--fill-in", "--preset", "fast").exit_code == 0
    assert states(project) == after
    assert "No image has anything filled in" in run("confirm", project).stdout


def test_thresholds_that_are_none_change_nothing(run: Run, project: Path) -> None:
    done = run("confirm", project, "--min-score", "1.5")
    assert done.exit_code == 1
    assert "from 0 to 1" in done.stderr
