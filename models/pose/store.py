"""The weights file of a pose network: its tensors, and the joints that it knows in the file's own header."""

from __future__ import annotations

import json
import os
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor

from models import weights as files
from models.errors import WeightsMismatch
from models.pose.network import FULL, PoseNet, PoseSize
from models.pose.skeletons import Joints, joints_named
from models.state_dict import apply_state, read_state


def read_network(path: Path, size: PoseSize = FULL) -> tuple[PoseNet, Joints]:
    """Return the network whose weights lie at ``path`` and its joints; raises WeightsMissing or WeightsMismatch."""
    state = {name: value.float() if value.is_floating_point() else value for name, value in read_state(path).items()}
    joints = _joints(path)
    network = PoseNet(len(joints.names), size)
    apply_state(network, state, source=path)
    return network, joints


def export(training: Path, joints: Joints, target: Path) -> str:
    """Write the averaged weights of ``training`` (a training.pt) to ``target``; return the file's checksum."""
    state: dict[str, Tensor] = torch.load(training, map_location="cpu", weights_only=True)["average"]
    half = {
        name: value.to(torch.float16).contiguous() if value.is_floating_point() else value
        for name, value in state.items()
    }
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(target.name + ".part")
    save_file(half, part, metadata={"format": "pt", "network": "pose-1", "joints": json.dumps(list(joints.names))})
    part.chmod(0o644)
    os.replace(part, target)  # noqa: PTH105 - the one call that is atomic on every system
    return files.checksum(target)


def _joints(path: Path) -> Joints:
    try:
        with safe_open(path, "pt") as file:
            names = json.loads((file.metadata() or {})["joints"])
    except (SafetensorError, OSError, KeyError, ValueError) as error:
        raise WeightsMismatch(f"The weights file {path} does not say which joints it knows.") from error
    return joints_named([str(name) for name in names])
