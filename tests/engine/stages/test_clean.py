from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from engine.stages.clean import clean
from models import masks


def block(*boxes: tuple[int, int, int, int], height: int = 40, width: int = 50) -> np.ndarray:
    drawn = np.zeros((height, width), dtype=bool)
    for x0, y0, x1, y1 in boxes:
        drawn[y0:y1, x0:x1] = True
    return drawn


def cleaned(mask: np.ndarray, least: int) -> np.ndarray:
    found = clean(masks.encode(mask), least)
    assert found is not None
    return masks.decode(found)


def test_a_small_hole_is_filled_and_a_large_one_stays() -> None:
    whole = block((5, 5, 35, 35))
    mask = whole & ~block((7, 7, 10, 10)) & ~block((15, 15, 30, 30))
    assert (cleaned(mask, 10) == (whole & ~block((15, 15, 30, 30)))).all()


def test_a_small_island_goes_and_a_large_one_stays() -> None:
    large = block((5, 5, 20, 20), (30, 30, 40, 38))
    assert (cleaned(large | block((25, 5, 28, 8)), 10) == large).all()


def test_parts_that_touch_at_a_corner_are_one() -> None:
    mask = block((5, 5, 7, 7), (7, 7, 9, 9))
    assert (cleaned(mask, 8) == mask).all()


def test_a_bay_is_no_hole() -> None:
    """The background in the corner of the mask's own box is small there, but goes on outside."""
    mask = block((5, 5, 30, 30)) & ~block((5, 5, 8, 8))
    assert (cleaned(mask, 50) == mask).all()


def test_a_small_notch_at_the_edge_of_the_image_is_filled() -> None:
    mask = block((0, 0, 50, 40)) & ~block((20, 0, 23, 3))
    assert cleaned(mask, 10).all()


def test_an_untouched_mask_is_the_same_object() -> None:
    rle = masks.encode(block((5, 5, 20, 20)))
    assert clean(rle, 50) is rle


@pytest.mark.parametrize("boxes", [(), ((5, 5, 8, 8),), ((5, 5, 8, 8), (20, 20, 23, 23))])
def test_nothing_is_left(boxes: tuple[tuple[int, int, int, int], ...]) -> None:
    assert clean(masks.encode(block(*boxes)), 10) is None


@settings(deadline=None)
@given(hnp.arrays(np.bool_, hnp.array_shapes(min_dims=2, max_dims=2, max_side=12)), st.integers(0, 20))
def test_what_is_clean_stays_clean(mask: np.ndarray, least: int) -> None:
    once = clean(masks.encode(mask), least)
    if once is None:
        assert all(part.sum() < least for part in masks.components(mask))
        return
    assert all(part.sum() >= least for part in masks.components(masks.decode(once)))
    assert clean(once, least) is once
