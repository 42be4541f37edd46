"""Networks of the family small enough for tests, with weights that see the image and answer like real ones."""

from __future__ import annotations

from pathlib import Path

import torch

from models.sam.network import build
from models.sam.variants import VitSize

SMALL = VitSize(32, 2, 2, (1,), side=128, window=3, channels=32, mlp=64)
NAMES = Path(__file__).with_name("authors_vit_b.txt")
"""Names and shapes of the tensors in SAM's own file for ViT-B."""


def randomised(network: torch.nn.Module, seed: int = 0) -> torch.nn.Module:
    """Fill a network with random weights of the size that trained ones have.

    transformers' own random SAM is blind: its encoder starts with weights of 1e-10 and relative places of 0. The last
    layers are made strong so that logits reach ten and predicted IoU lies around 0.7.
    """
    draw = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for name, value in sorted(network.state_dict().items()):
            if "norm" in name:
                fill = 0.1 * torch.randn(value.shape, generator=draw) + (1 if name.endswith("weight") else 0)
            elif "positional_embedding" in name:
                fill = torch.randn(value.shape, generator=draw)
            elif value.ndim == 1:
                fill = 0.05 * torch.randn(value.shape, generator=draw)
            else:
                fill = torch.randn(value.shape, generator=draw) / (value.numel() / value.shape[0]) ** 0.5
            if "hypernetworks" in name and "proj_out" in name:
                fill = fill * 300
            if "iou_prediction_head.proj_out" in name:
                fill = 0.3 * fill + (0.7 if name.endswith("bias") else 0)
            value.copy_(fill)
    return network


def small_network(seed: int = 0) -> torch.nn.Module:
    """Return a small SAM with random weights."""
    return randomised(build(SMALL), seed)


def authors_state(network: torch.nn.Module, theirs_to_ours) -> dict[str, torch.Tensor]:
    """Return the weights under the names that SAM's authors give them in their own files."""
    state = network.state_dict()
    found = {}
    for line in NAMES.read_text(encoding="utf-8").splitlines():
        name = line.split()[0]
        value = state.get(theirs_to_ours(name))
        if value is not None:
            found[name] = value.clone()
    return found
