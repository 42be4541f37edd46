"""Joints as heat maps and back: a Gaussian at each joint, and the place of the highest chance between the cells."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

STRIDE = 4
"""Pixels of the crop for one cell of a map."""
SPREAD = 1.5
"""Standard deviation of a joint's Gaussian in cells; 2 on maps of 64 x 48 in HRNet, ours are smaller."""
WINDOW = 2
"""Cells on each side of the highest one whose chance is the joint's confidence."""


def draw(joints: Tensor, cells: int) -> Tensor:
    """Return float[B, J, cells, cells]: each cell's chance, summing to 1; ``joints`` float[B, J, 2] in crop pixels.

    A joint beyond the crop gives the cells of the border nearest to it.
    """
    at = (joints / STRIDE).clamp(0, cells - 1e-3)
    middle = torch.arange(cells, device=joints.device) + 0.5
    across = torch.exp(-((middle - at[..., 0:1]) ** 2) / (2 * SPREAD**2))
    down = torch.exp(-((middle - at[..., 1:2]) ** 2) / (2 * SPREAD**2))
    drawn = down[..., :, None] * across[..., None, :]
    return drawn / drawn.sum((-2, -1), keepdim=True)


def find(logits: Tensor) -> tuple[Tensor, Tensor]:
    """Return where each joint is (float[B, J, 2], crop pixels) and its chance there (float[B, J], 0 to 1).

    ``logits`` float[B, J, h, w] before a softmax over the cells. The place between cells is the top of the parabola
    through the logarithms (DARK, Zhang et al., CVPR 2020): exact where the map is a Gaussian.
    """
    batch, count, rows, columns = logits.shape
    flat = functional.log_softmax(logits.float().flatten(2), 2)
    best = flat.argmax(2)
    row = torch.div(best, columns, rounding_mode="floor")
    column = best % columns
    padded = functional.pad(flat.view(batch, count, rows, columns), (WINDOW,) * 4, value=-30.0)
    steps = torch.arange(-WINDOW, WINDOW + 1, device=logits.device)
    near_rows = (row[..., None] + WINDOW + steps)[..., :, None]
    near_columns = (column[..., None] + WINDOW + steps)[..., None, :]
    b = torch.arange(batch, device=logits.device)[:, None, None, None]
    j = torch.arange(count, device=logits.device)[None, :, None, None]
    near = padded[b, j, near_rows, near_columns]
    x = column + 0.5 + _top(near[..., WINDOW, WINDOW - 1], near[..., WINDOW, WINDOW], near[..., WINDOW, WINDOW + 1])
    y = row + 0.5 + _top(near[..., WINDOW - 1, WINDOW], near[..., WINDOW, WINDOW], near[..., WINDOW + 1, WINDOW])
    sure = near.exp().sum((-2, -1)).clamp(0, 1)
    return torch.stack([x, y], 2) * STRIDE, sure


def _top(before: Tensor, at: Tensor, after: Tensor) -> Tensor:
    """Return where between -0.5 and 0.5 the parabola through three heights has its top."""
    bend = before - 2 * at + after
    return torch.where(bend < -1e-6, (before - after) / (2 * bend.clamp(max=-1e-6)), torch.zeros_like(at)).clamp(
        -0.5, 0.5
    )
