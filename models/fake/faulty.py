"""Backends that fail on purpose, so that crash recovery and time limits are tested against real failures."""

from __future__ import annotations

import os
import threading
import weakref
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.api import BackendSpec, BoxCandidate, DeviceMemory, Embedding, Image, KeepRule, MaskCandidate
from models.errors import BackendUnavailable, DeviceOutOfMemory
from models.fake.detector import FakeDetector
from models.fake.masks import FakeEmbedding, FakeMaskBackend

OUT_OF_MEMORY = 1
"""Red value that makes ``encode`` raise DeviceOutOfMemory."""
HANG = 2
"""Red value that makes ``encode`` wait for as many seconds as the green value says."""
CRASH = 3
"""Red value that ends the process at once, with the green value as exit code."""
BUG = 4
"""Red value that makes ``encode`` raise RuntimeError, as a bug would."""
CARD_FULL = 5
"""Red value that makes ``encode`` raise DeviceOutOfMemory on the imaginary card, but not on the processor."""
CARD_EMBEDDINGS = 2
"""How many embeddings the imaginary card has room for."""
CARD_POINTS = 16
"""How many points of a grid it has room for at once."""


class FaultyMaskBackend(FakeMaskBackend):
    """As the fake backend, but ``encode`` does what the pixel ``image[0, 0]`` says (its red value, then its green)."""

    def encode(self, image: Image) -> Embedding:
        """Fail as asked, else encode; any other red value is harmless."""
        kind, amount = int(image[0, 0, 0]), int(image[0, 0, 1])
        if kind == OUT_OF_MEMORY:
            raise DeviceOutOfMemory("The device has no memory left (asked for by the test image).")
        if kind == HANG:
            threading.Event().wait(float(amount))
        if kind == CRASH:
            os._exit(amount)
        if kind == BUG:
            raise RuntimeError("a bug, asked for by the test image")
        return super().encode(image)


@dataclass(frozen=True)
class CardEmbedding(FakeEmbedding):
    """Takes room on the imaginary card for as long as somebody holds it (without slots: they can be watched)."""


class CardMaskBackend(FaultyMaskBackend):
    """The faulty backend on an imaginary graphics card with very little memory."""

    def __init__(self, spec: BackendSpec) -> None:
        """Make the backend that ``spec`` describes, on an empty card."""
        super().__init__(spec)
        self._info = replace(self._info, device="cuda")
        self._there: list[weakref.ref[CardEmbedding]] = []

    def memory(self) -> DeviceMemory:
        """Return how full the card is, as if an embedding took a gibibyte."""
        return DeviceMemory("Imaginary card", len(self._alive()) << 30, CARD_EMBEDDINGS << 30)

    def encode(self, image: Image) -> Embedding:
        """Fail when the card is full, or as asked; else encode."""
        if int(image[0, 0, 0]) == CARD_FULL:
            raise DeviceOutOfMemory("The imaginary card has no memory left (asked for by the test image).")
        return self._placed(super().encode(image))

    def predict_grid(self, embedding: Embedding, points: NDArray[np.float32], keep: KeepRule) -> list[MaskCandidate]:
        """Fail when there are too many points at once; else answer."""
        if len(points) > CARD_POINTS:
            raise DeviceOutOfMemory(f"The imaginary card has no memory for {len(points)} points.")
        return super().predict_grid(embedding, points, keep)

    def restore(self, arrays: Mapping[str, NDArray[Any]]) -> Embedding:
        """Fail when the card is full; else restore."""
        return self._placed(super().restore(arrays))

    def _placed(self, embedding: Embedding) -> Embedding:
        alive = self._alive()
        if len(alive) >= CARD_EMBEDDINGS:
            raise DeviceOutOfMemory("The imaginary card has no memory for another image.")
        assert isinstance(embedding, FakeEmbedding)
        placed = CardEmbedding(embedding.height, embedding.width, embedding.mean)
        self._there = [*alive, weakref.ref(placed)]
        return placed

    def _alive(self) -> list[weakref.ref[CardEmbedding]]:
        return [each for each in self._there if each() is not None]


def load(spec: BackendSpec, *, device: str | None = None, weights: Path | None = None) -> FaultyMaskBackend:
    """Make the backend, on the imaginary card if ``device`` is cuda; weights mean nothing to it.

    Raises BackendUnavailable for mps: so does a backend that does not start.
    """
    if device == "mps":
        raise BackendUnavailable("The imaginary Apple GPU is not there: choose cpu.")
    return CardMaskBackend(spec) if device == "cuda" else FaultyMaskBackend(spec)


class FaultyDetector(FakeDetector):
    """As the fake detector, but the text "crash" ends the process and "memory" finds none left."""

    def detect(self, image: Image, *, texts: Sequence[str] = (), min_score: float = 0.5) -> list[BoxCandidate]:
        """Fail as asked, else detect."""
        if "crash" in texts:
            os._exit(3)
        if "memory" in texts:
            raise DeviceOutOfMemory("The device has no memory left (asked for by the words).")
        return super().detect(image, texts=texts, min_score=min_score)


def load_detector(spec: BackendSpec, *, device: str | None = None, weights: Path | None = None) -> FaultyDetector:
    """Make the detector; device and weights mean nothing to it."""
    return FaultyDetector(spec)
