from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.stages import select
from engine.stages.grid import Window
from engine.stages.params import AutoParams
from engine.stages.select import Offer
from models import masks
from models.api import MaskCandidate, PointPrompt

WHOLE = Window(0, 1, 0, 0, 200, 100)
PARAMS = AutoParams()


def block(x: int, y: int, w: int, h: int, window: Window = WHOLE) -> masks.Rle:
    drawn = np.zeros((window.height, window.width), dtype=bool)
    drawn[y : y + h, x : x + w] = True
    return masks.encode(drawn)


def offer(x: int, y: int, w: int, h: int, score: float = 0.9, window: Window = WHOLE) -> Offer:
    return Offer(block(x, y, w, h, window), score, 1.0, (0.0, 0.0), window)


def scores(found: list[Offer]) -> list[float]:
    return [each.score for each in found]


def test_points_come_into_the_image_and_empty_answers_go() -> None:
    window = Window(1, 4, 30, 20, 50, 40)
    full = np.ones((40, 50), dtype=bool)
    candidates = [
        MaskCandidate(full, 0.9, 0.97, None, PointPrompt(1.5, 2)),
        MaskCandidate(masks.encode(full), 0.8),
        MaskCandidate(~full, 0.99),
    ]
    found = select.offers(candidates, window)
    assert [(each.score, each.stability, each.point) for each in found] == [(0.9, 0.97, (31.5, 22)), (0.8, 1, (55, 40))]
    assert found[0].rle == found[1].rle == masks.encode(full)


@pytest.mark.parametrize(
    ("box", "gone"),
    [
        ((75, 30, 90, 50), False),
        ((50, 30, 90, 50), True),
        ((70, 30, 90, 50), True),  # 20 pixels away is near
        ((71, 30, 90, 50), False),
        ((75, 30, 129, 50), False),
        ((75, 30, 130, 50), True),
        ((75, 30, 150, 50), True),
        ((75, 0, 90, 50), False),  # the window's top is the image's
        ((75, 30, 90, 59), False),
        ((75, 30, 90, 60), True),
    ],
)
def test_what_the_window_cuts_off(box: tuple[int, int, int, int], gone: bool) -> None:
    window = Window(1, 1, 50, 0, 100, 80)
    assert select.cut_off(np.array([box], dtype=float), window, 140, 200, 20).tolist() == [gone]


def test_the_whole_image_cuts_nothing_off() -> None:
    boxes = np.array([[0, 0, 200, 100], [5, 5, 199, 99]], dtype=float)
    assert not select.cut_off(boxes, WHOLE, 100, 200, 20).any()


def test_of_twins_the_higher_score_stays() -> None:
    found = [offer(50, 20, 20, 20, 0.90), offer(51, 20, 20, 20, 0.95), offer(120, 20, 20, 20, 0.89)]
    assert scores(select.within_window(found, 100, 200, PARAMS)) == [0.95, 0.89]


def test_of_equal_scores_the_first_stays() -> None:
    found = [replace(offer(50, 20, 20, 20), point=(n, 0)) for n in (1, 2)]
    assert [each.point for each in select.within_window(found, 100, 200, PARAMS)] == [(1, 0)]


def test_an_overlap_of_exactly_the_threshold_stays() -> None:
    boxes = np.array([[0, 0, 10, 10], [0, 0, 7, 10], [0, 0, 8, 10]], dtype=float)
    assert select.nms(boxes, np.array([0, 1, 2]), 0.7) == [0, 1]
    assert select.nms(boxes, np.array([1, 2, 0]), 0.7) == [1, 0]


def test_a_chain_is_not_eaten_by_what_is_gone_itself() -> None:
    boxes = np.array([[0, 0, 10, 10], [2, 0, 12, 10], [4, 0, 14, 10]], dtype=float)
    assert select.nms(boxes, np.array([0, 1, 2]), 0.6) == [0, 2]


BOXES = st.lists(st.tuples(*[st.integers(0, 30)] * 2, *[st.integers(1, 20)] * 2), max_size=25)


