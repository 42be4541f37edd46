from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from engine.geometry.patch import Patch, patch_of
from engine.geometry.rle_crop import crop_of, spans_of
from models import masks

MASKS = arrays(np.bool_, st.tuples(st.integers(1, 12), st.integers(1, 12)))


@given(MASKS)
def test_crop_is_the_mask_in_its_box(mask: np.ndarray) -> None:
    rle = masks.encode(mask)
    patch = crop_of(rle)
    assert np.array_equal(patch.to_mask(*mask.shape), mask)
    assert patch.part.flags.c_contiguous
    if mask.any():
        assert patch.part.any(axis=0)[[0, -1]].all()
        assert patch.part.any(axis=1)[[0, -1]].all()
    else:
        assert patch.part.shape == (0, 0)


@given(MASKS)
def test_patch_encodes_as_the_whole_mask_does(mask: np.ndarray) -> None:
    assert patch_of(mask).to_rle(*mask.shape) == masks.encode(mask)
    assert Patch(0, 0, mask).to_rle(*mask.shape) == masks.encode(mask)


@given(MASKS)
def test_points_are_looked_up_in_the_runs(mask: np.ndarray) -> None:
    spans = spans_of(masks.encode(mask))
    height, width = mask.shape
    for y in range(-1, height + 1):
        for x in range(-1, width + 1):
            inside = 0 <= x < width and 0 <= y < height and bool(mask[y, x])
            assert spans.contains(x, y) is inside


def test_full_mask_and_runs_over_many_columns() -> None:
    mask = np.zeros((9, 9), dtype=bool)
    mask[:, 2:7] = True
    patch = crop_of(masks.encode(mask))
    assert (patch.box, patch.part.all()) == ((2, 0, 7, 9), True)


def test_damaged_code_is_refused() -> None:
    good = masks.encode(np.eye(8, dtype=bool))
    with pytest.raises(ValueError, match="does not fill"):
        crop_of(masks.Rle(9, 9, good.counts))


def test_patch_that_sticks_out_cannot_be_encoded() -> None:
    with pytest.raises(ValueError, match="sticks out"):
        Patch(5, 0, np.ones((2, 2), dtype=bool)).to_rle(6, 6)
