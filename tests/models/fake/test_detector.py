from __future__ import annotations

import numpy as np

from models import registry
from models.api import BoxCandidate, BoxPrompt, DetectBackend


def detector() -> DetectBackend:
    backend = registry.load("fake-detector")
    assert isinstance(backend, DetectBackend)
    return backend


def test_without_words_quarters_above_the_score():
    found = detector().detect(np.zeros((40, 20, 3), np.uint8), min_score=0.75)
    assert [candidate.box for candidate in found] == [BoxPrompt(0, 0, 10, 20), BoxPrompt(10, 0, 20, 20)]


def test_patches_of_the_colours_that_words_name():
    image = np.full((40, 60, 3), 128, np.uint8)
    image[4:14, 6:26] = (220, 30, 30)
    image[20:30, 30:40] = (30, 30, 220)
    image[20:25, 30:40] = 128
    image[38:, 58:] = (220, 30, 30)  # too small
    assert detector().detect(image, texts=["red car", "blue", "dog"], min_score=0.1) == [
        BoxCandidate(BoxPrompt(6, 4, 26, 14), 0.9, "red car"),
        BoxCandidate(BoxPrompt(30, 25, 40, 30), 0.9, "blue"),
    ]
    assert detector().detect(image, texts=["dog"], min_score=0.0) == []
