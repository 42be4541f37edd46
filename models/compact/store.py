"""The weights file: read into a network, and made from a training state."""

from __future__ import annotations

from pathlib import Path

from models import weights as files
from models.compact.network import FULL, CompactNet, NetSize
from models.state_dict import apply_state, export_average, read_floats


def read_network(path: Path, size: NetSize = FULL) -> CompactNet:
    """Return the network whose half-precision weights lie at ``path``; raises WeightsMissing or WeightsMismatch."""
    network = CompactNet(size)
    apply_state(network, read_floats(path), source=path)
    return network


def export(training: Path, target: Path) -> str:
    """Write the averaged weights of ``training`` (a training.pt) to ``target``; return the file's checksum."""
    export_average(training, target, {"network": "compact-2"})
    return files.checksum(target)
