"""The weights file: read into a network, and made from a training state."""

from __future__ import annotations

import os
from pathlib import Path

import torch
from safetensors.torch import save_file
from torch import Tensor

from models import weights as files
from models.compact.network import FULL, CompactNet, NetSize
from models.state_dict import apply_state, read_state


def read_network(path: Path, size: NetSize = FULL) -> CompactNet:
    """Return the network whose half-precision weights lie at ``path``; raises WeightsMissing or WeightsMismatch."""
    network = CompactNet(size)
    state = {name: value.float() if value.is_floating_point() else value for name, value in read_state(path).items()}
    apply_state(network, state, source=path)
    return network


def export(training: Path, target: Path) -> str:
    """Write the averaged weights of ``training`` (a training.pt) to ``target``; return the file's checksum."""
    state: dict[str, Tensor] = torch.load(training, map_location="cpu", weights_only=True)["average"]
    half = {
        name: value.to(torch.float16).contiguous() if value.is_floating_point() else value
        for name, value in state.items()
    }
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(target.name + ".part")
    save_file(half, part, metadata={"format": "pt", "network": "compact-2"})
    part.chmod(0o644)
    os.replace(part, target)  # noqa: PTH105 - the one call that is atomic on every system
    return files.checksum(target)
