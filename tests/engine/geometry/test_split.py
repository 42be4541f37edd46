from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from engine.geometry.split import split_by_line, split_parts


def rebuilt(patches: list, shape: tuple[int, int]) -> np.ndarray:
    """Return how many of the patches cover each pixel."""
    return sum((patch.to_mask(*shape).astype(int) for patch in patches), np.zeros(shape, dtype=int))


def test_parts_largest_first() -> None:
    mask = np.zeros((30, 40), dtype=bool)
    mask[2:4, 2:4] = True
    mask[10:20, 10:30] = True
    mask[4, 4] = True
    parts = split_parts(mask)
    assert [patch.box for patch in parts] == [(10, 10, 30, 20), (2, 2, 5, 5)]
    assert np.array_equal(rebuilt(parts, mask.shape), mask.astype(int))
    assert split_parts(np.zeros((5, 5), dtype=bool)) == []


def test_line_cuts_in_two_and_loses_nothing() -> None:
    mask = np.zeros((60, 80), dtype=bool)
    mask[10:50, 10:70] = True
    for line in ([[30, 0], [30, 60]], [[0, 5], [80, 52]], [[25, 2], [28, 30], [60, 58]]):
        pieces = split_by_line(mask, np.array(line, dtype=float))
        assert len(pieces) == 2
        assert np.array_equal(rebuilt(pieces, mask.shape), mask.astype(int))
        assert pieces[0].part.sum() >= pieces[1].part.sum() > 300


def test_line_that_divides_nothing() -> None:
    mask = np.zeros((60, 80), dtype=bool)
    mask[10:50, 10:70] = True
    for line in ([[0, 0], [79, 0]], [[20, 20], [40, 30]], [[30, 0], [30, 30]], [[5, 5]]):
        (piece,) = split_by_line(mask, np.array(line, dtype=float))
        assert np.array_equal(piece.to_mask(60, 80), mask)


def test_parts_the_line_leaves_whole_stay_with_the_largest() -> None:
    mask = np.zeros((60, 80), dtype=bool)
    mask[10:50, 10:40] = True
    mask[10:20, 60:70] = True
    pieces = split_by_line(mask, np.array([[20.0, 0.0], [20.0, 60.0]]))
    assert len(pieces) == 2
    assert pieces[0].to_mask(60, 80)[15, 65]
    assert np.array_equal(rebuilt(pieces, mask.shape), mask.astype(int))


@given(
    arrays(np.bool_, st.tuples(st.integers(1, 12), st.integers(1, 12))),
    st.lists(st.tuples(st.floats(-3, 15), st.floats(-3, 15)), min_size=1, max_size=4),
)
def test_every_pixel_goes_to_exactly_one_piece(mask: np.ndarray, line: list) -> None:
    pieces = split_by_line(mask, np.array(line))
    assert np.array_equal(rebuilt(pieces, mask.shape), mask.astype(int))
    assert all(patch.part.any() for patch in pieces)
