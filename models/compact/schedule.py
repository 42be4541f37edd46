"""How far the training is, and what follows: learning rate, crop side and rounds of clicks of each step."""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Schedule:
    """A warm-up, a half cosine, small crops first and some large ones later."""

    peak: float = 1.2e-3
    floor: float = 0.02
    warm: int = 150
    batch: int = 16
    side: int = 128
    large_side: int = 192
    large_from: float = 0.55
    rounds: tuple[int, ...] = (1, 2, 3, 3, 4, 6)

    def rate(self, step: int, progress: float) -> float:
        """Return the learning rate at ``step``, ``progress`` in [0, 1] through the whole training."""
        fall = self.floor + (1 - self.floor) * 0.5 * (1 + math.cos(math.pi * min(1.0, progress)))
        return self.peak * min(1.0, (step + 1) / self.warm) * fall

    def shape(self, step: int, progress: float) -> tuple[int, int]:
        """Return (crops in the batch, side of a crop) of ``step``."""
        if progress >= self.large_from and step % 3 == 2:
            return max(1, round(self.batch * (self.side / self.large_side) ** 2)), self.large_side
        return self.batch, self.side

    def clicks(self, step: int) -> int:
        """Return how many rounds the batch of ``step`` is played."""
        return self.rounds[step % len(self.rounds)]
