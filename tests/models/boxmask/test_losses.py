"""BoxInst's losses: golden values, gradients, and a shape found from its box alone."""

from __future__ import annotations

import numpy as np
import pytest
from skimage.color import rgb2lab

from models.boxmask.losses import Pairs, neighbour_pairs, pair_terms, pairwise, projection, similarity
from models.boxmask.optimise import Fit, fit


@pytest.mark.parametrize(("first", "second", "loss"), [(0.9, 0.9, 0.1985), (0.5, 0.5, 0.6931), (0.9, 0.1, 1.7148)])
def test_pairs_cost_what_boxinst_says(first: float, second: float, loss: float) -> None:
    assert pair_terms(np.array([first]), np.array([second]))[0] == pytest.approx(loss, abs=5e-5)


def test_a_mask_that_fills_its_box_costs_nothing_and_an_empty_one_two() -> None:
    box = np.zeros((20, 30), dtype=np.bool_)
    box[4:15, 6:22] = True
    assert projection(box.astype(np.float64), box)[0] == pytest.approx(0, abs=1e-5)
    assert projection(np.zeros((20, 30)), box)[0] == pytest.approx(2, abs=1e-5)


def test_colours_are_alike_up_to_boxinsts_line() -> None:
    lab = np.array([[[50.0, 0.0, 0.0], [52.408, 0.0, 0.0]]])
    assert similarity(lab, np.array([0]), np.array([1]))[0] == pytest.approx(0.3, abs=1e-4)


def test_gradients_are_those_of_the_losses() -> None:
    rng = np.random.default_rng(1)
    mask = rng.uniform(0.2, 0.8, (7, 9))
    box = np.zeros((7, 9), dtype=np.bool_)
    box[1:6, 2:8] = True
    first, second = neighbour_pairs(7, 9)
    pairs = Pairs(first, second, rng.uniform(0.3, 1, len(first)))
    for loss in (lambda m: pairwise(m, pairs), lambda m: projection(m, box)):
        slope = loss(mask)[1]
        for place in ((1, 2), (3, 4), (5, 7), (6, 8)):
            step = np.zeros_like(mask)
            step[place] = 1e-6
            number = (loss(mask + step)[0] - loss(mask - step)[0]) / 2e-6
            assert slope[place] == pytest.approx(number, abs=1e-5)


def test_a_shape_of_one_colour_on_another_is_recovered_from_its_box() -> None:
    y, x = np.mgrid[:64, :72] + 0.5
    shape = (((x - 36) / 22) ** 2 + ((y - 32) / 18) ** 2 < 1) & ~((x > 36) & (y > 40))
    image = np.where(shape[..., None], (0.8, 0.2, 0.2), (0.3, 0.4, 0.6))
    rows, columns = np.flatnonzero(shape.any(1)), np.flatnonzero(shape.any(0))
    box = np.zeros(shape.shape, dtype=np.bool_)
    box[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1] = True
    away = np.hypot((x - 36) / 22, (y - 32) / 18)
    logits = fit(np.asarray(rgb2lab(image)), box, 0.3 * (0.9 - away), Fit(loyalty=0.0, steps=300))
    found = logits > 0
    assert np.count_nonzero(found & shape) / np.count_nonzero(found | shape) > 0.95
    assert not found[~box].any()
