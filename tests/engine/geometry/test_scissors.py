from __future__ import annotations

import numpy as np
import pytest

from engine.geometry.scissors import SIDE, Scissors


def picture(side: int, radius: float) -> np.ndarray:
    rows, columns = np.mgrid[:side, :side]
    inside = np.hypot(rows - side / 2, columns - side / 2) < radius
    return np.where(inside[..., None], (200, 60, 40), (30, 70, 160)).astype(np.uint8)


def test_path_follows_the_edge_between_its_ends() -> None:
    scissors = Scissors(picture(300, 90))
    scissors.anchor(150 - 90, 150)
    path = scissors.path_to(150, 150 - 90)
    assert path[0].tolist() == [60, 150]
    assert path[-1].tolist() == [150, 60]
    assert (np.abs(np.diff(path, axis=0)).max(axis=1) <= 1).all()
    # The chord would come 26 pixels nearer to the centre.
    assert np.abs(np.hypot(*(path - 150).T) - 90).max() < 3


def test_far_targets_are_reached_at_lower_resolution() -> None:
    side = 4 * SIDE
    scissors = Scissors(picture(side, side * 0.4))
    scissors.anchor(side * 0.1, side / 2)
    path = scissors.path_to(side / 2, side * 0.1)
    assert path[0].tolist() == [int(side * 0.1), side // 2]
    assert path[-1].tolist() == [side // 2, int(side * 0.1)]
    assert np.abs(np.hypot(*(path - side / 2).T) - side * 0.4).max() < 16


@pytest.mark.parametrize("size", [(1, 1), (1, 50), (3, 3), (401, 7), (1000, 999)])
def test_any_size_any_corner(size: tuple[int, int]) -> None:
    scissors = Scissors(np.random.default_rng(5).integers(0, 255, (*size, 3), dtype=np.uint8))
    scissors.anchor(-10, 1e9)
    path = scissors.path_to(1e9, -10)
    assert path[0].tolist() == [0, size[0] - 1]
    assert path[-1].tolist() == [size[1] - 1, 0]
    assert (path >= 0).all()
    assert (path < (size[1], size[0])).all()


def test_misuse_is_refused() -> None:
    with pytest.raises(ValueError, match="uint8"):
        Scissors(np.zeros((4, 4), dtype=np.uint8))
    with pytest.raises(ValueError, match="anchor first"):
        Scissors(np.zeros((4, 4, 3), dtype=np.uint8)).path_to(1, 1)
