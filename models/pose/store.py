"""The weights file of a pose network: its tensors, and the joints that it knows in the file's own header."""

from __future__ import annotations

import json
from pathlib import Path

from safetensors import SafetensorError, safe_open

from models import weights as files
from models.errors import WeightsMismatch
from models.pose.network import FULL, PoseNet, PoseSize
from models.pose.skeletons import Joints, joints_named
from models.state_dict import apply_state, export_average, read_floats


def read_network(path: Path, size: PoseSize = FULL) -> tuple[PoseNet, Joints]:
    """Return the network whose weights lie at ``path`` and its joints; raises WeightsMissing or WeightsMismatch."""
    joints = _joints(path)
    network = PoseNet(len(joints.names), size)
    apply_state(network, read_floats(path), source=path)
    return network, joints


def export(training: Path, joints: Joints, target: Path) -> str:
    """Write the averaged weights of ``training`` (a training.pt) to ``target``; return the file's checksum."""
    export_average(training, target, {"network": "pose-1", "joints": json.dumps(list(joints.names))})
    return files.checksum(target)


def _joints(path: Path) -> Joints:
    try:
        with safe_open(path, "pt") as file:
            names = json.loads((file.metadata() or {})["joints"])
    except (SafetensorError, OSError, KeyError, ValueError) as error:
        raise WeightsMismatch(f"The weights file {path} does not say which joints it knows.") from error
    return joints_named([str(name) for name in names])
