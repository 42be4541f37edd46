"""The pose network: the compact encoder, a coarse look at the whole person, one map a joint at stride 4."""

from __future__ import annotations

from dataclasses import dataclass, field

import torch
from torch import Tensor, nn
from torch.nn import functional

from models.compact.network import Encoder, NetSize, Residual

STRIDE = 32
"""Input sides must be multiples of it."""


@dataclass(frozen=True, slots=True)
class PoseSize:
    """How wide and deep the network is; ``TINY`` serves the tests."""

    encoder: NetSize = field(default_factory=lambda: NetSize(depth=(2, 3, 2)))
    coarse: int = 128
    fine: int = 64


FULL = PoseSize()
TINY = PoseSize(NetSize(stem=8, encoder=(8, 16, 16), depth=(1, 1, 1)), 16, 8)


class PoseNet(nn.Module):
    """One heat map a joint; batch norm throughout, since every crop is of one kind."""

    def __init__(self, joints: int, size: PoseSize = FULL) -> None:
        """Make a network for ``joints`` joints with fresh weights."""
        super().__init__()
        a, b, c = size.encoder.encoder
        self.size = size
        self.encoder = Encoder(size.encoder)
        self.shrink = nn.Conv2d(c, size.coarse, 1)
        self.down = nn.Sequential(
            nn.Conv2d(size.coarse, size.coarse, 3, stride=2, padding=1, bias=False),
            nn.BatchNorm2d(size.coarse),
            nn.ReLU(),
        )
        self.whole = nn.Sequential(Residual(size.coarse), Residual(size.coarse))
        self.limbs = Residual(size.coarse)
        self.from8 = nn.Conv2d(b, size.coarse, 1)
        self.parts = Residual(size.coarse)
        self.narrow = nn.Conv2d(size.coarse, size.fine, 1)
        self.from4 = nn.Conv2d(a, size.fine, 1)
        self.places = Residual(size.fine)
        self.maps = nn.Conv2d(size.fine, joints, 1)

    def forward(self, image: Tensor) -> Tensor:
        """Return float[B, joints, H / 4, W / 4] logits for ``image`` (float[B, 3, H, W], normalised)."""
        features = self.encoder(image)
        sixteen = self.shrink(features.sixteen)
        sixteen = self.limbs(sixteen + _twice(self.whole(self.down(sixteen))))
        eight = self.parts(self.from8(features.eight) + _twice(sixteen))
        four = self.places(self.from4(features.four) + _twice(self.narrow(eight)))
        logits: Tensor = self.maps(four)
        return logits.float()


def placed(network: PoseNet, device: torch.device) -> PoseNet:
    """Move ``network`` to ``device`` in the memory layout in which its convolutions are quickest."""
    network.to(device).to(memory_format=torch.channels_last)  # type: ignore[call-overload]  # torch types lack this one
    return network


def _twice(x: Tensor) -> Tensor:
    return functional.interpolate(x, scale_factor=2.0, mode="bilinear", align_corners=False)
