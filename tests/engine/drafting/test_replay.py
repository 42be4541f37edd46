from __future__ import annotations

import numpy as np

from engine.drafting.replay import likeness, steps_of
from engine.records import PromptRecord
from models import masks

CLICK, OUT = PromptRecord("point", 1, 2), PromptRecord("point", 3, 4, positive=False, at_ms=900)
BOX, WIDER = PromptRecord("box", 0, 0, 5, 5), PromptRecord("box", 0, 0, 9, 9)


def test_each_prompt_is_a_step_that_holds_those_before() -> None:
    first, second, third = steps_of((CLICK, OUT, BOX))
    assert (first.prompts, second.prompts, third.prompts) == ((CLICK,), (CLICK, OUT), (CLICK, OUT, BOX))
    assert third.newest is BOX


def test_a_new_box_takes_the_place_of_the_one_before() -> None:
    steps = steps_of((BOX, CLICK, WIDER))
    assert steps[-1].prompts == (CLICK, WIDER)
    assert steps[0].prompts == (BOX,)


def test_nothing_answers_to_exclusions_alone() -> None:
    lone, answered = steps_of((OUT, CLICK))
    assert not lone.answered and answered.answered
    assert steps_of((BOX,))[0].answered


def test_what_is_no_click_and_no_box_is_no_step() -> None:
    assert steps_of((PromptRecord("mask", 0, 0),)) == steps_of(()) == ()


def test_likeness_is_the_overlap_and_nothing_across_sizes() -> None:
    drawn = np.zeros((4, 6), dtype=bool)
    drawn[:, :4] = True
    other = np.zeros_like(drawn)
    other[:, 2:] = True
    assert likeness(masks.encode(drawn), masks.encode(drawn)) == 1.0
    assert likeness(masks.encode(drawn), masks.encode(other)) == 8 / 24
    assert likeness(masks.encode(drawn), masks.encode(drawn.T)) == 0.0
