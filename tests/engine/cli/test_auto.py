"""``maskwright auto`` and what belongs to it, with real worker processes and the test doubles as backends."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import Result
from PIL import Image
from typer.testing import CliRunner

from engine.cli.main import app
from engine.workspace import Workspace
from models.fake import faulty

Run = Callable[..., Result]
FAST = ("--backend", "fake", "--set", "points_per_side=3")


@pytest.fixture
def run() -> Run:
    runner = CliRunner()

    def call(*words: str | Path) -> Result:
        return runner.invoke(app, [str(word) for word in words], catch_exceptions=False)

    return call


def paint(folder: Path, **firsts: tuple[int, int, int]) -> None:
    folder.mkdir(exist_ok=True)
    for number, (name, first) in enumerate(firsts.items()):
        pixels = np.random.default_rng(number).integers(100, 255, (40, 60, 3), dtype=np.uint8)
        pixels[0, 0] = first
        Image.fromarray(pixels).save(folder / f"{name}.png")


@pytest.fixture
def project(run: Run, tmp_path: Path) -> Path:
    paint(tmp_path / "photos", a=(200, 0, 0), b=(200, 0, 0))
    assert run("new", tmp_path / "p.maskwright", tmp_path / "photos").exit_code == 0
    return tmp_path / "p.maskwright"


def test_masks_of_everything_and_their_job(run: Run, project: Path) -> None:
    done = run("auto", project, *FAST, "--workers", "2")
    assert done.exit_code == 0, done.output
    assert "Job 1 is done: 18 masks proposed on 2 of 2 images" in done.stdout
    told = json.loads(run("jobs", project, "1", "--json").stdout)
    assert (told["state"], told["images"], told["done"], told["masks"]) == ("done", 2, 2, 18)
    assert told["params"]["auto"]["points_per_side"] == [3]
    assert (told["backend"], told["params"]["preset"], told["account"]["asked"]) == ("fake", "default", 18)
    listed = run("jobs", project).stdout
    assert "2 of 2" in listed and "fake default" in listed
    assert run("withdraw", project, "1").stdout.startswith("18 instances removed, 0 kept")


def test_every_constant_can_be_set(run: Run, project: Path) -> None:
    words = ("--set", "points_per_side=3,2", "--set", "min_region=4", "--set", "box_nms=0.65", "--min-stability", "0.5")
    done = run("auto", project, "--backend", "fake", "--preset", "sa1b", *words, "--images", "b.png", "--json")
    told = json.loads(done.stdout)
    auto = told["params"]["auto"]
    assert (auto["points_per_side"], auto["min_region"], auto["box_nms"]) == ([3, 2], 4, 0.65)
    assert (auto["min_stability"], auto["min_score"], told["images"]) == (0.5, 0.88, 1)


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (("--preset", "huge"), 1, "There is no preset 'huge'"),
        (("--set", "min_scor=1"), 1, "Did you mean 'min_score'"),
        (("--set", "box_nms=much"), 1, "not 'much'"),
        (("--min-score", "2"), 1, "from 0 to 1"),
        (("--set", "nonsense"), 2, "NAME=VALUE"),
        (("--resume", "1", "--min-score", "0.5"), 2, "goes on as it began"),
        (("--images", "zebra"), 1, "No image of the project fits 'zebra'"),
        (("--backend", "none-such"), 1, "There is no backend called 'none-such'"),
        (("--resume", "7"), 1, "The job 7 is no longer there"),
    ],
)
def test_mistakes_start_nothing(run: Run, project: Path, words: tuple[str, ...], code: int, told: str) -> None:
    done = run("auto", project, *words)
    assert done.exit_code == code
    assert told in done.stderr
    assert json.loads(run("jobs", project, "--json").stdout) == []


def test_thresholds_that_keep_nothing_say_what_to_do(run: Run, project: Path) -> None:
    done = run("auto", project, *FAST, "--min-score", "0.99")
    assert done.exit_code == 0
    assert "0 masks kept of 18 points asked (0 passed the thresholds): lower --min-score (0.99)" in done.stdout


def test_a_second_run_says_that_all_is_there(run: Run, project: Path) -> None:
    run("auto", project, *FAST)
    assert "All 18 masks found are stored already" in run("auto", project, *FAST).stdout


def test_failed_images_are_listed_with_reasons_and_tried_again(run: Run, project: Path, tmp_path: Path) -> None:
    kept = (tmp_path / "photos" / "b.png").read_bytes()
    paint(tmp_path / "photos", b=(1, 2, 3))
    done = run("auto", project, *FAST)
    assert done.exit_code == 0
    assert "Job 1 is done: 9 masks proposed on 1 of 2 images" in done.stdout
    assert "b.png" in done.stdout and "not the one that was added" in done.stdout
    assert "1 failed" in run("jobs", project, "1").stdout
    (tmp_path / "photos" / "b.png").write_bytes(kept)
    again = run("auto", project, "--resume", "1")
    assert "Job 1 is done: 18 masks proposed on 2 of 2 images" in again.stdout
    assert "nothing left to resume" in run("auto", project, "--resume", "1").stderr


def test_a_job_of_failures_is_a_failure(run: Run, project: Path, tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / "photos" / f"{name}.png").unlink()
    done = run("auto", project, *FAST)
    assert done.exit_code == 1
    assert "Job 1 is failed" in done.stdout


def test_cancel_is_a_verb_of_its_own(run: Run, project: Path) -> None:
    from engine.jobs.start import create_auto_job
    from engine.stages.params import AutoParams

    with Workspace.open(project) as workspace:
        create_auto_job(workspace, "fake", AutoParams(), [1, 2])
    assert "running, but" not in run("jobs", project).stdout
    assert run("cancel", project, "1").stdout == "Job 1 is cancelled: 0 masks on 0 images stay.\n"
    again = run("cancel", project, "1")
    assert (again.exit_code, "cancelled already" in again.stderr) == (1, True)
    assert "Job 1 is done" in run("auto", project, "--resume", "1").stdout


def test_ctrl_c_leaves_a_job_that_goes_on(run: Run, project: Path, tmp_path: Path) -> None:
    paint(tmp_path / "more", hang=(faulty.HANG, 3, 0), later=(200, 0, 0))
    assert run("add", project, tmp_path / "more").exit_code == 0
    words = ("auto", str(project), "--backend", "fake-faulty", "--set", "points_per_side=3")
    command = [sys.executable, "-m", "engine.cli", *words]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        while not started(run, project):
            assert process.poll() is None
        os.kill(process.pid, signal.SIGINT)
        out, err = process.communicate(timeout=60)
    assert process.returncode == 130, err
    assert "stopping after the image in hand" in err
    assert f"Go on with: maskwright auto {project} --resume 1" in err
    assert "Job 1 is running" in out
    (told,) = json.loads(run("jobs", project, "--json").stdout)
    assert told["running"] == 0 and told["waiting"] + told["done"] == 4
    again = run("auto", project, "--resume", "1")
    assert "Job 1 is done: 36 masks proposed on 4 of 4 images" in again.stdout


def started(run: Run, project: Path) -> Any:
    jobs = json.loads(run("jobs", project, "--json").stdout)
    return jobs and jobs[0]["running"]


def test_run_job_reads_a_secret_place_from_its_input(run: Run, project: Path) -> None:
    from engine.jobs.start import create_auto_job
    from engine.stages.params import AutoParams

    with Workspace.open(project) as workspace:
        create_auto_job(workspace, "fake", AutoParams(points_per_side=(3,)), [1, 2])
    runner = CliRunner()
    assert runner.invoke(app, ["run-job", "-", "1"], input=f"{project}\n").exit_code == 0
    (told,) = json.loads(run("jobs", project, "--json").stdout)
    assert (told["state"], told["masks"]) == ("done", 18)
