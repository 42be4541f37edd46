"""A detector with known answers: patches of the colours that words name, or the four quarters of the image."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

import cv2
import numpy as np

from models.api import BackendInfo, BackendSpec, BoxCandidate, BoxPrompt, Image

SCORES = (0.9, 0.8, 0.7, 0.6)
"""Scores of the quarters in reading order."""
COLOURS: Mapping[str, tuple[int, int, int]] = MappingProxyType(
    {
        "red": (220, 30, 30),
        "green": (30, 180, 30),
        "blue": (30, 30, 220),
        "yellow": (230, 220, 30),
        "white": (250, 250, 250),
        "black": (5, 5, 5),
    }
)
"""The colours it knows, as RGB."""
NEAR = 40
"""Levels by which each channel of a pixel may be off."""
LEAST = 16
"""Pixels of a patch that counts."""
SURE = 0.9
"""Score of a patch that fills its box; of others less, by the share they fill."""


class FakeDetector:
    """Finds each patch of a colour that a text names ("red", "a red car"); without texts, the four quarters."""

    def __init__(self, spec: BackendSpec) -> None:
        """Make the backend that ``spec`` describes."""
        self._info = BackendInfo(spec.name, "detect", "cpu", weights_hash="fake-detector-2", version="2")

    @property
    def info(self) -> BackendInfo:
        """Name, device and the constant identity ``fake-detector-2``."""
        return self._info

    def close(self) -> None:
        """Nothing to free."""

    def detect(self, image: Image, *, texts: Sequence[str] = (), min_score: float = 0.5) -> list[BoxCandidate]:
        """Return patches, or quarters, of at least ``min_score``, best first."""
        found = [each for text in texts for each in _patches(image, text)] if texts else _quarters(image)
        kept = [each for each in found if each.score >= min_score]
        return sorted(kept, key=lambda each: (-each.score, each.box.y0, each.box.x0))


def _quarters(image: Image) -> list[BoxCandidate]:
    height, width = image.shape[0] / 2, image.shape[1] / 2
    corners = [(0.0, 0.0), (width, 0.0), (0.0, height), (width, height)]
    return [
        BoxCandidate(BoxPrompt(x, y, x + width, y + height), score, "quarter")
        for (x, y), score in zip(corners, SCORES, strict=True)
    ]


def _patches(image: Image, text: str) -> list[BoxCandidate]:
    named = [COLOURS[word] for word in text.casefold().split() if word in COLOURS]
    if not named:
        return []
    off = np.abs(image.astype(np.int16) - np.array(named[0], dtype=np.int16)).max(axis=2)
    near = np.where(off <= NEAR, np.uint8(1), np.uint8(0)).astype(np.uint8)
    _, _, boxes, _ = cv2.connectedComponentsWithStats(near, connectivity=8)
    return [
        BoxCandidate(BoxPrompt(float(x), float(y), float(x + w), float(y + h)), SURE * area / (w * h), text)
        for x, y, w, h, area in boxes[1:].tolist()
        if area >= LEAST
    ]


def load(spec: BackendSpec, *, device: str | None = None, weights: Path | None = None) -> FakeDetector:
    """Make the detector; device and weights mean nothing to it."""
    return FakeDetector(spec)
