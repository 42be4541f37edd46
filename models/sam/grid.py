"""Every grid point alone, in batches; what will be thrown away is never enlarged or copied."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from models import device as devices
from models.api import KeepRule, MaskCandidate, PointPrompt
from models.errors import DeviceOutOfMemory
from models.masks import Rle, encode
from models.sam.answers import limited, stability
from models.sam.embedding import SamEmbedding
from models.sam.network import Asked, Network

POINTS_AT_ONCE = 64
"""SAM's own number; halved as long as the device has no memory for it."""
PIXELS_AT_ONCE = 1 << 26
"""Logits at image size that are held at once: 256 MiB."""


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
    start, step = 0, POINTS_AT_ONCE
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
    logits, scores = network.answer(own.features, asked, multimask=True)
    per_point = logits.shape[1]
    forecast = scores.flatten()
    # As in SAM's generator a threshold of 0 lets everything through, even what is forecast below 0.
    picked = torch.nonzero(forecast > keep.min_score if keep.min_score > 0 else forecast.isfinite())[:, 0]
    flat, said = logits.flatten(0, 1)[picked], forecast[picked].cpu().tolist()
    found: list[_Kept] = []
    for part in _parts(len(picked), own.height * own.width):
        large = own.frame.enlarge(flat[part])
        steady = stability(large, keep.stability_offset)
        masks = large > 0
        areas = torch.count_nonzero(masks, dim=(-2, -1))
        stays = (areas >= max(keep.min_area, 1)) & (areas < keep.max_area * own.height * own.width)
        if keep.min_stability > 0:
            stays &= steady >= keep.min_stability
        numbers = torch.nonzero(stays)[:, 0]
        kept, steadiness = masks[numbers].cpu().numpy(), steady[numbers].nan_to_num(0).cpu().tolist()
        for mask, sure, number in zip(kept, steadiness, (numbers.cpu() + part.start).tolist(), strict=True):
            point = first + int(picked[number]) // per_point
            found.append(_Kept(encode(mask), said[number], sure, point))
    return found


def _parts(count: int, pixels: int) -> Iterator[slice]:
    step = max(1, PIXELS_AT_ONCE // pixels)
    return (slice(start, min(start + step, count)) for start in range(0, count, step))
