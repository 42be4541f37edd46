"""``maskwright box2mask``: from another tool's boxes to proposals, in processes of their own."""

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


@pytest.fixture
def run() -> Run:
    return lambda *words: CliRunner().invoke(app, [str(word) for word in words], catch_exceptions=False)


@pytest.fixture
def project(run: Run, tmp_path: Path) -> Path:
    (tmp_path / "set").mkdir()
    for number, name in enumerate(("a", "b")):
        pixels = np.random.default_rng(number).integers(100, 255, (40, 60, 3), dtype=np.uint8)
        pixels[0, 0] = (200, 0, 0)
        Image.fromarray(pixels).save(tmp_path / "set" / f"{name}.png")
        (tmp_path / "set" / f"{name}.txt").write_text("0 0.5 0.5 0.5 0.5\n0 0.2 0.2 0.2 0.2\n")
    assert run("new", tmp_path / "p.maskwright", tmp_path / "set").exit_code == 0
    assert run("import", tmp_path / "p.maskwright", tmp_path / "set", "--format", "yolo").exit_code == 0
    return tmp_path / "p.maskwright"


def test_boxes_of_another_tool_become_proposals(run: Run, project: Path) -> None:
    done = run("box2mask", project, "--backend", "fake", "--workers", "2")
    assert done.exit_code == 0, done.output
    assert "is done: 4 masks proposed on 2 of 2 images" in done.stdout
    told = json.loads(run("info", project, "--json").stdout)
    assert told["instances_by_state"] == {"accepted": 4, "proposed": 4}
    (job,) = [each for each in json.loads(run("jobs", project, "--json").stdout) if each["kind"] == "boxes"]
    again = run("box2mask", project, "--backend", "fake", "--json")
    assert json.loads(again.stdout)["masks"] == 0
    nothing_left = run("box2mask", project, "--resume", str(job["id"]))
    assert nothing_left.exit_code == 1 and "nothing left to resume" in nothing_left.stderr
    assert run("withdraw", project, str(job["id"])).stdout.startswith("4 instances removed, 0 kept")


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (("--resume", "1", "--once"), 2, "goes on as it began"),
        (("--images", "zebra"), 1, "No image of the project fits 'zebra'"),
        (("--backend", "none-such"), 1, "There is no backend called 'none-such'"),
        (("--time-limit", "0"), 1, "time limit"),
    ],
)
def test_mistakes_start_nothing(run: Run, project: Path, words: tuple[str, ...], code: int, told: str) -> None:
    before = json.loads(run("jobs", project, "--json").stdout)
    done = run("box2mask", project, *words)
    assert done.exit_code == code
    assert told in done.stderr
    assert json.loads(run("jobs", project, "--json").stdout) == before
