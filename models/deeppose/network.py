"""The stages' networks: the compact encoder down to stride 16, then numbers."""

from __future__ import annotations

from dataclasses import dataclass, field

import torch
from torch import Tensor, nn

from models.compact.network import Encoder, NetSize

STAGES = 3
"""The paper's; a fourth brought nothing."""


@dataclass(frozen=True, slots=True)
class DeepSize:
    """How large a crop is seen and how wide the network is; ``TINY`` serves the tests."""

    side: int = 96
    encoder: NetSize = field(default_factory=lambda: NetSize(depth=(2, 3, 2)))
    narrow: int = 48
    wide: int = 256


FULL = DeepSize()
TINY = DeepSize(64, NetSize(stem=8, encoder=(8, 16, 16), depth=(1, 1, 1)), 16, 48)


class Look(nn.Module):
    """One stage: where each joint is in a crop, in sides from its middle."""

    def __init__(self, joints: int, size: DeepSize) -> None:
        """Make a stage for ``joints`` joints with fresh weights."""
        super().__init__()
        cells = (size.side // 16) ** 2
        self.encoder = Encoder(size.encoder)
        self.narrow = nn.Conv2d(size.encoder.encoder[2], size.narrow, 1)
        self.wide = nn.Linear(size.narrow * cells, size.wide)
        self.out = nn.Linear(size.wide, 2 * joints)

    def forward(self, image: Tensor) -> Tensor:
        """Return float[B, joints, 2] for ``image`` (float[B, 3, side, side], normalised)."""
        encoder = self.encoder
        deep = encoder.stage16(encoder.stage8(encoder.stage4(encoder.stem(image))))
        wide = torch.relu(self.wide(torch.relu(self.narrow(deep)).flatten(1)))
        places: Tensor = self.out(wide)
        return places.view(len(image), -1, 2)


class DeepPose(nn.Module):
    """All stages, and how far each one's start is off: ``drift`` float[STAGES, 2, joints, 2], mean and deviation of the
    joints that the stages before give, in diameters of the pose; zero where not yet known."""

    drift: Tensor

    def __init__(self, joints: int, size: DeepSize = FULL) -> None:
        """Make the stages for ``joints`` joints with fresh weights."""
        super().__init__()
        self.size = size
        self.looks = nn.ModuleList(Look(joints, size) for _ in range(STAGES))
        self.register_buffer("drift", torch.zeros(STAGES, 2, joints, 2))
