"""``maskwright stats`` and ``maskwright audit`` as a person and as a script use them."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from typer.testing import CliRunner

from engine.cli.charts import bar, sparkline
from engine.cli.main import app
from engine.ops.instances import ReplaceMask
from engine.ops.reviews import SetState
from engine.records import Provenance, Stage, State

Run = Callable[..., Result]


@pytest.fixture
def run() -> Run:
    runner = CliRunner()

    def call(*words: str | Path) -> Result:
        return runner.invoke(app, [str(word) for word in words], catch_exceptions=False)

    return call


@pytest.fixture
def made(desk: Any) -> Any:
    """Two masks by hand, one proposal accepted, one waiting."""
    desk.add(0, x=0, provenance=Provenance(backend="fake", score=0.9, clicks=2, active_ms=4000))
    desk.add(0, x=4, provenance=Provenance(backend="fake", score=0.9, clicks=4, active_ms=8000))
    told = Provenance(stage=Stage.SEMI, backend="fake", score=0.91)
    kept, _ = (desk.add_proposed(1, x=x, provenance=told) for x in (0, 4))
    desk.workspace.execute(SetState((kept,), State.ACCEPTED, review_ms=1200))
    return desk


def lines(text: str) -> dict[str, list[str]]:
    """Return the cells of every line by its first word, the first line of that word winning."""
    found: dict[str, list[str]] = {}
    for line in text.splitlines():
        words = line.split()
        if words:
            found.setdefault(words[0], words[1:])
    return found


def test_the_table_can_be_read(run: Run, made: Any) -> None:
    text = run("stats", made.file).stdout
    table = lines(text)
    assert table["Assisted"] == ["1", "2", "2.0", "0", "0", "–", "0", "%"]
    assert table["Semi"] == ["1", "1", "1.0", "1", "0", "100", "%", "0", "%"]
    assert table["All"] == ["2", "3", "1.5", "1", "0", "100", "%", "0", "%"]
    assert "3 masks accepted, 3 of them in the last 7 days" in text
    assert "6.0 s a hand-made mask (median)" in text
    assert "1 waiting for review" in text
    assert "Accepted masks explain" in text
    effort = text[text.index("Effort") :]
    assert lines(effort)["Semi"] == ["0", "–", "–", "0.0", "1.2", "s", "1.2", "s"]


def test_json_and_csv(run: Run, made: Any, tmp_path: Path) -> None:
    done = run("stats", made.file, "--json", "--csv", tmp_path / "t.csv")
    whole = json.loads(done.stdout)
    assert whole["stages"]["semi"]["acceptance"] == 1.0
    assert whole["total"]["accepted"] == 3
    assert (whole["name"], whole["since"]) == (made.file.stem, None)
    assert "Wrote" in done.stderr
    with (tmp_path / "t.csv").open(encoding="utf-8-sig", newline="") as file:
        found = {tuple(line[:3]): line[3] for line in csv.reader(file)}
    assert found["stage", "semi", "kept"] == "1"
    assert found["stage", "all", "accepted"] == "3"


def test_since_a_day_to_come_there_is_nothing(run: Run, made: Any) -> None:
    done = run("stats", made.file, "--since", "2999-01-01")
    assert "No masks in this time." in done.stdout
    assert json.loads(run("stats", made.file, "--since", "1999-01-01", "--json").stdout)["total"]["accepted"] == 3
    assert run("stats", made.file, "--since", "yesterday").exit_code == 2


def test_an_empty_project_says_what_to_do(run: Run, desk: Any) -> None:
    text = run("stats", desk.file).stdout
    assert "No masks yet." in text
    assert "maskwright import" in text
    assert json.loads(run("stats", desk.file, "--json").stdout)["total"]["median_seconds"] is None


def test_a_csv_file_never_takes_the_place_of_a_project(run: Run, made: Any) -> None:
    before = made.file.read_bytes()
    done = run("stats", made.file, "--csv", made.file)
    assert done.exit_code == 1
    assert "Choose another name" in done.stderr
    assert made.file.read_bytes()[:100] == before[:100]


def test_an_audit_from_start_to_report(run: Run, made: Any) -> None:
    started = json.loads(run("audit", "start", made.file, "--images", "5", "--seed", "3", "--json").stdout)
    assert [each["image"] for each in started["images"]] == ["a.jpg", "b/ä.jpg"]
    assert (started["params"]["seed"], started["params"]["drawn"], started["audit"]) == (3, 2, 1)
    assert "No image is checked yet" in run("audit", "show", made.file).stdout
    made.workspace.execute(ReplaceMask(1, made.square(0, size=4)))
    assert "1 of audit 1 left" in run("audit", "done", made.file, "a.jpg").stdout
    assert "0 of audit 1 left" in run("audit", "done", made.file, "b/ä.jpg").stdout
    shown = run("audit", "show", made.file).stdout
    assert lines(shown)["images"] == ["checked", "2", "of", "2"]
    assert "66.7 %" in shown
    assert "94 %" in shown
    whole = json.loads(run("audit", "show", made.file, "--audit", "1", "--json").stdout)
    assert (whole["masks"], whole["above_90"]["value"]) == (3, pytest.approx(2 / 3))
    assert whole["mean_iou"]["value"] == pytest.approx((9 / 16 + 2) / 3)
    assert [each["checked_by"] for each in whole["listed"]] == [whole["listed"][0]["checked_by"]] * 2


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("start", "--stage", "auto"), "no accepted auto mask"),
        (("show",), "There is no audit yet"),
        (("show", "--audit", "7"), "There is no audit 7"),
    ],
)
def test_what_cannot_be_done_is_one_line(run: Run, made: Any, words: tuple[str, ...], told: str) -> None:
    verb, *options = words
    done = run("audit", verb, made.file, *options)
    assert (done.exit_code, done.stderr.count("\n")) == (1, 1)
    assert told in done.stderr


def test_only_drawn_images_can_be_done(run: Run, made: Any) -> None:
    assert run("audit", "start", made.file, "--images", "9", "--stage", "semi").exit_code == 0
    done = run("audit", "done", made.file, "a.jpg")
    assert done.exit_code == 1
    assert "not one of those drawn" in done.stderr


@pytest.mark.parametrize(
    ("values", "drawn"),
    [((), ""), ((0, None), ".."), ((1, 8, None, 4), "▂█.▅"), ((0.1, 100), "▁█"), ((5,), "█")],
)
def test_a_sparkline_begins_at_zero(values: tuple[float | None, ...], drawn: str) -> None:
    assert sparkline(values) == drawn


def test_a_bar_is_as_long_as_its_share() -> None:
    assert (bar(0.5), bar(None), bar(1.2, 2), bar(0.0, 3)) == ("████░░░░", "", "██", "░░░")
