"""How near each place is to the clicks when edges count as distance: told to the network at three scales."""

from __future__ import annotations

import torch
from torch import Tensor

NEARNESS = (1.0, 3.0, 9.0)
"""Distances at which nearness has fallen to 1/e."""
STEP = 0.1
"""Cost of a step of stride 4 over even colour; a crop of 128 px is 32 steps wide."""
CONTRAST = 3.0
"""Cost of a difference in colour of one unit (64 of 255 grey levels)."""
ROUNDS = 5
"""Sweeps in all four directions; paths with more turns than that are rare and only look longer than they are."""
FAR = 1e3


@torch.no_grad()
def nearness(colour: Tensor, clicks: Tensor) -> Tensor:
    """Return float[B, 2 * len(NEARNESS), h, w] in [0, 1]: nearness to clicks inside, then outside; 0 without any.

    ``colour`` float[B, 3, h, w] at stride 4, normalised; ``clicks`` as in ``Prompts``. The distance is the geodesic
    one of Criminisi et al., GeoS (ECCV 2008), found by sweeps that each solve one direction exactly.
    """
    colour = colour.float()
    batch, _, rows, columns = colour.shape
    far = _seeds(clicks, rows, columns)
    across = _climb((colour[..., 1:] - colour[..., :-1]).square().sum(1, keepdim=True).sqrt(), 3)
    down = _climb((colour[..., 1:, :] - colour[..., :-1, :]).square().sum(1, keepdim=True).sqrt(), 2)
    for _ in range(ROUNDS):
        for climb, axis in ((across, 3), (down, 2)):
            far = torch.cummin(far - climb, axis).values + climb
            far = torch.cummin((far + climb).flip(axis), axis).values.flip(axis) - climb
    near = torch.stack([torch.exp(-far / reach) for reach in NEARNESS], 2)
    return near.reshape(batch, 2 * len(NEARNESS), rows, columns)


def _climb(edges: Tensor, axis: int) -> Tensor:
    """Return what it costs to come from the first place along ``axis`` to each."""
    costs = STEP + CONTRAST * edges
    return torch.cat([torch.zeros_like(costs.narrow(axis, 0, 1)), costs.cumsum(axis)], axis)


def _seeds(clicks: Tensor, rows: int, columns: int) -> Tensor:
    """Return float[B, 2, rows, columns]: 0 under the clicks inside, and outside; FAR elsewhere."""
    far = torch.full((len(clicks), 2, rows * columns), FAR, device=clicks.device)
    column = (clicks[:, :, 0] / 4).long().clamp(0, columns - 1)
    row = (clicks[:, :, 1] / 4).long().clamp(0, rows - 1)
    index = row * columns + column
    for layer, sign in enumerate((1, 0)):
        cost = torch.where(clicks[:, :, 2] == sign, 0.0, FAR)
        far[:, layer].scatter_reduce_(1, index, cost, "amin")
    return far.view(len(clicks), 2, rows, columns)
