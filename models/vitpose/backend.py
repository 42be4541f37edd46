"""ViTPose behind the pose protocol."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from models import device as devices
from models.api import BackendInfo, BackendSpec, BoxPrompt, Image, KeypointCandidate
from models.joint_names import matched, mirror_of
from models.keypoints import candidate
from models.vitpose.files import find, fingerprint
from models.vitpose.frame import around, tops
from models.vitpose.load import read_network
from models.vitpose.variants import VARIANTS, Variant

BATCH = 8
"""People looked at together, each twice: as they are and in a mirror."""


class VitPose:
    """Looks at each box, and at its mirror image, and names the joints that its weights know."""

    def __init__(
        self,
        spec: BackendSpec,
        network: nn.Module,
        variant: Variant,
        joints: tuple[str, ...],
        device: torch.device,
        weights_hash: str,
    ) -> None:
        """Make the backend that ``spec`` describes around a ``network`` that knows ``joints``."""
        self._info = BackendInfo(spec.name, "pose", str(device), weights_hash, "vitpose-1")
        self._network = network.to(device).eval()
        self._variant = variant
        self._joints = joints
        self._mirror = list(mirror_of(joints))
        self._device = device

    @property
    def info(self) -> BackendInfo:
        """Name, device and weights hash."""
        return self._info

    def close(self) -> None:
        """Nothing outlives the object itself."""

    def predict(self, image: Image, boxes: Sequence[BoxPrompt], joints: Sequence[str]) -> list[KeypointCandidate]:
        """Return one candidate a box in the order of ``joints``; those it does not know get confidence 0.

        Keypoints are x, y in image pixels (a point may lie outside of the image) and the height of the map there.
        """
        rows, columns = self._variant.rows, self._variant.columns
        places = matched(self._joints, joints)
        found: list[KeypointCandidate] = []
        for start in range(0, len(boxes), BATCH):
            some = boxes[start : start + BATCH]
            regions = [around((box.x0, box.y0, box.x1, box.y1), rows, columns) for box in some]
            maps = self._maps(np.stack([region.cut(image, rows, columns) for region in regions]))
            for box, region, own in zip(some, regions, maps, strict=True):
                cells, sure = tops(own)
                found.append(candidate(box, region.to_image(cells, *own.shape[1:]), sure, places))
        return found

    def _maps(self, crops: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return ``float32[B, K, h, w]``: the mean of the maps and of the mirrored crops' maps, mirrored back."""
        images = torch.from_numpy(crops).to(self._device)
        both = torch.cat([images, images.flip(3)])
        # Networks of six data sets are told which one is meant: the first is COCO.
        which = {"dataset_index": torch.zeros(len(both), dtype=torch.long, device=self._device)}
        told = which if self._variant.experts > 1 else {}
        with torch.inference_mode(), devices.memory_errors(self._device), devices.autocast(self._device):
            straight, mirrored = self._network(both, **told).heatmaps.float().cpu().chunk(2)
        return np.asarray((straight + mirrored.flip(3)[:, self._mirror]).numpy() / 2, dtype=np.float32)


def load(spec: BackendSpec, *, device: str | None = None, weights: Path | None = None) -> VitPose:
    """Load the weights that were added, or those at ``weights``.

    Raises BackendUnavailable, WeightsMissing or WeightsMismatch.
    """
    chosen = devices.choose(device)
    source, variant = find(spec, weights), VARIANTS[spec.name]
    network, joints = read_network(source, variant)
    return VitPose(spec, network, variant, joints, chosen, fingerprint(source))
