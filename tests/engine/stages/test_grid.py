from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.stages.grid import Window, grid_points, windows
from engine.stages.params import PRESETS, AutoParams

SIDES = st.integers(1, 3000)
LAYERS = st.lists(st.integers(1, 64), min_size=1, max_size=4).map(tuple)


def test_points_are_the_middles_of_the_cells() -> None:
    assert grid_points(4, 6, 2).tolist() == [[1.5, 1], [4.5, 1], [1.5, 3], [4.5, 3]]


@settings(deadline=None)
@given(SIDES, SIDES, st.integers(1, 64))
def test_points_lie_in_the_image_and_are_all_different(height: int, width: int, side: int) -> None:
    points = grid_points(height, width, side)
    assert points.shape == (side**2, 2)
    assert points.dtype == np.float32
    assert (points > 0).all() and (points[:, 0] < width).all() and (points[:, 1] < height).all()
    assert len({tuple(point) for point in points.tolist()}) == side**2


def test_windows_of_a_known_image() -> None:
    """1500 x 1500, as SA-1B: the overlap of the first layer is 512, of the second 256."""
    found = windows(1500, 1500, PRESETS["sa1b"])
    assert found[0] == Window(0, 32, 0, 0, 1500, 1500)
    assert found[1:5] == tuple(Window(1, 16, x, y, 1006, 1006) for x in (0, 494) for y in (0, 494)) and len(found) == 21
    starts = [0, 311, 622, 933]
    assert [(each.x, each.y) for each in found[5:]] == [(x, y) for x in starts for y in starts]
    assert {each.width for each in found[5:]} == {567}
    assert sum(each.side**2 for each in found) == 3072


def test_one_layer_is_the_image_alone() -> None:
    assert windows(30, 40, AutoParams()) == (Window(0, 32, 0, 0, 40, 30),)


@settings(deadline=None)
@given(SIDES, SIDES, LAYERS, st.floats(0, 0.9))
def test_windows_cover_the_image_layer_by_layer(
    height: int, width: int, sides: tuple[int, ...], overlap: float
) -> None:
    params = AutoParams(points_per_side=sides, crop_overlap=overlap)
    found = windows(height, width, params)
    for layer, side in enumerate(sides):
        own = [each for each in found if each.layer == layer]
        assert {each.side for each in own} == {side}
        assert len(own) <= 4**layer
        if min(height, width) >= 4 ** len(sides):
            assert len(own) == 4**layer
        covered = np.zeros((2, max(height, width)), dtype=bool)
        for each in own:
            assert each.width > 0 and each.height > 0
            assert each.x >= 0 and each.x + each.width <= width and each.y >= 0 and each.y + each.height <= height
            covered[0, each.x : each.x + each.width] = True
            covered[1, each.y : each.y + each.height] = True
        assert covered[0, :width].all() and covered[1, :height].all()
