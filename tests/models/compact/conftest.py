from __future__ import annotations

import cv2
import numpy as np
import pytest

from models.compact.corpus import Corpus, Labelled, unpack


def photograph(number: int) -> Labelled:
    """A noisy ground with a bright disc and a dark square on it, and their masks."""
    rng = np.random.default_rng(number)
    image = rng.integers(90, 130, (96, 120, 3)).astype(np.uint8)
    disc = np.zeros((96, 120), dtype=np.uint8)
    cv2.circle(disc, (int(rng.integers(25, 60)), 45), int(rng.integers(14, 22)), 1, -1)
    square = np.zeros((96, 120), dtype=np.uint8)
    square[60:90, 85:115] = 1
    image[disc > 0] = (220, 60, 60)
    image[square > 0] = (30, 30, 90)
    return Labelled(f"shape{number}.png", "shapes", image, (disc > 0, square > 0))


@pytest.fixture(scope="session")
def corpus_folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("corpus")
    list(unpack(folder, "made up", (photograph(number) for number in range(24))))
    return folder


@pytest.fixture
def corpus(corpus_folder):
    return Corpus(corpus_folder)
