"""What every detector promises; run against each one that is available here, and small ones with random weights."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from models import registry
from models.api import DetectBackend
from models.text.backend import TextDetector
from models.text.load import read_network
from tests.models.text.small import SMALL, SPECS, save, small_network

NAMES = [status.spec.name for status in registry.available("detect") if status.available]
SIZES = [(97, 131), (1, 1), (2, 3), (5, 300), (300, 5)]
TEXTS = ("red", "blue car")


@pytest.fixture(scope="module", params=[*(name for name in NAMES if name not in SMALL), *SMALL])
def backend(request, tmp_path_factory):
    if request.param in SMALL:
        from models.hub import source_at

        folder = save(request.param, small_network(request.param), tmp_path_factory.mktemp("hub"))
        network = read_network(source_at(folder), SMALL[request.param], torch.device("cpu"))
        loaded = TextDetector(SPECS[request.param], network, "small")
    else:
        loaded = registry.load(request.param, device="cpu")
    yield loaded
    loaded.close()


def picture(height: int, width: int) -> np.ndarray:
    image = np.random.default_rng(height).integers(90, 140, (height, width, 3), dtype=np.uint8)
    image[height // 4 : height // 2 + 1, width // 4 : width // 2 + 1] = (220, 30, 30)
    return image


def test_it_is_a_detector_with_an_identity(backend):
    assert isinstance(backend, DetectBackend)
    assert backend.info.task == "detect"
    assert backend.info.name and backend.info.weights_hash


@pytest.mark.parametrize(("height", "width"), SIZES)
def test_boxes_are_well_formed_at_any_size(backend, height, width):
    found = backend.detect(picture(height, width), texts=TEXTS, min_score=0.05)
    for each in found:
        corners = (each.box.x0, each.box.y0, each.box.x1, each.box.y1)
        assert all(math.isfinite(value) for value in corners)
        assert each.box.x0 <= each.box.x1 and each.box.y0 <= each.box.y1
        assert each.label in TEXTS
        assert 0.05 <= each.score <= 1
    scores = [each.score for each in found]
    assert scores == sorted(scores, reverse=True)


def test_the_same_answer_again_and_fewer_above_a_higher_score(backend):
    image = picture(97, 131)
    first = backend.detect(image, texts=TEXTS, min_score=0.05)
    assert first
    assert backend.detect(image, texts=TEXTS, min_score=0.05) == first
    line = first[len(first) // 2].score
    assert backend.detect(image, texts=TEXTS, min_score=line) == [each for each in first if each.score >= line]
