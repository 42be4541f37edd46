from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from engine.geometry.contours import outlines
from models import masks
from models.rings import fill


@given(arrays(np.bool_, st.tuples(st.integers(1, 14), st.integers(1, 14))))
def test_exact_rings_fill_back_to_the_mask(mask: np.ndarray) -> None:
    rings = outlines(masks.encode(mask))
    if not mask.any():
        assert rings == []
        return
    assert all(len(ring) >= 4 and ring.dtype == np.float64 for ring in rings)
    assert np.array_equal(fill(rings, height=mask.shape[0], width=mask.shape[1]), mask)


def test_a_square_has_four_corners_on_its_borders() -> None:
    mask = np.zeros((20, 20), dtype=bool)
    mask[3:8, 5:12] = True
    (ring,) = outlines(masks.encode(mask))
    assert {tuple(corner) for corner in ring.tolist()} == {(5, 3), (12, 3), (12, 8), (5, 8)}


@pytest.mark.parametrize("tolerance", [0.5, 1.0, 1.9, 2.0, 4.0, 8.0])
def test_simplified_rings_stay_near_the_border_and_are_fewer(tolerance: float) -> None:
    rows, columns = np.mgrid[:200, :200]
    wave = 60 + 15 * np.sin(np.arctan2(rows - 100, columns - 100) * 5)
    far = np.hypot(rows - 100, columns - 100)
    rle = masks.encode((far < wave) & (far > 15))
    exact, simple = outlines(rle), outlines(rle, tolerance=tolerance)
    assert len(simple) == 2
    assert sum(map(len, simple)) < sum(map(len, exact)) / (1 if tolerance < 1 else 2)
    border = shapely.MultiLineString([shapely.LinearRing(ring) for ring in exact])
    shown = shapely.MultiLineString([shapely.LinearRing(ring) for ring in simple])
    assert shapely.hausdorff_distance(border, shown) <= tolerance + 1


@pytest.mark.parametrize("tolerance", [0.0, 1.0, 3.0, 50.0])
def test_the_smallest_mask_still_has_a_ring(tolerance: float) -> None:
    mask = np.zeros((50, 50), dtype=bool)
    mask[20, 30] = True
    (ring,) = outlines(masks.encode(mask), tolerance=tolerance)
    assert len(ring) >= 3
    assert (np.abs(ring - (30.5, 20.5)) <= 0.5).all()
