from __future__ import annotations

import numpy as np

from engine.records import Level
from engine.stages.tree import levels, parents
from models import masks


def square(x: int, size: int) -> masks.Rle:
    drawn = np.zeros((60, 60), dtype=bool)
    drawn[x : x + size, x : x + size] = True
    return masks.encode(drawn)


def test_nested_masks_are_whole_part_and_subpart() -> None:
    found = [square(0, 50), square(2, 30), square(4, 20), square(5, 10), square(50, 9)]
    assert parents(found, 0.9) == [None, 0, 1, 2, None]
    assert levels(parents(found, 0.9)) == [Level.WHOLE, Level.PART, Level.SUBPART, Level.SUBPART, Level.WHOLE]


def test_the_smallest_whole_is_the_parent() -> None:
    assert parents([square(0, 50), square(0, 40), square(20, 10)], 0.9) == [None, 0, 1]


def test_a_part_may_stick_out_a_little() -> None:
    whole, part = square(0, 20), square(15, 10)
    assert parents([whole, part], 0.25) == [None, 0]
    assert parents([whole, part], 0.26) == [None, None]


def test_of_equal_masks_the_first_holds_the_second() -> None:
    assert parents([square(0, 5), square(0, 5)], 0.9) == [None, 0]


def test_nothing_has_no_tree() -> None:
    assert parents([], 0.9) == [] == levels([])
