from __future__ import annotations

import numpy as np
import pytest

from models import registry
from models.api import BoxPrompt, KeepRule, PointPrompt, PromptSet

IMAGE = np.full((100, 200, 3), 9, dtype=np.uint8)


@pytest.fixture
def backend():
    return registry.load("fake")


def test_three_nested_discs_of_known_size(backend):
    found = backend.predict(backend.encode(IMAGE), PromptSet((PointPrompt(100, 50),)))
    assert [candidate.score for candidate in found] == [0.95, 0.90, 0.85]
    assert [int(candidate.mask.any(axis=0).sum()) for candidate in found] == [16, 32, 64]
    assert not (found[0].mask & ~found[1].mask).any()
    assert not (found[1].mask & ~found[2].mask).any()


def test_negative_click_takes_a_disc_away(backend):
    points = (PointPrompt(100, 50), PointPrompt(105, 50, positive=False))
    mask = backend.predict(backend.encode(IMAGE), PromptSet(points))[2].mask
    assert mask[50, 99]
    assert not mask[48:52, 103:107].any()


def test_box_mask_and_previous(backend):
    embedding = backend.encode(IMAGE)
    (boxed,) = backend.predict(embedding, PromptSet(box=BoxPrompt(10, 20, 30, 50)))
    assert boxed.mask.sum() == 20 * 30
    (again,) = backend.predict(embedding, PromptSet(mask=boxed.mask))
    assert np.array_equal(again.mask, boxed.mask)
    fed = backend.predict(embedding, PromptSet((PointPrompt(150, 50),)), previous=boxed.logits)
    assert all((boxed.mask <= candidate.mask).all() for candidate in fed)


def test_grid_obeys_the_rule(backend):
    embedding = backend.encode(IMAGE)
    points = np.array([[50, 50], [199, 99]], dtype=np.float32)
    assert len(backend.predict_grid(embedding, points, KeepRule())) == 2
    (kept,) = backend.predict_grid(embedding, points, KeepRule(min_area=150))
    assert kept.point == PointPrompt(50, 50)
    assert backend.predict_grid(embedding, points, KeepRule(min_score=0.96)) == []
