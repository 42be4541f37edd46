"""The embedded pose network behind the pose protocol."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from models import device as devices
from models.api import BackendInfo, BackendSpec, BoxPrompt, Image, KeypointCandidate
from models.compact.rounds import normalise
from models.keypoints import candidate
from models.pose.frames import around
from models.pose.heatmaps import find
from models.pose.network import PoseNet, placed
from models.pose.ready import verified
from models.pose.skeletons import Joints
from models.pose.store import read_network

BATCH = 20
"""People looked at together, each in every view."""
VIEWS = ((0.0, False), (0.0, True), (0.35, False), (-0.35, True))
"""Turn in radians and mirror of each look. Turned ones more than HRNet's two give 0.01 of PCK for 6 ms a person."""


class EmbeddedPose:
    """Looks at each box, also turned and in a mirror, and names the joints it was taught."""

    def __init__(
        self, spec: BackendSpec, network: PoseNet, joints: Joints, device: torch.device, weights_hash: str
    ) -> None:
        """Make the backend that ``spec`` describes around a trained ``network`` that knows ``joints``."""
        self._info = BackendInfo(spec.name, "pose", str(device), weights_hash, "pose-1")
        self._network = placed(network, device).eval()
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

        Keypoints are x, y in image pixels (a point may lie outside of the image) and the chance within some pixels of
        it; the score is their mean over the joints known.
        """
        places = self._joints.places(joints)
        found: list[KeypointCandidate] = []
        for start in range(0, len(boxes), BATCH):
            some = boxes[start : start + BATCH]
            squares = [around((box.x0, box.y0, box.x1, box.y1)) for box in some]
            points, chances = find(self._logits(np.stack([square.cut(image) for square in squares])))
            for box, square, at, sure in zip(some, squares, points.numpy(), chances.numpy(), strict=True):
                found.append(candidate(box, square.to_image(at), sure, places))
        return found

    def _logits(self, crops: np.ndarray[tuple[int, ...], np.dtype[np.uint8]]) -> Tensor:
        """Return the logarithm of the mean chance of every view, each brought back to the upright, straight crop."""
        with torch.inference_mode(), devices.memory_errors(self._device):
            images = normalise(torch.from_numpy(crops).to(self._device))
            seen = torch.cat([_mirrored(_turned(images, angle), mirror) for angle, mirror in VIEWS])
            with devices.learned_precision(self._device):
                logits: Tensor = self._network(seen.contiguous(memory_format=torch.channels_last))
            chances = _chances(logits.float().cpu()).chunk(len(VIEWS))
        back = [
            _turned(_mirrored(chance, mirror, self._joints), -angle)
            for (angle, mirror), chance in zip(VIEWS, chances, strict=True)
        ]
        return torch.stack(back).mean(0).clamp(min=1e-12).log()


def _turned(pictures: Tensor, angle: float) -> Tensor:
    """Turn float[B, C, S, S] about the middle; 0, which is middle grey, where nothing was."""
    if angle == 0:
        return pictures
    cos, sin = math.cos(angle), math.sin(angle)
    matrix = pictures.new_tensor([[cos, -sin, 0], [sin, cos, 0]]).expand(len(pictures), 2, 3)
    places = functional.affine_grid(matrix, list(pictures.shape), align_corners=False)
    return functional.grid_sample(pictures, places, align_corners=False)


def _mirrored(pictures: Tensor, mirror: bool, joints: Joints | None = None) -> Tensor:
    """Mirror float[B, C, S, S]; maps of ``joints`` change sides, too."""
    if not mirror:
        return pictures
    return pictures.flip(3) if joints is None else pictures.flip(3)[:, list(joints.mirror)]


def load(spec: BackendSpec, *, device: str | None = None, weights: Path | None = None) -> EmbeddedPose:
    """Load the shipped weights, or those at ``weights``; raises BackendUnavailable, WeightsMissing, WeightsMismatch."""
    chosen = devices.choose(device)
    path, found = verified(weights)
    network, joints = read_network(path)
    return EmbeddedPose(spec, network, joints, chosen, found)


def _chances(logits: Tensor) -> Tensor:
    return functional.softmax(logits.flatten(2), 2).view_as(logits)
