"""Networks of the family small enough for tests, with weights that see the image and answer like real ones."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch

from models.sam.backend import SamBackend
from models.sam.families import KINDS
from models.sam.keys import for_videos, theirs_to_ours
from models.sam.spec import HIERA_TINY, HQ_VIT_B, VIT_B
from models.sam.variants import HieraSize, Variant, VitSize

HERE = Path(__file__).parent
VIT = VitSize(32, 2, 2, (1,), side=128, window=3, channels=32, mlp=64)
HIERA = HieraSize(16, 1, (1, 2, 7, 2), (5, 7, 9), background=(3, 3), windows=(4, 2, 4, 2), side=128, channels=32)
SPECS = {spec.name: spec for spec in (VIT_B, HQ_VIT_B, HIERA_TINY)}
SMALL = {
    "sam-vit-b": Variant("sam-vit-b", "sam", VIT, "sam_vit_b_01ec64.pth"),
    "sam-hq-vit-b": Variant("sam-hq-vit-b", "sam_hq", VIT, "sam_hq_vit_b.pth"),
    "sam2.1-hiera-tiny": Variant("sam2.1-hiera-tiny", "sam2", HIERA, "sam2.1_hiera_tiny.pt"),
}
NAMES = {
    "sam-vit-b": ("authors_vit_b.txt",),
    "sam-hq-vit-b": ("authors_vit_b.txt", "authors_hq_extra.txt"),
    "sam2.1-hiera-tiny": ("authors_sam2_tiny.txt",),
}
"""Lists of the names and shapes of the tensors in the authors' own files."""


def randomised(network: Any, seed: int = 0) -> Any:
    """Fill a network with random weights of the size that trained ones have.

    transformers' own random SAM is blind: its encoder starts with weights of 1e-10 and relative places of 0. The last
    layers are made strong so that logits reach ten and predicted IoU spreads around 0.7.
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
                fill = fill * 40
            if "iou_prediction_head.proj_out" in name:
                fill = 0.3 * fill + (0.7 if name.endswith("bias") else 0)
            value.copy_(fill)
        # One tensor under two names.
        network.prompt_encoder.shared_embedding.positional_embedding.copy_(
            network.shared_image_embedding.positional_embedding
        )
    return network


def small_network(name: str, seed: int = 0) -> Any:
    """Return a small network of the family of ``name`` with random weights."""
    return randomised(KINDS[SMALL[name].family].build(SMALL[name].size), seed)


def small_backend(name: str) -> SamBackend:
    """Return a backend around a small network."""
    wrap = KINDS[SMALL[name].family].wrap
    return SamBackend(SPECS[name], wrap(small_network(name), SMALL[name].size, torch.device("cpu")), "small")


def published(name: str) -> dict[str, tuple[int, ...]]:
    """Return names and shapes of the tensors in the authors' file of ``name``."""
    lines = [line for file in NAMES[name] for line in (HERE / file).read_text(encoding="utf-8").splitlines()]
    return {key: tuple(int(side) for side in shape.split("x")) for key, shape in (line.split() for line in lines)}


def authors_state(name: str, network: Any) -> dict[str, torch.Tensor]:
    """Return the weights under the names that the authors give them, with a few tensors for videos if they have any."""
    state = network.state_dict()
    corners = state.get("prompt_encoder.point_embed.weight")
    if corners is not None:
        state |= {f"prompt_encoder.point_embed.weight.{n}": corners[n : n + 1] for n in range(4)}
    found = {}
    for theirs in published(name):
        ours = theirs_to_ours(theirs)
        if ours in state:
            found[theirs] = state[ours].clone()
        elif for_videos(theirs):
            found[theirs] = torch.zeros(2)
    return found
