from __future__ import annotations

import numpy as np
import pytest

from engine.stages.coverage import coverage
from models import masks


def block(height: int, width: int, x: int, y: int, w: int, h: int) -> masks.Rle:
    drawn = np.zeros((height, width), dtype=bool)
    drawn[y : y + h, x : x + w] = True
    return masks.encode(drawn)


def test_nothing_is_explained_without_masks() -> None:
    found = coverage(30, 40, [])
    assert found.shares.shape == (30, 40)
    assert found.share == 0
    assert found.cell == (1.0, 1.0)


def test_a_small_image_is_mapped_pixel_by_pixel() -> None:
    drawn = np.zeros((30, 40), dtype=bool)
    drawn[3:9, 5:20] = True
    other = np.zeros_like(drawn)
    other[5:12, 15:30] = True
    found = coverage(30, 40, [masks.encode(drawn), masks.encode(other)])
    assert np.array_equal(found.shares, (drawn | other).astype(np.float32))


def test_a_large_image_is_mapped_in_cells_that_tell_their_share() -> None:
    found = coverage(100, 200, [block(100, 200, 0, 0, 25, 100)], side=20)
    assert found.shares.shape == (10, 20)
    assert found.cell == (10.0, 10.0)
    assert found.shares[:, :2].min() == 1
    assert found.shares[:, 2] == pytest.approx(0.5)
    assert found.shares[:, 3:].max() == 0
    assert found.share == pytest.approx(25 / 200)


def test_masks_of_another_size_explain_nothing() -> None:
    found = coverage(30, 40, [block(40, 30, 0, 0, 30, 40)])
    assert found.share == 0


def test_an_image_without_pixels_cannot_be_covered() -> None:
    with pytest.raises(ValueError, match="nothing to cover"):
        coverage(0, 40, [])
