"""What the backend asks of a network of the family."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol, TypeAlias

import torch
from torch import Tensor

from models.sam.frame import Frame

Features: TypeAlias = tuple[Tensor, ...]
"""What an encoder makes of one image, ``float32`` on the network's device."""


@dataclass(frozen=True, slots=True, eq=False)
class Asked:
    """Prompts for N masks in the square's pixels, all on one device.

    ``points`` is ``float32[N, P, 2]`` (x, y) with ``labels`` ``int64[N, P]`` (1 inside, 0 outside), ``boxes``
    ``float32[N, 4]`` by corners, ``mask`` the logits ``float32[1, 1, h, w]`` of the whole square.
    """

    points: Tensor | None = None
    labels: Tensor | None = None
    boxes: Tensor | None = None
    mask: Tensor | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Heard:
    """What a network said to N prompts: ``scores``, the predicted IoU ``float32[N, C]`` of C masks each.

    ``draw(picked, rows, columns)`` returns the first rows and columns of the logits of those masks whose numbers
    ``n * C + c`` are in ``picked``, ``int64[K]`` ascending, as ``float32[K, rows, columns]``.
    """

    scores: Tensor
    draw: Callable[[Tensor, int, int], Tensor]


class Network(Protocol):
    """One network, encoder and decoder apart."""

    @property
    def device(self) -> torch.device:
        """Where it computes."""

    @property
    def logit_side(self) -> int:
        """Rows and columns of its logits."""

    @property
    def logit_limit(self) -> float:
        """Largest logit, either way, that it wants to be shown again; infinite if it does not mind."""

    @property
    def feature_shapes(self) -> tuple[tuple[int, ...], ...]:
        """Return the shapes of what ``look`` returns."""

    def frame(self, height: int, width: int) -> Frame:
        """Return how an image of this size lies in its square."""

    def look(self, pixels: Tensor) -> Features:
        """Encode ``float32[1, 3, side, side]``, normalised."""

    def hear(self, features: Features, asked: Asked, *, multimask: bool) -> Heard:
        """Ask for the three masks of an ambiguous prompt, or for a single one."""