@settings(deadline=None)
@given(BOXES, st.floats(0, 1), st.randoms())
def test_nms_is_that_of_the_definition(found: list[tuple[int, int, int, int]], most: float, rng: object) -> None:
    boxes = np.array([(x, y, x + w, y + h) for x, y, w, h in found], dtype=float).reshape(-1, 4)
    order = list(range(len(found)))
    rng.shuffle(order)  # type: ignore[attr-defined]

    def overlap(one: np.ndarray, two: np.ndarray) -> float:
        wide, high = np.minimum(one[2:], two[2:]) - np.maximum(one[:2], two[:2])
        both = max(wide, 0) * max(high, 0)
        return both / ((one[2:] - one[:2]).prod() + (two[2:] - two[:2]).prod() - both)

    expected: list[int] = []
    for number in order:
        if all(overlap(boxes[number], boxes[other]) <= most for other in expected):
            expected.append(number)
    assert select.nms(boxes, np.array(order, dtype=np.int64), most) == expected


@settings(deadline=None)
@given(st.integers(0, 60), st.integers(0, 30), st.integers(0, 2**32 - 1))
def test_uncropping_is_pasting(x: int, y: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    window = Window(1, 1, x, y, 7, 5)
    mask = rng.random((5, 7)) < 0.6
    if not mask.any():
        return
    (found,) = select.uncrop([Offer(masks.encode(mask), 0.9, 1, (0, 0), window)], 40, 70)
    assert found.rle == masks.encode(masks.paste(mask, x=x, y=y, height=40, width=70))


def test_across_windows_the_closer_look_stays() -> None:
    small = Window(1, 1, 40, 10, 80, 60)
    far, close = offer(60, 30, 20, 20, 0.99), replace(offer(60, 30, 20, 21, 0.9), window=small)
    assert scores(select.across_windows([far, close, offer(150, 30, 20, 20, 0.8)], PARAMS)) == [0.9, 0.8]


def test_one_window_needs_no_second_look() -> None:
    found = [offer(60, 30, 20, 20), offer(60, 30, 20, 20)]
    assert select.across_windows(found, PARAMS) == found


def test_tidying_prefers_what_needed_no_change() -> None:
    params = AutoParams(min_region=10)
    whole = np.zeros((100, 200), dtype=bool)
    whole[20:50, 20:60] = True
    holed = whole.copy()
    holed[30:32, 30:32] = False
    found = [Offer(masks.encode(holed), 0.99, 1, (0, 0), WHOLE), Offer(masks.encode(whole), 0.9, 1, (0, 0), WHOLE)]
    assert scores(select.tidied(found, params)) == [0.9]
    (alone,) = select.tidied(found[:1], params)
    assert alone.rle == masks.encode(whole) and alone.score == 0.99
    assert select.tidied([offer(0, 0, 3, 3)], params) == []
    assert select.tidied([offer(0, 0, 3, 3)], PARAMS) == [offer(0, 0, 3, 3)]


def test_nearly_the_whole_image_is_no_object() -> None:
    assert select.small_enough([offer(0, 0, 200, 95), offer(0, 0, 200, 94)], PARAMS) == [offer(0, 0, 200, 94)]


def test_what_is_stored_already_is_a_duplicate() -> None:
    found = [block(0, 0, 10, 10), block(0, 0, 10, 8), block(50, 50, 10, 10)]
    assert select.duplicates(found, [block(0, 0, 10, 10)], 0.8) == {0, 1}
    assert select.duplicates(found, [block(0, 0, 10, 10)], 0.81) == {0}
    assert select.duplicates(found, [], 0.8) == select.duplicates([], found, 0.8) == set()


def test_a_mask_of_another_size_is_no_duplicate() -> None:
    other = Window(0, 1, 0, 0, 50, 60)
    assert select.duplicates([block(0, 0, 10, 10)], [block(0, 0, 10, 10, other)], 0.8) == set()
