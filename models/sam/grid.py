"""Every grid point alone, in batches; what will be thrown away is never enlarged or copied."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from models import device as devices
from models.api import KeepRule, MaskCandidate, PointPrompt
from models.errors import DeviceOutOfMemory
from models.masks import Rle
from models.sam.answers import limited
from models.sam.embedding import SamEmbedding
from models.sam.network import Asked, Network
from models.sam.shapes import part, shapes

POINTS_AT_ONCE = {"cpu": 4}
"""What a processor has near at hand; elsewhere MANY, halved as long as the device has no memory for it."""
MANY = 64
"""SAM's own number."""


@dataclass(frozen=True, slots=True, eq=False)
class _Kept:
    rle: Rle
    score: float
    stability: float
    point: int


def answer_grid(
    network: Network, own: SamEmbedding, points: NDArray[np.float32], keep: KeepRule
) -> list[MaskCandidate]:
    """Return what passes ``keep`` at image size as RLE, best score first, equals in the order of their points.

    Raises DeviceOutOfMemory when not even one point can be answered.
    """
    placed = torch.from_numpy(own.frame.points(points.astype(np.float64)))
    found: list[_Kept] = []
    start, step = 0, POINTS_AT_ONCE.get(network.device.type, MANY)
    while start < len(points):
        try:
            with devices.memory_errors(network.device):
                found += _answered(network, own, placed[start : start + step], start, keep)
        except DeviceOutOfMemory:
            if step == 1:
                raise
            step //= 2
            continue
        start += step
    # Sorted by what the network said; scores over 1 would all look alike once they are limited.
    found.sort(key=lambda each: -each.score)
    return [
        MaskCandidate(each.rle, limited(each.score), each.stability, None, PointPrompt(x, y))
        for each in found
        for x, y in (points[each.point].tolist(),)
    ]


def _answered(network: Network, own: SamEmbedding, placed: Tensor, first: int, keep: KeepRule) -> list[_Kept]:
    asked = Asked(
        placed[:, None].to(network.device), torch.ones((len(placed), 1), dtype=torch.int64).to(network.device)
    )
    heard = network.hear(own.features, asked, multimask=True)
    per_point = heard.scores.shape[1]
    forecast = heard.scores.flatten()
    # As in SAM's generator a threshold of 0 lets everything through, even what is forecast below 0.
    picked = torch.nonzero(forecast > keep.min_score if keep.min_score > 0 else forecast.isfinite())[:, 0]
    if not len(picked):
        return []
    logits = heard.draw(picked, *part(own.frame, network.logit_side))
    numbers, said = picked.tolist(), forecast[picked].tolist()
    drawn = shapes(own.frame, logits, network.logit_side, keep.stability_offset)
    pixels = own.height * own.width
    return [
        _Kept(shape.rle(), score, shape.stability, first + number // per_point)
        for shape, number, score in zip(drawn, numbers, said, strict=True)
        if max(keep.min_area, 1) <= shape.area < keep.max_area * pixels
        and (keep.min_stability <= 0 or shape.stability >= keep.min_stability)
    ]
