"""The end of the family's decoders: places become four times finer, and masks are drawn on them.

Both enlarging layers make two by two places of each one, so that they are plain products over single places; only the
part of the square that is looked at is computed, and only of prompts whose masks are wanted.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional as F  # noqa: N812 - its customary name

FINER = 4
"""Rows and columns of logits to each row and column of places."""


@dataclass(frozen=True, slots=True, eq=False)
class Fine:
    """What the encoder saw at finer levels, place by place.

    ``middle`` is ``float32[h, w, 4, C / 4]``, ``finest`` ``float32[h, w, 16, C / 8]``. The four and the sixteen are
    in the order in which ``Canvas`` makes them.
    """

    middle: Tensor
    finest: Tensor

    def part(self, top: int, bottom: int, right: int) -> Fine:
        """Return some rows and the first columns."""
        return Fine(self.middle[top:bottom, :right], self.finest[top:bottom, :right])


class Canvas:
    """transformers' two enlarging layers."""

    def __init__(self, decoder: Any) -> None:
        """Take the decoder's weights."""
        self._first, self._first_bias = _product(decoder.upscale_conv1)
        self._second, self._second_bias = _product(decoder.upscale_conv2)
        self._norm = decoder.upscale_layer_norm

    def finer(self, places: Tensor, fine: Fine | None) -> Tensor:
        """Turn ``float32[N, h, w, C]`` into ``float32[N, h, w, 16, C / 8]``."""
        middle = F.linear(places, self._first, self._first_bias).reshape(*places.shape[:-1], 4, -1)
        if fine is not None:
            middle += fine.middle
        middle = F.gelu(F.layer_norm(middle, middle.shape[-1:], self._norm.weight, self._norm.bias, self._norm.eps))
        finest = F.linear(middle, self._second, self._second_bias).reshape(*places.shape[:-1], 16, -1)
        if fine is not None:
            finest += fine.finest
        return F.gelu(finest)


def by_place(level: Tensor, steps: int) -> Tensor:
    """Turn a finer level, ``float32[1, C, 2^steps h, 2^steps w]``, into ``float32[h, w, 4^steps, C]``."""
    _, channels, height, width = level.shape
    side = 2**steps
    split = level[0].view(channels, height // side, side, width // side, side)
    # Of 4 x 4 the two coarser halves come first, as one layer after the other makes them.
    split = split.reshape(channels, height // side, *([2] * steps), width // side, *([2] * steps))
    down, across = range(2, 2 + steps), range(3 + steps, 3 + 2 * steps)
    order = [axis for pair in zip(down, across, strict=True) for axis in pair]
    return split.permute(1, 2 + steps, *order, 0).reshape(height // side, width // side, 4**steps, channels)


def laid_out(values: Tensor) -> Tensor:
    """Turn ``float32[K, rows, columns, 16]`` into ``float32[K, 4 rows, 4 columns]``."""
    count, rows, columns, _ = values.shape
    apart = values.view(count, rows, columns, 2, 2, 2, 2)
    return apart.permute(0, 1, 3, 5, 2, 4, 6).reshape(count, FINER * rows, FINER * columns)


def strokes(decoder: Any, told: Tensor, which: range) -> Tensor:
    """Return what each mask's token, ``float32[N, masks, C]``, draws with: ``float32[N, len(which), C / 8]``."""
    return torch.stack([decoder.output_hypernetworks_mlps[n](told[:, n]) for n in which], dim=1)


def _product(layer: Any) -> tuple[Tensor, Tensor]:
    """Return a layer of 2 x 2 px without overlap as a product with weights ``[4 out, in]`` and its bias."""
    weight = layer.weight.permute(2, 3, 1, 0)
    return weight.reshape(-1, weight.shape[-1]).contiguous(), layer.bias.repeat(4)
