"""Finds the joints of boxes stage by stage, each look done twice: as it is and in a mirror."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray

from models.compact.rounds import normalise
from models.deeppose.network import STAGES, DeepPose
from models.deeppose.regions import Floats, Region, around, diameter, refined
from models.pose.skeletons import Joints

_BATCH = 64
AGREED = 0.1
"""Looks that are so far apart, in diameters of the pose, make a joint's confidence 1/e."""


class Cascade:
    """A trained network at work on one device."""

    def __init__(self, network: DeepPose, joints: Joints, device: torch.device) -> None:
        """``network`` must be in evaluation mode and on ``device``."""
        self._network = network
        self._joints = joints
        self._device = device

    def find(
        self, image: NDArray[np.uint8], box: tuple[float, float, float, float], stages: int = STAGES
    ) -> tuple[Floats, Floats]:
        """Return ``float64[K, 2]`` joints in image pixels and ``float64[K]`` how well the two last looks agree."""
        first = around(box)
        straight, mirrored = self._looks(0, [first], image)
        points = first.out_of((straight[0] + mirrored[0]) / 2)
        apart = np.linalg.norm(straight[0] - mirrored[0], axis=1) * first.side
        own = np.arange(len(self._joints.names))
        for stage in range(1, stages):

            def look(regions: list[Region], stage: int = stage) -> Floats:
                nonlocal apart
                straight, mirrored = (each[own, own] for each in self._looks(stage, regions, image))
                apart = np.linalg.norm(straight - mirrored, axis=1) * regions[0].side
                return np.asarray((straight + mirrored) / 2)

            points = refined(points, self._joints.names, look)
        return points, np.exp(-apart / (AGREED * diameter(points, self._joints.names)))

    def _looks(self, stage: int, regions: Sequence[Region], image: NDArray[np.uint8]) -> tuple[Floats, Floats]:
        """Return twice ``float64[M, K, 2]``: the answers to the crops, and to their mirror images, turned back."""
        crops = np.stack([region.cut(image, self._network.size.side) for region in regions])
        answers = []
        for start in range(0, len(crops), _BATCH):
            images = normalise(torch.from_numpy(crops[start : start + _BATCH]).to(self._device))
            with torch.inference_mode():
                answers.append(self._network.looks[stage](torch.cat([images, images.flip(3)])).float().cpu().numpy())
        straight = np.concatenate([each[: len(each) // 2] for each in answers]).astype(np.float64)
        mirrored = np.concatenate([each[len(each) // 2 :] for each in answers]).astype(np.float64)
        return straight, mirrored[:, list(self._joints.mirror)] * (-1.0, 1.0)
