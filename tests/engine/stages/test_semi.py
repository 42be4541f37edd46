from __future__ import annotations

import numpy as np
import pytest

from engine.errors import InvalidOp
from engine.records import Level
from engine.stages import semi
from engine.stages.auto_mask import AutoMask
from engine.stages.semi import SemiParams
from models import masks

ALL = SemiParams(min_score=0, min_stability=0, min_area=0, max_area=1, max_explained=1, max_shared=1)
WHOLE_IMAGE = (0.0, 0.0, 200.0, 100.0)


def block(x: int, y: int, w: int, h: int) -> masks.Rle:
    drawn = np.zeros((100, 200), dtype=bool)
    drawn[y : y + h, x : x + w] = True
    return masks.encode(drawn)


def found(
    x: int, y: int, w: int, h: int, score: float = 0.9, stability: float = 1.0, parent: int | None = None
) -> AutoMask:
    level = Level.WHOLE if parent is None else Level.PART
    return AutoMask(block(x, y, w, h), score, stability, (x + w / 2, y + h / 2), WHOLE_IMAGE, level, parent)


def test_only_confident_objects_of_a_fitting_size_are_filled_in() -> None:
    good = found(0, 0, 20, 20)
    unsure, unstable = found(30, 0, 20, 20, score=0.6), found(60, 0, 20, 20, stability=0.7)
    tiny, huge = found(90, 0, 2, 2), found(0, 0, 200, 90)
    params = SemiParams(min_score=0.8, min_stability=0.9, min_area=0.001, max_area=0.5)
    assert semi.prefill([good, unsure, unstable, tiny, huge], [], params) == (good,)


def test_a_threshold_is_reached_by_being_equal() -> None:
    one = found(0, 0, 20, 20, score=0.88, stability=0.95)
    assert semi.prefill([one], [], SemiParams(min_score=0.88, min_stability=0.95)) == (one,)


def test_what_stored_masks_explain_is_dropped_and_a_whole_around_an_accepted_part_is_not() -> None:
    part, whole, beside = found(10, 10, 10, 10), found(0, 0, 60, 60), found(100, 0, 20, 20)
    assert semi.prefill([part], [block(0, 0, 60, 60)], SemiParams()) == ()
    assert semi.prefill([whole, beside], [block(10, 10, 10, 10)], SemiParams()) == (whole, beside)


def test_two_stored_masks_together_explain_what_neither_does_alone() -> None:
    taken = [block(0, 0, 10, 20), block(10, 0, 10, 20)]
    assert semi.explained_by([block(0, 0, 20, 20)], taken) == pytest.approx([1.0])
    assert semi.explained_by([block(0, 0, 20, 20)], taken[:1]) == pytest.approx([0.5])
    assert semi.prefill([found(0, 0, 20, 20)], taken, SemiParams()) == ()


def test_of_two_in_one_place_the_surer_one_is_filled_in() -> None:
    whole, part = found(0, 0, 40, 40, score=0.9), found(0, 0, 20, 20, score=0.95, parent=0)
    kept = semi.prefill([whole, part], [], SemiParams(max_shared=0.5))
    assert [each.score for each in kept] == [0.95]
    assert kept[0].parent is None
    assert semi.prefill([whole, part], [], SemiParams(max_shared=1.0)) == (whole, part)


def test_of_equals_the_larger_stays() -> None:
    finds = [found(0, 0, 20, 20), found(0, 0, 40, 40)]
    assert semi.prefill(finds, [], SemiParams()) == (finds[1],)


def test_thresholds_that_keep_nothing_keep_nothing() -> None:
    assert semi.prefill([found(0, 0, 20, 20)], [], SemiParams(min_score=1.0)) == ()
    assert semi.prefill([], [block(0, 0, 5, 5)], SemiParams()) == ()


def test_a_lower_threshold_on_the_same_finds_never_asks_anything_again() -> None:
    finds = semi.measure([block(0, 0, 20, 20), block(50, 0, 20, 20)], [0.9, 0.7], [1.0, 1.0])
    assert semi.chosen(finds, SemiParams(min_score=0.8)) == (0,)
    assert semi.chosen(finds, SemiParams(min_score=0.6)) == (0, 1)
    assert semi.chosen(semi.measure([], [], []), ALL) == ()


def test_masks_of_a_picture_that_was_replaced_explain_nothing() -> None:
    other = masks.encode(np.ones((50, 50), dtype=bool))
    assert semi.prefill([found(0, 0, 20, 20)], [other], SemiParams()) == (found(0, 0, 20, 20),)


def test_suggestions_that_overlap_stored_masks_are_dropped() -> None:
    answers = [block(0, 0, 20, 20), block(15, 0, 20, 20), block(10, 0, 20, 20), block(0, 0, 0, 0)]
    assert semi.suggestions(answers, [block(0, 0, 20, 20)]) == (1,)
    assert semi.suggestions(answers, [], max_explained=0.3) == (0, 1, 2)
    assert semi.suggestions([], [block(0, 0, 20, 20)]) == ()


def test_params_survive_json_and_refuse_nonsense() -> None:
    params = SemiParams(min_score=0.7, max_shared=1.0)
    assert SemiParams.from_json(params.to_json()) == params
    assert SemiParams.from_json({"min_score": 0.7}) == SemiParams(min_score=0.7)
    with pytest.raises(InvalidOp, match="Did you mean 'min_score'"):
        SemiParams.from_json({"min_scor": 0.7})
    for wrong in (1.2, -1, float("nan"), True, "0.5"):
        with pytest.raises(InvalidOp, match="from 0 to 1"):
            SemiParams(min_score=wrong)  # type: ignore[arg-type]
