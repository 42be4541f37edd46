from __future__ import annotations

import json
from typing import Any

import pytest
from typer.testing import CliRunner

from engine.cli.main import app
from engine.ops.reviews import SetLocked
from engine.records import Provenance, Stage, State


@pytest.fixture
def filled(desk: Any) -> Any:
    """Seven proposals of the scores 0.3 to 0.9 and one without a score, on two images."""
    for number, score in enumerate((0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, None)):
        told = Provenance(stage=Stage.AUTO, backend="fake", score=score, stability=0.96)
        desk.add_proposed(number % 2, x=number, provenance=told, prompts=(), candidates=(), label_id=None)
    return desk


def run(desk: Any, *words: str, code: int = 0) -> Any:
    done = CliRunner().invoke(app, ["review", str(desk.file), *words])
    assert done.exit_code == code, done.output
    return done


def told(desk: Any, *words: str) -> Any:
    return json.loads(run(desk, *words, "--json").stdout)


def states(desk: Any) -> list[State]:
    with desk.workspace.read() as reader:
        return [reader.instances.get(number).state for number in range(1, 9)]


def test_the_queue_is_shown(filled: Any) -> None:
    shown = run(filled, "--by", "score", "--limit", "3").stdout
    assert "8 masks wait for review." in shown and "a.jpg" in shown
    found = told(filled, "--by", "score", "--limit", "3")
    assert [each["score"] for each in found["queue"]] == [None, 0.3, 0.4]
    assert (found["waiting"], found["unknown"], sum(found["counts"])) == (8, 1, 7)
    assert found["counts"][30] == found["counts"][90] == 1


def test_a_dry_run_counts_and_changes_nothing(filled: Any) -> None:
    before = filled.dump(story=True)
    found = told(filled, "--accept-above", "0.8", "--reject-below", "0.5", "--dry-run")
    assert [(each["decision"], each["masks"]) for each in found["decided"]] == [("accept", 2), ("reject", 2)]
    assert filled.dump(story=True) == before


def test_thresholds_decide_and_are_taken_back_one_by_one(filled: Any) -> None:
    shown = run(filled, "--accept-above", "0.8", "--reject-below", "0.5").stdout
    assert "2 masks accepted." in shown and "2 masks rejected." in shown and "4 masks wait" in shown
    accepted, rejected, waiting = State.ACCEPTED, State.REJECTED, State.PROPOSED
    assert states(filled) == [rejected] * 2 + [waiting] * 3 + [accepted] * 2 + [waiting]
    CliRunner().invoke(app, ["undo", str(filled.file)])
    assert states(filled) == [waiting] * 5 + [accepted] * 2 + [waiting]


def test_stability_can_be_the_measure(filled: Any) -> None:
    assert told(filled, "--measure", "stability", "--accept-above", "0.9")["decided"][0]["masks"] == 8


def test_filters_and_relabel(filled: Any) -> None:
    run(filled, "--image", "a.jpg", "--from", "0.5", "--relabel", "dog")
    assert told(filled, "--label", "dog")["waiting"] == 3
    assert told(filled, "--label", "none", "--label", "dog")["waiting"] == 8
    assert told(filled, "--backend", "other")["waiting"] == 0
    assert told(filled, "--stage", "auto", "--below", "0.45")["waiting"] == 2


def test_a_threshold_that_keeps_nothing_says_so(filled: Any) -> None:
    before = filled.dump(story=True)
    assert "0 masks accepted." in run(filled, "--accept-above", "0.99").stdout
    assert filled.dump(story=True) == before


def test_locked_ones_are_told(filled: Any) -> None:
    filled.workspace.execute(SetLocked((7,), True))
    assert "1 mask accepted (1 locked ones were left)." in run(filled, "--accept-above", "0.8").stdout


def test_an_empty_queue_is_no_error(desk: Any) -> None:
    assert "Nothing waits for review here." in run(desk).stdout


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--by", "beauty"), "no order 'beauty'"),
        (("--measure", "area"), "no measure 'area'"),
        (("--stage", "third"), "no stage 'third'"),
        (("--label", "unicorn"), "no label 'unicorn'"),
        (("--job", "9"), "job 9"),
        (("--image", "z.jpg"), "no image z.jpg"),
        (("--accept-above", "0.5", "--reject-below", "0.6"), "would be both"),
        (("--accept-above", "nan"), "must be a number"),
        (("--by", "random", "--seed", str(2**40)), "A seed"),
    ],
)
def test_bad_input_is_one_line_and_changes_nothing(filled: Any, words: tuple[str, ...], said: str) -> None:
    before = filled.dump(story=True)
    done = run(filled, *words, code=1)
    assert said in done.stderr and done.stderr.count("\n") == 1
    assert filled.dump(story=True) == before
