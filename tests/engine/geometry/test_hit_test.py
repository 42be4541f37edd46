from __future__ import annotations

import numpy as np
import pytest

from engine.geometry.hit_test import HitIndex, HitItem
from models import masks


def disc(height: int, width: int, x: float, y: float, radius: float) -> np.ndarray:
    rows, columns = np.mgrid[:height, :width]
    return (columns + 0.5 - x) ** 2 + (rows + 0.5 - y) ** 2 <= radius**2


def item(number: int, mask: np.ndarray) -> HitItem:
    rle = masks.encode(mask)
    return HitItem(number, masks.area(rle), mask=rle, bbox=masks.bbox(rle))


def test_a_thousand_points_agree_with_the_masks() -> None:
    random = np.random.default_rng(4)
    shapes = {n: disc(120, 160, *random.uniform(0, 150, 2), random.uniform(2, 60)) for n in range(1, 40)}
    index = HitIndex(item(number, mask) for number, mask in shapes.items())
    for x, y in random.uniform(0, (160, 120), (1000, 2)).tolist():
        expected = [n for n, mask in shapes.items() if mask[int(y), int(x)]]
        expected.sort(key=lambda n: (shapes[n].sum(), -n))
        assert index.at(x, y) == expected


def test_holes_are_not_hit_and_the_part_comes_before_the_whole() -> None:
    whole = disc(50, 50, 25, 25, 20)
    ring = whole & ~disc(50, 50, 25, 25, 10)
    index = HitIndex([item(1, whole), item(2, ring)])
    assert index.at(25, 25) == [1]
    assert index.at(40, 25) == [2, 1]
    assert index.at(1, 1) == []
    assert index.at(-5, 500) == []


def test_boxes_and_keypoints_without_masks() -> None:
    index = HitIndex(
        [
            HitItem(1, 100, bbox=(10, 10, 10, 10)),
            HitItem(2, 0, keypoints=((30.0, 30.0, 2), (15.0, 15.0, 1), (40.0, 40.0, 0))),
            HitItem(3),
        ]
    )
    assert index.at(12, 12) == [1]
    assert index.at(14, 15, reach=2) == [2, 1]
    assert index.at(32, 30, reach=2) == [2]
    assert index.at(32, 30, reach=1) == []
    assert index.at(40, 40, reach=3) == []
    assert index.inside((0, 0, 50, 50)) == [2, 1]
    assert index.inside((25, 25, 5, 5)) == [1]


def test_update_of_one_instance() -> None:
    index = HitIndex([item(1, disc(50, 50, 10, 10, 5)), item(2, disc(50, 50, 30, 30, 5))])
    assert index.at(10, 10) == [1]
    index.put(item(1, disc(50, 50, 30, 30, 8)))
    assert index.at(10, 10) == []
    assert index.at(30, 30) == [2, 1]
    index.remove(2)
    index.remove(77)
    assert index.at(30, 30) == [1]
    assert len(index) == 1


def test_mask_without_a_box_and_empty_mask() -> None:
    shape = disc(20, 20, 10, 10, 5)
    index = HitIndex([HitItem(1, 5, mask=masks.encode(shape)), item(2, np.zeros((20, 20), dtype=bool))])
    assert index.at(10, 10) == [1]
    assert index.inside((0, 0, 20, 20)) == [1]


def test_ids_must_differ() -> None:
    with pytest.raises(ValueError, match="twice"):
        HitIndex([HitItem(1), HitItem(1)])
