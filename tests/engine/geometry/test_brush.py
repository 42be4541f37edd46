from __future__ import annotations

import cv2
import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from engine.geometry.brush import apply_stroke, stroke_mask

POINTS = st.lists(
    st.tuples(st.integers(-80, 400), st.integers(-80, 320)).map(lambda p: (p[0] / 8, p[1] / 8)), min_size=1, max_size=5
)


def centres(height: int, width: int) -> list:
    columns, rows = np.meshgrid(np.arange(width) + 0.5, np.arange(height) + 0.5)
    return shapely.points(columns, rows)


@given(POINTS, st.floats(0.5, 12))
def test_exactly_the_centres_within_the_radius(points: list, radius: float) -> None:
    path = shapely.LineString(points) if len(points) > 1 else shapely.Point(points[0])
    distance = shapely.distance(path, centres(30, 40))
    drawn = stroke_mask(np.array(points), radius, 30, 40).to_mask(30, 40)
    sure = np.abs(distance - radius) > 1e-6
    for x, y in np.floor(points).astype(int).tolist():
        if 0 <= x < 40 and 0 <= y < 30:
            assert drawn[y, x]
            sure[y, x] = False
    assert np.array_equal(drawn[sure], (distance <= radius)[sure])


@given(POINTS)
def test_the_thinnest_brush_leaves_no_gap(points: list) -> None:
    drawn = stroke_mask(np.array(points) + 15, 0.01, 80, 90).to_mask(80, 90)
    for x, y in np.floor(np.array(points) + 15).astype(int).tolist():
        assert drawn[y, x]
    parts, _ = cv2.connectedComponents(drawn.astype(np.uint8), connectivity=8)
    assert parts == 2


def test_radius_counts_in_fractions_of_a_pixel() -> None:
    sizes = [stroke_mask(np.array([[20.0, 20.0]]), radius, 40, 40).part.sum() for radius in (2.6, 3.0, 3.6, 4.0)]
    assert sizes == sorted(set(sizes))


def test_only_the_touched_box_and_nothing_outside() -> None:
    patch = stroke_mask(np.array([[5.5, 5.5], [9.5, 5.5]]), 2, 100, 100)
    assert patch.box == (3, 3, 12, 8)
    assert stroke_mask(np.array([[-50.0, -50.0]]), 3, 20, 20).part.size == 0
    assert stroke_mask(np.zeros((0, 2)), 3, 20, 20).part.size == 0


@pytest.mark.parametrize("erase", [False, True])
def test_applied_in_place(erase: bool) -> None:
    mask = np.zeros((40, 40), dtype=bool)
    mask[10:30, 10:30] = True
    before = mask.copy()
    patch = stroke_mask(np.array([[10.0, 10.0], [0.0, 20.0]]), 4, 40, 40)
    assert apply_stroke(mask, patch, erase=erase) == patch.box
    stroke = patch.to_mask(40, 40)
    assert np.array_equal(mask, before & ~stroke if erase else before | stroke)
    assert not np.array_equal(mask, before)
