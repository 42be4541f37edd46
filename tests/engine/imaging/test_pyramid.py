from __future__ import annotations

import numpy as np
import pytest

from engine.imaging.pyramid import build_pyramid, level_for_scale


def test_levels_halve_down_to_the_top_and_the_first_is_no_copy() -> None:
    pixels = np.random.default_rng(0).integers(0, 255, (3001, 2000, 3), dtype=np.uint8)
    levels = build_pyramid(pixels)
    assert levels[0] is pixels
    assert [level.shape for level in levels] == [(3001, 2000, 3), (1501, 1000, 3), (751, 500, 3)]
    assert all(level.dtype == np.uint8 for level in levels)
    assert abs(float(levels[-1].mean()) - float(pixels.mean())) < 1


def test_small_image_has_one_level() -> None:
    assert len(build_pyramid(np.zeros((10, 1024, 3), dtype=np.uint8))) == 1


def test_mean_of_four_pixels() -> None:
    block = np.array([[0, 100], [100, 200]], dtype=np.uint8)[..., None].repeat(3, axis=2)
    assert (build_pyramid(np.tile(block, (4, 4, 1)), top_side=4)[1] == 100).all()


@pytest.mark.parametrize(
    ("scale", "level"), [(8, 0), (1, 0), (0.51, 0), (0.5, 1), (0.26, 1), (0.25, 2), (0.01, 3), (0.5 + 1e-12, 1)]
)
def test_level_never_has_fewer_pixels_than_the_screen(scale: float, level: int) -> None:
    assert level_for_scale(scale, 4) == level


def test_nonsense_is_refused() -> None:
    with pytest.raises(ValueError, match="positive"):
        level_for_scale(0, 3)
