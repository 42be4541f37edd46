from __future__ import annotations

import numpy as np
import pytest

from models.compact.flood import FLOODS, Ground
from tests.models.compact.conftest import photograph


@pytest.fixture
def scene():
    """A crop of 128 px with a bright disc on noise, and where the disc is at stride 2."""
    y, x = np.mgrid[:128, :128]
    disc = (x - 50) ** 2 + (y - 70) ** 2 < 26**2
    image = np.random.default_rng(0).integers(90, 130, (128, 128, 3)).astype(np.uint8)
    image[disc] = (220, 60, 60)
    return image, disc[::2, ::2]


def test_a_click_floods_what_has_its_colour(scene):
    image, disc = scene
    flood = Ground(image).flood([(50.0, 70.0, 1.0)])
    assert flood.shape == (FLOODS, 64, 64)
    assert flood.dtype == np.float32
    assert np.abs(flood).max() <= 1
    overlaps = [((layer > 0) & disc).sum() / ((layer > 0) | disc).sum() for layer in flood]
    assert max(overlaps) > 0.8


def test_larger_scales_hold_the_smaller(scene):
    flood = Ground(scene[0]).flood([(50.0, 70.0, 1.0), (10.0, 10.0, 0.0)])
    assert (np.diff(flood, axis=0) >= -1e-6).all()


def test_a_click_outside_holds_the_flood_back(scene):
    image, disc = scene
    ground = Ground(image)
    alone = ground.flood([(100.0, 20.0, 1.0)])
    held = ground.flood([(100.0, 20.0, 1.0), (50.0, 70.0, 0.0)])
    assert held[:, disc].mean() < alone[:, disc].mean()


@pytest.mark.parametrize("clicks", [[], [(3.0, 3.0, 0.0)], [(3.0, 3.0, -1.0)]])
def test_nothing_inside_floods_nothing(scene, clicks):
    assert not Ground(scene[0]).flood(clicks).any()


def test_clicks_on_the_rim_and_beyond_count_as_on_the_rim(scene):
    ground = Ground(scene[0])
    assert np.array_equal(ground.flood([(127.9, 127.9, 1.0)]), ground.flood([(128.0, 140.0, 1.0)]))


def test_order_does_not_matter():
    ground = Ground(np.ascontiguousarray(photograph(1).image[:96, :96]))
    one = ground.flood([(20.0, 20.0, 1.0), (50.0, 40.0, 1.0), (80.0, 80.0, 0.0)])
    two = ground.flood([(80.0, 80.0, 0.0), (50.0, 40.0, 1.0), (20.0, 20.0, 1.0)])
    assert np.allclose(one, two, atol=1e-5)
