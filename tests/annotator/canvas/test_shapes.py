from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from annotator.canvas.shapes import Shape
from annotator.canvas.tiles import Span

masks = arrays(np.bool_, st.tuples(st.integers(1, 20), st.integers(1, 20)))


@given(masks, st.integers(0, 40), st.integers(0, 40))
def test_at_level_0_a_shape_is_its_mask(mask: np.ndarray, x: int, y: int) -> None:
    shape = Shape(x, y, mask)
    full = np.zeros((64, 64), dtype=np.bool_)
    full[y : y + mask.shape[0], x : x + mask.shape[1]] = mask
    assert np.array_equal(shape.at(Span(0, 0, 64, 64), 0) > 0, full)
    assert shape.contains(x, y) == bool(mask[0, 0])
    assert not shape.contains(x - 1, y)


@given(masks, st.integers(0, 9), st.integers(0, 9))
def test_far_enlarged_every_pixel_is_a_square(mask: np.ndarray, x: int, y: int) -> None:
    shape = Shape(x, y, mask)
    big = shape.at(Span(0, 0, 30 * 8, 30 * 8), 3)
    assert np.array_equal(big, np.kron(shape.at(Span(0, 0, 30, 30), 0), np.ones((8, 8), dtype=np.uint8)))


@given(masks, st.integers(0, 9), st.integers(0, 9), st.integers(-3, 4), st.integers(0, 6), st.integers(1, 9))
def test_a_part_is_cut_from_the_whole(mask: np.ndarray, x: int, y: int, level: int, left: int, size: int) -> None:
    shape = Shape(x, y, mask)
    whole = shape.at(Span(0, 0, 40, 40), level)
    part = shape.at(Span(left, left, left + size, left + size), level)
    assert np.array_equal(part, whole[left : left + size, left : left + size])


@given(masks, st.integers(0, 9), st.integers(0, 9))
def test_halving_keeps_the_amount_covered(mask: np.ndarray, x: int, y: int) -> None:
    _, _, half = Shape(x, y, mask).coarse(-1)
    assert abs(float(half.sum()) / 255 * 4 - mask.sum()) <= half.size * 2 / 255 * 2 + 1e-6
