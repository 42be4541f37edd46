"""A detector with known answers: the four quarters of the image."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from models.api import BackendInfo, BackendSpec, BoxCandidate, BoxPrompt, Image

SCORES = (0.9, 0.8, 0.7, 0.6)
"""Scores of the quarters in reading order."""


class FakeDetector:
    """Answers every image with its four quarters; with texts, the first text is the label of all."""

    def __init__(self, spec: BackendSpec) -> None:
        """Make the backend that ``spec`` describes."""
        self._info = BackendInfo(spec.name, "detect", "cpu", weights_hash="fake-detector-1", version="1")

    @property
    def info(self) -> BackendInfo:
        """Name, device and the constant identity ``fake-detector-1``."""
        return self._info

    def close(self) -> None:
        """Nothing to free."""

    def detect(self, image: Image, *, texts: Sequence[str] = (), min_score: float = 0.5) -> list[BoxCandidate]:
        """Return the quarters of at least ``min_score``, best first."""
        height, width = image.shape[0] / 2, image.shape[1] / 2
        corners = [(0.0, 0.0), (width, 0.0), (0.0, height), (width, height)]
        label = texts[0] if texts else "quarter"
        return [
            BoxCandidate(BoxPrompt(x, y, x + width, y + height), score, label)
            for (x, y), score in zip(corners, SCORES, strict=True)
            if score >= min_score
        ]


def load(spec: BackendSpec, *, device: str | None = None, weights: Path | None = None) -> FakeDetector:
    """Make the detector; device and weights mean nothing to it."""
    return FakeDetector(spec)
