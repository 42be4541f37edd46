"""Backends that fail on purpose, so that crash recovery and time limits are tested against real failures."""

from __future__ import annotations

import os
import threading
from collections.abc import Sequence
from pathlib import Path

from models.api import BackendSpec, BoxCandidate, Embedding, Image
from models.errors import DeviceOutOfMemory
from models.fake.detector import FakeDetector
from models.fake.masks import FakeMaskBackend

OUT_OF_MEMORY = 1
"""Red value that makes ``encode`` raise DeviceOutOfMemory."""
HANG = 2
"""Red value that makes ``encode`` wait for as many seconds as the green value says."""
CRASH = 3
"""Red value that ends the process at once, with the green value as exit code."""
BUG = 4
"""Red value that makes ``encode`` raise RuntimeError, as a bug would."""


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


def load(spec: BackendSpec, *, device: str | None = None, weights: Path | None = None) -> FaultyMaskBackend:
    """Make the backend; device and weights mean nothing to it."""
    return FaultyMaskBackend(spec)


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
