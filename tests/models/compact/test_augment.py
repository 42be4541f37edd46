from __future__ import annotations

import numpy as np
import pytest

from models.compact.augment import Drawer, Recipe, blob


def test_crops_follow_from_the_generator(corpus):
    drawer = Drawer(corpus, Recipe({}))
    first = [drawer.draw(np.random.default_rng(5), 64) for _ in range(2)]
    assert np.array_equal(first[0].image, first[1].image)
    assert np.array_equal(first[0].mask, first[1].mask)
    other = drawer.draw(np.random.default_rng(6), 64)
    assert not np.array_equal(first[0].image, other.image)


def test_crops_hold_an_object(corpus):
    drawer = Drawer(corpus, Recipe({}))
    rng = np.random.default_rng(0)
    for _ in range(60):
        crop = drawer.draw(rng, 48)
        assert crop.image.shape == (48, 48, 3)
        assert crop.image.dtype == crop.mask.dtype == np.uint8
        assert set(np.unique(crop.mask)) <= {0, 1}
        assert crop.mask.any()


def test_the_mask_lies_on_the_object(corpus):
    plain = Recipe({}, pasted=0, shapes=0, gray=0, blurred=0, noisy=0)
    drawer = Drawer(corpus, plain)
    rng = np.random.default_rng(1)
    reached = 0
    for _ in range(20):
        crop = drawer.draw(rng, 64)
        inside, outside = crop.image[crop.mask > 0].mean(0), crop.image[crop.mask == 0].mean(0)
        reached += np.abs(inside - outside).max() > 25
    assert reached >= 17


def test_nothing_to_learn_from_is_refused(corpus):
    with pytest.raises(ValueError, match="no labelled object"):
        Drawer(corpus, Recipe({}, small_side=10_000))


@pytest.mark.parametrize("seed", range(12))
def test_blobs_are_filled_shapes(seed):
    shape = blob(np.random.default_rng(seed), 40)
    assert shape.shape == (40, 40)
    assert 20 < shape.sum() < 1600
