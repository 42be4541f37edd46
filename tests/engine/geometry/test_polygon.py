from __future__ import annotations

import numpy as np
import pytest

from engine.geometry.polygon import (
    fill_ring,
    insert_vertex,
    is_simple,
    move_vertex,
    nearest_edge,
    nearest_vertex,
    remove_vertex,
    ring_area,
)
from models.masks import Polygon, from_polygons

SQUARE = np.array([[0, 0], [10, 0], [10, 10], [0, 10]], dtype=float)


def test_vertices_are_inserted_moved_and_removed_without_touching_the_ring() -> None:
    before = SQUARE.copy()
    assert insert_vertex(SQUARE, 3, 0, 5)[4].tolist() == [0, 5]
    assert insert_vertex(SQUARE, 0, 5, 1).tolist()[:3] == [[0, 0], [5, 1], [10, 0]]
    assert move_vertex(SQUARE, 2, 12, 11)[2].tolist() == [12, 11]
    assert remove_vertex(SQUARE, 1).tolist() == [[0, 0], [10, 10], [0, 10]]
    assert np.array_equal(SQUARE, before)
    with pytest.raises(ValueError, match="at least three"):
        remove_vertex(SQUARE[:3], 0)
    for wrong in (-1, 4):
        with pytest.raises(IndexError):
            move_vertex(SQUARE, wrong, 0, 0)


def test_nearest() -> None:
    vertex = nearest_vertex(SQUARE, 9, 12)
    assert (vertex.index, vertex.distance) == (2, pytest.approx(5**0.5))
    closing = nearest_edge(SQUARE, -1, 4)
    assert (closing.index, closing.x, closing.y, closing.distance) == (3, 0, 4, 1)
    doubled = np.array([[0, 0], [0, 0], [10, 0], [10, 10]], dtype=float)
    assert nearest_edge(doubled, 5, 1).distance == pytest.approx(1)


def test_crossing_is_noticed() -> None:
    assert is_simple(SQUARE)
    assert not is_simple(SQUARE[[0, 2, 1, 3]])
    assert not is_simple(SQUARE[:2])
    assert not is_simple(np.array([[0, 0], [5, 0], [np.nan, 5]]))
    assert ring_area(SQUARE) == ring_area(SQUARE[::-1]) == 100


def test_filling_is_the_codecs_rule_in_a_box() -> None:
    random = np.random.default_rng(6)
    for _ in range(40):
        ring = random.uniform(-10, 60, (int(random.integers(3, 9)), 2))
        expected = from_polygons([Polygon(ring)], height=40, width=50)
        assert np.array_equal(fill_ring(ring, 40, 50).to_mask(40, 50), expected)


def test_hole_and_neighbours() -> None:
    ring = fill_ring(SQUARE, 20, 20, holes=[SQUARE * 0.5 + 2])
    assert ring.part.sum() == 75
    left, right = fill_ring(SQUARE, 20, 20), fill_ring(SQUARE + np.array([10, 0]), 20, 20)
    assert (left.to_mask(20, 20) & right.to_mask(20, 20)).sum() == 0
    assert (left.to_mask(20, 20) | right.to_mask(20, 20)).sum() == 200


def test_outside_or_unusable() -> None:
    assert fill_ring(SQUARE + 100, 20, 20).part.size == 0
    for bad in (SQUARE[:2], np.full((4, 2), np.nan), np.full((4, 2), np.inf)):
        with pytest.raises(ValueError, match="three vertices"):
            fill_ring(bad, 20, 20)
