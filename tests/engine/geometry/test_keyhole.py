from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from engine.geometry.keyhole import one_ring
from models import masks


@settings(max_examples=60, deadline=None)
@given(arrays(np.bool_, st.tuples(st.integers(1, 12), st.integers(1, 12))))
def test_one_ring_encloses_exactly_the_mask(mask: np.ndarray) -> None:
    if not mask.any():
        return
    ring = one_ring(masks.to_polygons(mask))
    back = masks.from_polygons([masks.Polygon(ring)], height=mask.shape[0], width=mask.shape[1])
    assert np.array_equal(back, mask)


def test_long_rings_are_joined_too() -> None:
    mask = np.zeros((700, 900), dtype=np.bool_)
    mask[::2, :] = True
    mask[:, 3] = True
    mask[:, 450:453] = False
    polygons = masks.to_polygons(mask)
    assert len(polygons) > 1
    ring = one_ring(polygons)
    back = masks.from_polygons([masks.Polygon(ring)], height=700, width=900)
    assert np.array_equal(back, mask)


def test_the_bridge_is_the_shortest() -> None:
    mask = np.zeros((10, 30), dtype=np.bool_)
    mask[2:5, 2:10] = True
    mask[2:5, 11:20] = True
    ring = one_ring(masks.to_polygons(mask))
    steps = np.abs(np.diff(np.concatenate([ring, ring[:1]]), axis=0)).sum(axis=1)
    assert sorted(steps)[:2] == pytest.approx([1, 1])
