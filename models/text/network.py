"""What the backend needs of a detector's network, whatever its family."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import torch

from models.api import BoxCandidate, Image


class Network(Protocol):
    """A network with its weights and its vocabulary."""

    @property
    def device(self) -> torch.device:
        """Where it computes."""

    def find(self, image: Image, words: Sequence[str], min_score: float) -> list[BoxCandidate]:
        """Return boxes of at least ``min_score``, in no order, in pixels of ``image`` (uint8[H, W, 3])."""
