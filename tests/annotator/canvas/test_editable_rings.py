from __future__ import annotations

import cv2
import numpy as np
import pytest

from annotator.canvas.editable_rings import MOST_VERTICES, EditableRings, fills_to
from engine.geometry.patch import Patch
from models.masks import Rle, encode

OUTER = ((10.0, 10.0), (40.0, 10.0), (40.0, 30.0), (10.0, 30.0))
HOLE = ((20.0, 15.0), (20.0, 20.0), (30.0, 20.0), (30.0, 15.0))
MIDDLE = ((10.0, 10.0), (25.0, 10.0), (40.0, 10.0), (40.0, 30.0), (10.0, 30.0))


@pytest.fixture
def block() -> Rle:
    return Patch(10, 10, np.ones((20, 30), dtype=np.bool_)).to_rle(60, 80)


def test_an_edited_outline_is_kept_while_it_gives_the_mask(block: Rle) -> None:
    rings = EditableRings()
    (traced,) = rings.of(1, block)
    assert set(traced) == set(OUTER)
    rings.keep(1, (MIDDLE,))
    assert rings.of(1, block) == (MIDDLE,)
    smaller = Patch(10, 10, np.ones((20, 29), dtype=np.bool_)).to_rle(60, 80)
    rings.forget([1])
    assert set(rings.of(1, smaller)[0]) == {(10, 10), (39, 10), (39, 30), (10, 30)}
    rings.look_again()
    assert rings.of(1, block) == (MIDDLE,)
    rings.clear()
    assert set(rings.of(1, block)[0]) == set(OUTER)


def test_rings_fill_by_the_even_odd_rule_and_to_the_pixel(block: Rle) -> None:
    pierced = np.zeros((60, 80), dtype=np.bool_)
    pierced[10:30, 10:40] = True
    pierced[15:20, 20:30] = False
    assert fills_to((OUTER,), block)
    assert fills_to((OUTER, HOLE), encode(pierced))
    assert not fills_to((OUTER,), encode(pierced))
    assert not fills_to((OUTER, HOLE), block)


@pytest.mark.parametrize("corner", [(41.0, 10.0), (60.0, 5.0), (39.0, 10.0)])
def test_another_corner_gives_another_mask(block: Rle, corner: tuple[float, float]) -> None:
    assert not fills_to((((10.0, 10.0), corner, (40.0, 30.0), (10.0, 30.0)),), block)


def test_a_mask_at_the_border_of_the_image_is_no_exception() -> None:
    everything = encode(np.ones((60, 80), dtype=np.bool_))
    assert fills_to((((0.0, 0.0), (80.0, 0.0), (80.0, 60.0), (0.0, 60.0)),), everything)


def test_an_outline_with_very_many_vertices_cannot_be_edited() -> None:
    comb = np.zeros((60, 800), dtype=np.uint8)
    for x in range(0, 800, 10):
        cv2.rectangle(comb, (x, 10), (x + 4, 50), 1, -1)
    comb[50:55] = 1
    assert MOST_VERTICES < 4 * 80
    assert EditableRings().of(1, encode(comb > 0)) == ()
