from __future__ import annotations

from pathlib import Path

from engine.inference.draft import Draft, ImageRef
from engine.records import PromptRecord

START = Draft(ImageRef(1, Path("a.png"), "", 10, 10))
CLICK = PromptRecord("point", 1, 1)
BOX = PromptRecord("box", 1, 1, 5, 5)


def test_each_new_prompt_notes_what_was_chosen_before_it() -> None:
    draft = START.with_prompt(CLICK, generation=1)
    assert draft.choices == ()
    draft = draft.with_prompt(CLICK, generation=2, chosen=2).with_prompt(CLICK, generation=3, chosen=1)
    assert (draft.choices, draft.clicks, draft.generation) == ((2, 1), 3, 3)


def test_taking_back_forgets_the_choice_made_for_it() -> None:
    draft = START.with_prompt(CLICK, generation=1).with_prompt(CLICK, generation=2, chosen=2)
    assert draft.without_last(generation=3).choices == ()
    assert draft.without_last(generation=3).without_last(generation=4).without_last(generation=5).prompts == ()


def test_a_new_box_takes_the_old_ones_place_and_the_choices_since() -> None:
    draft = START.with_prompt(CLICK, generation=1).with_prompt(BOX, generation=2, chosen=1)
    draft = draft.with_prompt(CLICK, generation=3, chosen=2)
    other = PromptRecord("box", 2, 2, 6, 6)
    draft = draft.with_prompt(other, generation=4, chosen=1)
    assert draft.prompts == (CLICK, CLICK, other)
    assert draft.choices == (1,)
