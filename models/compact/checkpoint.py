"""Keeps a training so that it can be killed at any moment: one file, replaced as a whole."""

from __future__ import annotations

import os
import pickle
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from models.errors import WeightsMismatch


@dataclass(slots=True)
class Progress:
    """How far a training has come: steps done and processor minutes spent on each thread."""

    step: int = 0
    minutes: float = 0.0


class Average:
    """A slow copy of a network's weights, better than the newest ones while the learning rate is high."""

    def __init__(self, network: nn.Module, keep: float = 0.998) -> None:
        """Begin with the weights of ``network``."""
        self.state: dict[str, Tensor] = {name: value.detach().clone() for name, value in network.state_dict().items()}
        self._keep = keep

    @torch.no_grad()
    def follow(self, network: nn.Module, step: int) -> None:
        """Move towards ``network`` after ``step``; the first steps move faster."""
        keep = min(self._keep, (step + 1) / (step + 20))
        for name, value in network.state_dict().items():
            if value.is_floating_point():
                self.state[name].lerp_(value.detach(), 1 - keep)
            else:
                self.state[name].copy_(value)


def save(
    path: Path, network: nn.Module, average: Average, optimiser: torch.optim.Optimizer, progress: Progress
) -> None:
    """Write everything a training needs to go on, atomically."""
    state = {
        "network": network.state_dict(),
        "average": average.state,
        "optimiser": optimiser.state_dict(),
        "step": progress.step,
        "minutes": progress.minutes,
    }
    part = path.with_suffix(".part")
    torch.save(state, part)
    os.replace(part, path)  # noqa: PTH105 - the one call that is atomic on every system


def resume(path: Path, network: nn.Module, average: Average, optimiser: torch.optim.Optimizer) -> Progress:
    """Put what ``save`` wrote back into place; raises WeightsMismatch if the file is damaged or another network's."""
    try:
        state: dict[str, Any] = torch.load(path, map_location="cpu", weights_only=True)
        network.load_state_dict(state["network"])
        average.state = {
            name: value.to(average.state[name].device, copy=True) for name, value in state["average"].items()
        }
        optimiser.load_state_dict(state["optimiser"])
    except (pickle.UnpicklingError, RuntimeError, EOFError, ValueError, LookupError) as error:
        raise WeightsMismatch(f"The training state {path} is damaged or belongs to another network.") from error
    return Progress(int(state["step"]), float(state["minutes"]))
