from __future__ import annotations

import numpy as np
import pytest

from engine.imaging.tones import array_to_rgb, stretch


@pytest.mark.parametrize("kind", [np.uint16, np.int32, np.int64, np.float32, np.float64])
def test_extremes_become_black_and_white(kind: type) -> None:
    out = stretch(np.array([[10, 20], [15, 20]], dtype=kind))
    assert out.tolist() == [[0, 255], [128, 255]]


def test_constant_and_hopeless_values() -> None:
    assert stretch(np.full((2, 2), 7.5)).tolist() == [[0, 0], [0, 0]]
    assert stretch(np.full((2, 2), 7, dtype=np.uint16)).tolist() == [[0, 0], [0, 0]]
    assert stretch(np.array([np.nan, np.inf, -np.inf])).tolist() == [0, 255, 0]
    assert stretch(np.array([np.nan, np.inf, 3.0])).tolist() == [0, 255, 0]


def test_the_widest_floats_do_not_overflow() -> None:
    top = np.finfo(np.float64).max
    assert stretch(np.array([-top, 0.0, top])).tolist() == [0, 128, 255]
    assert stretch(np.array([0.0, 5e-324, 1e-323])).tolist()[0] == 0


def test_channels() -> None:
    grey = np.full((3, 4), 9, dtype=np.uint8)
    assert array_to_rgb(grey).shape == (3, 4, 3)
    assert array_to_rgb(grey[..., None].repeat(2, axis=2)).shape == (3, 4, 3)
    five = np.arange(60, dtype=np.uint8).reshape(3, 4, 5)
    assert array_to_rgb(five)[0, 0].tolist() == [2, 1, 0]
