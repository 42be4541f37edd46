"""Makes a trained network quicker to ask: nothing here is for training."""

from __future__ import annotations

import copy

import torch
from torch import nn
from torch.nn.utils import fuse_conv_bn_eval

from models.compact.network import CompactNet


def quickened(network: CompactNet, *, bfloat: bool) -> CompactNet:
    """Return a copy of ``network`` (in evaluation mode) without batch norms of its own.

    ``bfloat``: keep weights as bfloat16, to which autocast would otherwise turn them at every call.
    """
    quick = copy.deepcopy(network)
    for part in quick.modules():
        if isinstance(part, nn.Sequential):
            _fold(part)
    if bfloat:
        for part in quick.modules():
            if isinstance(part, nn.Conv2d | nn.Linear):
                part.to(torch.bfloat16)
    return quick


def _fold(parts: nn.Sequential) -> None:
    """Fold each batch norm into the convolution before it: one pass over memory less."""
    for n in range(len(parts) - 1):
        before, norm = parts[n], parts[n + 1]
        if isinstance(before, nn.Conv2d) and isinstance(norm, nn.BatchNorm2d):
            parts[n], parts[n + 1] = fuse_conv_bn_eval(before, norm), nn.Identity()
