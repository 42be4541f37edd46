"""A segmenter whose answers can be worked out by hand: nested discs around the positive clicks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from models.api import (
    BackendInfo,
    BackendSpec,
    Embedding,
    Image,
    KeepRule,
    Logits,
    MaskCandidate,
    PointPrompt,
    PromptSet,
)
from models.errors import UnsupportedPrompt
from models.masks import BoolMask, encode

RADII = (0.08, 0.16, 0.32)
"""Radii of the three nested discs as shares of the image's short side (at least half a pixel)."""
SCORES = (0.95, 0.90, 0.85)
"""Predicted IoU of the candidates, smallest disc first."""
NEGATIVE_RADIUS = 0.04
"""Radius, as a share of the short side, of the disc every negative click takes away."""
LOGIT_SIDE = 256
"""Longest side of the logits, as SAM's."""


@dataclass(frozen=True, slots=True)
class FakeEmbedding:
    """Remembers the size and the mean colour of the image, nothing else."""

    height: int
    width: int
    mean: tuple[float, float, float]

    @property
    def nbytes(self) -> int:
        """Memory it is said to hold."""
        return 3 * 8


class FakeMaskBackend:
    """Deterministic and instant.

    Clicks answer with three discs of ``RADII`` around the mean of the positive clicks, each with a small disc around
    every positive click; a box alone answers with the box filled, a mask prompt with the mask (one candidate, score
    0.95); ``previous`` counts as what it says. Where several are given the box limits the discs, and mask or
    ``previous`` are added to them. Discs of ``NEGATIVE_RADIUS`` around negative clicks are taken away last. A grid
    point answers with its own smallest disc.
    """

    def __init__(self, spec: BackendSpec) -> None:
        """Make the backend that ``spec`` describes."""
        self._info = BackendInfo(spec.name, "mask", "cpu", weights_hash="fake-1", version="1")

    @property
    def info(self) -> BackendInfo:
        """Name, device and the constant identity ``fake-1``."""
        return self._info

    def close(self) -> None:
        """Nothing to free."""

    def encode(self, image: Image) -> Embedding:
        """Remember the image's size and mean colour; ``image`` is ``uint8[H, W, 3]``."""
        red, green, blue = (float(value) for value in image.reshape(-1, 3).mean(axis=0))
        return FakeEmbedding(int(image.shape[0]), int(image.shape[1]), (red, green, blue))

    def predict(
        self, embedding: Embedding, prompts: PromptSet, *, previous: Logits | None = None, multimask: bool = True
    ) -> list[MaskCandidate]:
        """Answer as the class says; raises UnsupportedPrompt without a positive click, a box or a mask."""
        positive = [point for point in prompts.points if point.positive]
        if not positive and prompts.box is None and prompts.mask is None:
            raise UnsupportedPrompt("Give a positive click, a box or a mask first.")
        masks = [self._draw(embedding, prompts, positive, previous, radius) for radius in RADII]
        if not positive:
            masks = masks[:1]
        if not multimask:
            masks = masks[:1]
        return [
            MaskCandidate(mask, score, 1.0, _logits(mask))
            for mask, score in zip(masks, SCORES[: len(masks)], strict=True)
        ]

    def predict_grid(self, embedding: Embedding, points: NDArray[np.float32], keep: KeepRule) -> list[MaskCandidate]:
        """Answer each point with its smallest disc, score 0.95, stability 1, as RLE."""
        pixels = embedding.height * embedding.width
        found: list[MaskCandidate] = []
        for x, y in points.tolist():
            point = PointPrompt(x, y)
            mask = self._draw(embedding, PromptSet((point,)), [point], None, RADII[0])
            area = int(np.count_nonzero(mask))
            if max(keep.min_area, 1) <= area < keep.max_area * pixels and keep.min_score <= SCORES[0]:
                found.append(MaskCandidate(encode(mask), SCORES[0], 1.0, None, point))
        return found

    def dump(self, embedding: Embedding) -> Mapping[str, NDArray[Any]]:
        """Return size and mean colour as arrays."""
        if not isinstance(embedding, FakeEmbedding):
            raise TypeError("not an embedding of the fake backend")
        return {"size": np.array([embedding.height, embedding.width]), "mean": np.array(embedding.mean)}

    def restore(self, arrays: Mapping[str, NDArray[Any]]) -> Embedding:
        """Inverse of ``dump``; raises ValueError on other arrays."""
        if set(arrays) != {"size", "mean"} or arrays["size"].shape != (2,) or arrays["mean"].shape != (3,):
            raise ValueError("these arrays are not an embedding of the fake backend")
        height, width = (int(value) for value in arrays["size"])
        red, green, blue = (float(value) for value in arrays["mean"])
        return FakeEmbedding(height, width, (red, green, blue))

    @staticmethod
    def _draw(
        embedding: Embedding, prompts: PromptSet, positive: list[PointPrompt], previous: Logits | None, radius: float
    ) -> BoolMask:
        height, width = embedding.height, embedding.width
        y, x = np.mgrid[:height, :width] + 0.5
        mask = np.zeros((height, width), dtype=np.bool_)
        if positive:
            centre_x = sum(sorted(point.x for point in positive)) / len(positive)
            centre_y = sum(sorted(point.y for point in positive)) / len(positive)
            mask |= _disc(x, y, centre_x, centre_y, radius)
            for point in positive:
                mask |= _disc(x, y, point.x, point.y, NEGATIVE_RADIUS)
        box = prompts.box
        if box is not None:
            inside = (x >= box.x0) & (x < box.x1) & (y >= box.y0) & (y < box.y1)
            mask = mask & inside if positive else inside
        if prompts.mask is not None:
            mask |= prompts.mask
        if previous is not None:
            mask |= cv2.resize(previous, (width, height), interpolation=cv2.INTER_NEAREST) > 0
        for point in prompts.points:
            if not point.positive:
                mask &= ~_disc(x, y, point.x, point.y, NEGATIVE_RADIUS)
        return mask


def load(spec: BackendSpec, *, device: str | None = None, weights: Path | None = None) -> FakeMaskBackend:
    """Make the backend; device and weights mean nothing to it."""
    return FakeMaskBackend(spec)


def _disc(x: NDArray[np.float64], y: NDArray[np.float64], centre_x: float, centre_y: float, share: float) -> BoolMask:
    """Draw a disc and always the pixel its centre lies in."""
    radius = max(share * min(x.shape), 0.5)
    near = (x - centre_x) ** 2 + (y - centre_y) ** 2 <= radius**2
    own = (np.floor(x) == np.floor(centre_x)) & (np.floor(y) == np.floor(centre_y))
    drawn: BoolMask = near | own
    return drawn


def _logits(mask: BoolMask) -> Logits:
    height, width = mask.shape
    scale = min(1.0, LOGIT_SIDE / max(height, width))
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    small = cv2.resize(mask.astype(np.uint8), size, interpolation=cv2.INTER_NEAREST)
    return np.where(small > 0, np.float32(8), np.float32(-8)).astype(np.float32)
