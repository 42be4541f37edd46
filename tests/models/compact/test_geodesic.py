from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from models.compact.geodesic import CONTRAST, NEARNESS, STEP, nearness


def clicks(*some):
    return torch.tensor([list(some)], dtype=torch.float32)


def test_over_even_colour_it_is_the_way_on_foot():
    near = nearness(torch.zeros(1, 3, 8, 12), clicks([2.0, 2, 1]))
    for scale, reach in enumerate(NEARNESS):
        assert float(near[0, scale, 0, 0]) == 1
        assert float(near[0, scale, 3, 5]) == pytest.approx(math.exp(-8 * STEP / reach), rel=1e-4)
    assert not near[0, len(NEARNESS) :].any()


def test_an_edge_is_far_and_a_gap_is_a_way_through():
    colour = torch.zeros(1, 3, 16, 16)
    colour[:, :, :, 8] = 2.0
    walled = nearness(colour, clicks([6.0, 30, 1]))
    colour[:, :, 0, 8] = 0
    open_ = nearness(colour, clicks([6.0, 30, 1]))
    assert float(walled[0, 0, 7, 12]) < 1e-4
    assert float(open_[0, 0, 7, 12]) > 0.05


def test_outside_clicks_have_layers_of_their_own():
    near = nearness(torch.zeros(1, 3, 8, 8), clicks([2.0, 2, 1], [30, 30, 0], [14, 14, -1]))
    inside, outside = near[0, 0], near[0, len(NEARNESS)]
    assert torch.allclose(inside.flip(0).flip(1), outside, atol=1e-5)


def test_it_is_the_shortest_way_where_ways_turn_little():
    torch.manual_seed(0)
    colour = torch.rand(1, 3, 10, 10)
    near = nearness(colour, clicks([18.0, 22, 1]))
    steps = {}
    for row in range(10):
        for column in range(10):
            for down, right in ((0, 1), (1, 0)):
                if row + down < 10 and column + right < 10:
                    gap = colour[0, :, row, column] - colour[0, :, row + down, column + right]
                    steps[row, column, row + down, column + right] = STEP + CONTRAST * float(gap.norm())
    true = shortest(steps, (5, 4))
    found = -torch.log(near[0, 2]).numpy() * NEARNESS[2]
    assert (found >= true - 1e-3).all()
    assert np.median(found - true) < 0.05


def shortest(steps, start):
    """Bellman-Ford over the grid's edges."""
    far = np.full((10, 10), np.inf)
    far[start] = 0
    for _ in range(100):
        for (a, b, c, d), cost in steps.items():
            far[c, d] = min(far[c, d], far[a, b] + cost)
            far[a, b] = min(far[a, b], far[c, d] + cost)
    return far
