from __future__ import annotations

import pytest

from engine.simulate.posing import Effort, Step, correcting, effort, placing, summary

TRUE = ((10.0, 10.0, 2), (40.0, 50.0, 2), (80.0, 50.0, 2), (60.0, 90.0, 2))
SURE = (0.9, 0.9, 0.9, 0.9)
PAIRS = ((1, 2),)


def kinds(steps: tuple[Step, ...]) -> list[str]:
    return [step.key or step.kind for step in steps]


def test_placing_is_a_click_a_joint_and_enter_where_the_last_ones_are_missing() -> None:
    assert kinds(placing(TRUE)) == ["click"] * 4
    hidden = (TRUE[0], (0.0, 0.0, 0), (80.0, 50.0, 1), (0.0, 0.0, 0))
    assert kinds(placing(hidden)) == ["click", "J", "right", "Return"]
    assert placing(((0.0, 0.0, 0),)) == ()


def test_a_true_proposal_is_only_accepted() -> None:
    assert kinds(correcting(TRUE, SURE, TRUE, PAIRS, 3.0)) == ["Tab", "K", "Y"]


def test_the_least_certain_joint_is_reached_by_key_and_a_sure_one_is_dragged() -> None:
    proposed = (TRUE[0], (45.0, 50.0, 2), TRUE[2], (70.0, 90.0, 2))
    steps = correcting(proposed, (0.9, 0.3, 0.9, 0.9), TRUE, PAIRS, 3.0)
    assert kinds(steps) == ["Tab", "K", "U", "click", "U", "U", "U", "click", "Y"]
    assert [(step.joint, step.at) for step in steps if step.kind == "click"] == [(1, TRUE[1][:2]), (3, TRUE[3][:2])]
    far = [(10.0 * place, 10.0, 2) for place in range(8)]
    moved = (*far[:7], (75.0, 10.0, 2))
    assert kinds(correcting(moved, (0.9,) * 8, tuple(far), (), 3.0)) == ["Tab", "K", "drag", "Y"]


def test_swapped_sides_are_put_right_at_once() -> None:
    proposed = (TRUE[0], TRUE[2], TRUE[1], TRUE[3])
    assert kinds(correcting(proposed, SURE, TRUE, PAIRS, 3.0)) == ["Tab", "K", "Shift+F", "Y"]


def test_a_hopeless_proposal_is_rejected() -> None:
    far = tuple((x + 30.0, y, v) for x, y, v in TRUE)
    assert kinds(correcting(far, SURE, TRUE, (), 3.0)) == ["Tab", "N", "K", "click", "click", "click", "click"]


def test_what_is_not_labelled_is_placed_and_what_should_not_be_is_taken_away() -> None:
    proposed = ((0.0, 0.0, 0), TRUE[1], TRUE[2], TRUE[3])
    true = (TRUE[0], (0.0, 0.0, 0), (80.0, 50.0, 1), TRUE[3])
    steps = correcting(proposed, (0.0, 0.2, 0.3, 0.9), true, PAIRS, 3.0)
    assert kinds(steps) == ["Tab", "K", "U", "click", "U", "Backspace", "U", "right", "Y"]


def test_the_next_joint_that_is_not_labelled_waits_already() -> None:
    empty = (0.0, 0.0, 0)
    steps = correcting((empty, TRUE[1], empty, TRUE[3]), (0.0, 0.9, 0.0, 0.9), TRUE, PAIRS, 3.0)
    assert kinds(steps) == ["Tab", "K", "U", "click", "click", "Y"]


def test_seconds_follow_the_keystroke_level_model() -> None:
    told = effort(placing(TRUE))
    assert told == Effort(0, 4, 0, pytest.approx(4 * (1.35 + 1.1 + 0.2)))
    dragged = effort((Step("drag", joint=0, at=(1.0, 1.0), thinks=True), Step("key", "Y")))
    assert dragged == Effort(1, 0, 1, pytest.approx(1.35 + 2.2 + 0.2 + 0.28))
    figures = summary((told, dragged))
    assert (figures["poses"], figures["actions"], figures["under_10_s"]) == (2, 3.0, 0.5)
    assert summary(()) == {"poses": 0}
