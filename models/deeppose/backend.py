"""DeepPose behind the pose protocol."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open

from models import device as devices
from models import weights as files
from models.api import BackendInfo, BackendSpec, BoxPrompt, Image, KeypointCandidate
from models.deeppose.cascade import Cascade
from models.deeppose.network import FULL, DeepPose, DeepSize
from models.deeppose.spec import WEIGHTS
from models.errors import WeightsMismatch
from models.keypoints import candidate
from models.pose.skeletons import Joints, joints_named
from models.state_dict import apply_state, read_floats


class DeepPoseBackend:
    """Names the joints that a person taught it."""

    def __init__(
        self, spec: BackendSpec, network: DeepPose, joints: Joints, device: torch.device, weights_hash: str
    ) -> None:
        """Make the backend that ``spec`` describes around a trained ``network`` that knows ``joints``."""
        self._info = BackendInfo(spec.name, "pose", str(device), weights_hash, "deeppose-1")
        self._cascade = Cascade(network.to(device).eval(), joints, device)
        self._joints = joints
        self._device = device

    @property
    def info(self) -> BackendInfo:
        """Name, device and weights hash."""
        return self._info

    def close(self) -> None:
        """Nothing outlives the object itself."""

    def predict(self, image: Image, boxes: Sequence[BoxPrompt], joints: Sequence[str]) -> list[KeypointCandidate]:
        """Return one candidate a box in the order of ``joints``; those it does not know get confidence 0.

        Numbers bring no confidence of their own: it is how well the looks at a joint and its mirror image agree.
        """
        places = self._joints.places(joints)
        found = []
        for box in boxes:
            with devices.memory_errors(self._device):
                points, sure = self._cascade.find(image, (box.x0, box.y0, box.x1, box.y1))
            found.append(candidate(box, points, sure, places))
        return found


def read_network(path: Path, size: DeepSize = FULL) -> tuple[DeepPose, Joints]:
    """Return the network whose weights lie at ``path`` and its joints; raises WeightsMissing or WeightsMismatch."""
    if not path.is_file():
        files.locate(path.name, explicit=path)
    try:
        with safe_open(path, "pt") as file:
            told = file.metadata() or {}
            if told["network"] != "deeppose-1":
                raise WeightsMismatch(f"The weights file {path} is that of another kind of network.")
            joints = joints_named([str(name) for name in json.loads(told["joints"])])
    except (SafetensorError, OSError, KeyError, ValueError) as error:
        raise WeightsMismatch(f"The weights file {path} does not say which joints it knows.") from error
    network = DeepPose(len(joints.names), size)
    apply_state(network, read_floats(path), source=path)
    return network, joints


def load(spec: BackendSpec, *, device: str | None = None, weights: Path | None = None) -> DeepPoseBackend:
    """Load the weights that were added, or those at ``weights``.

    Raises BackendUnavailable, WeightsMissing or WeightsMismatch.
    """
    chosen = devices.choose(device)
    path = files.locate(WEIGHTS, explicit=weights)
    network, joints = read_network(path)
    return DeepPoseBackend(spec, network, joints, chosen, files.checksum(path))
