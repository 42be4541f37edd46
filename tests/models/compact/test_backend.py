from __future__ import annotations

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from models import registry
from models.api import BoxPrompt, KeepRule, PointPrompt, PromptSet
from models.compact.backend import CompactBackend
from models.compact.network import TINY, CompactNet
from models.compact.spec import SPEC, WEIGHTS
from models.compact.store import read_network
from models.errors import UnsupportedPrompt, WeightsMismatch, WeightsMissing


@pytest.fixture(scope="module")
def untrained():
    """A tiny network with random weights: every promise but quality holds with it."""
    torch.manual_seed(4)
    network = CompactNet(TINY)
    # Lifted, so that masks are not empty by chance.
    torch.nn.init.constant_(network.decoder.masks.bias, 0.3)
    return CompactBackend(SPEC, network, torch.device("cpu"), "random")


def picture(height=300, width=420):
    rng = np.random.default_rng(1)
    image = rng.integers(100, 130, (height, width, 3)).astype(np.uint8)
    image[100:200, 150:260] = (200, 40, 40)
    return image


def test_clicks_are_obeyed_even_by_random_weights(untrained):
    embedding = untrained.encode(picture())
    points = (PointPrompt(200, 150), PointPrompt(20.5, 20, positive=False), PointPrompt(255.2, 190))
    previous = None
    for number in range(1, 4):
        for found in untrained.predict(embedding, PromptSet(points[:number]), previous=previous):
            for point in points[:number]:
                assert found.mask[int(point.y), int(point.x)] == point.positive
        previous = found.logits


def test_previous_logits_of_any_size_are_taken(untrained):
    embedding = untrained.encode(picture())
    for shape in ((256, 256), (30, 42), (600, 840)):
        previous = np.full(shape, -5, dtype=np.float32)
        previous[shape[0] // 3 : 2 * shape[0] // 3, shape[1] // 3 : 2 * shape[1] // 3] = 5
        assert untrained.predict(embedding, PromptSet((PointPrompt(200, 150),)), previous=previous)


def test_an_empty_mask_is_nothing_to_answer_to(untrained):
    embedding = untrained.encode(picture(60, 80))
    with pytest.raises(UnsupportedPrompt):
        untrained.predict(embedding, PromptSet(mask=np.zeros((60, 80), dtype=bool)))
    assert untrained.predict(embedding, PromptSet((PointPrompt(30, 30),), mask=np.zeros((60, 80), dtype=bool)))


def test_grid_answers_lie_in_the_image(untrained):
    embedding = untrained.encode(picture())
    points = np.array([[200, 150], [10, 10], [400, 280]], dtype=np.float32)
    found = untrained.predict_grid(embedding, points, KeepRule(min_score=0, min_stability=0, max_area=1.01))
    assert found
    assert all(answer.mask.height == 300 and answer.mask.width == 420 for answer in found)
    assert [answer.score for answer in found] == sorted((answer.score for answer in found), reverse=True)


def test_missing_weights_are_named(tmp_path):
    with pytest.raises(WeightsMissing, match="does not exist"):
        registry.load("compact", device="cpu", weights=tmp_path / "none.safetensors")


def test_damaged_and_foreign_weights_are_named(tmp_path):
    file = tmp_path / WEIGHTS
    file.write_bytes(b"not weights at all")
    with pytest.raises(WeightsMismatch, match="damaged"):
        registry.load("compact", device="cpu", weights=file)
    save_file({"something": torch.zeros(3)}, file)
    with pytest.raises(WeightsMismatch, match="does not fit"):
        registry.load("compact", device="cpu", weights=file)
    save_file({name: value.clone() for name, value in CompactNet(TINY).state_dict().items()}, file)
    with pytest.raises(WeightsMismatch, match="another shape"):
        registry.load("compact", device="cpu", weights=file)
    assert read_network(file, TINY)


def test_weights_in_the_environments_folder_come_first(tmp_path, monkeypatch):
    (tmp_path / WEIGHTS).write_bytes(b"not weights at all")
    monkeypatch.setenv("MASKWRIGHT_WEIGHTS", str(tmp_path))
    with pytest.raises(WeightsMismatch, match="damaged"):
        registry.load("compact", device="cpu")


@pytest.fixture(scope="module")
def shipped():
    try:
        return registry.load("compact", device="cpu")
    except WeightsMissing:
        pytest.skip("the weights are not shipped yet")


def test_shipped_weights_find_a_plain_object(shipped):
    image = picture()
    true = np.zeros(image.shape[:2], dtype=bool)
    true[100:200, 150:260] = True
    embedding = shipped.encode(image)
    (best, *_) = shipped.predict(embedding, PromptSet((PointPrompt(205, 150),)))
    assert (best.mask & true).sum() / (best.mask | true).sum() > 0.8
    (best, *_) = shipped.predict(embedding, PromptSet(box=BoxPrompt(150, 100, 260, 200)))
    assert (best.mask & true).sum() / (best.mask | true).sum() > 0.8


def test_shipped_weights_are_small_enough_to_ship(shipped):
    from models.assets import asset

    assert asset(WEIGHTS).stat().st_size <= 16 * 2**20
    assert len(shipped.info.weights_hash) == 64
