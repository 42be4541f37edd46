from __future__ import annotations

import numpy as np
import pytest
from skimage import data

from models import registry
from models.api import BoxPrompt, KeepRule, PointPrompt, PromptSet


def scene(scale: int = 1):
    """A bright disc on a darker, noisy ground, and the disc's true mask."""
    side = 160 * scale
    y, x = np.mgrid[:side, : side + 40 * scale] + 0.5
    disc = (x - 90 * scale) ** 2 + (y - 80 * scale) ** 2 < (35 * scale) ** 2
    noise = np.random.default_rng(3).normal(0, 4, (*disc.shape, 3))
    colours = np.where(disc[..., None], (210, 120, 60), (60, 80, 110)) + noise
    return np.clip(colours, 0, 255).astype(np.uint8), disc


def overlap(first, second):
    return (first & second).sum() / (first | second).sum()


@pytest.fixture(scope="module")
def backend():
    return registry.load("classic")


@pytest.mark.parametrize("scale", [1, 5])
def test_one_click_finds_a_plain_disc(backend, scale):
    image, disc = scene(scale)
    found = backend.predict(backend.encode(image), PromptSet((PointPrompt(90 * scale, 80 * scale),)))
    assert max(overlap(candidate.mask, disc) for candidate in found) > 0.93
    assert overlap(found[0].mask, disc) > 0.9


def test_box_finds_a_plain_disc(backend):
    image, disc = scene()
    (found,) = backend.predict(backend.encode(image), PromptSet(box=BoxPrompt(50, 40, 130, 120)))
    assert overlap(found.mask, disc) > 0.93
    assert not found.mask[:, :50].any()


def test_rough_mask_is_drawn_to_the_edge(backend):
    image, disc = scene()
    rough = np.roll(disc, 4, axis=1)
    (found,) = backend.predict(backend.encode(image), PromptSet(mask=rough))
    assert overlap(found.mask, disc) > overlap(rough, disc)


def test_clicks_are_obeyed_in_a_photograph(backend):
    image = np.ascontiguousarray(data.astronaut()[:300, :400])
    embedding = backend.encode(image)
    points = (
        PointPrompt(220, 120),
        PointPrompt(215.5, 60.2),
        PointPrompt(230, 130, positive=False),
        PointPrompt(40, 60, positive=False),
    )
    for box in (None, BoxPrompt(120, 5, 330, 200)):
        for candidate in backend.predict(embedding, PromptSet(points, box)):
            for point in points:
                assert candidate.mask[int(point.y), int(point.x)] == point.positive


def test_negative_click_takes_its_side_away(backend):
    image, disc = scene()
    twin = np.concatenate((image, image), axis=1)
    embedding = backend.encode(twin)
    points = (PointPrompt(90, 80), PointPrompt(290, 80, positive=False), PointPrompt(5, 5, positive=False))
    found = backend.predict(embedding, PromptSet(points))
    wanted = np.concatenate((disc, np.zeros_like(disc)), axis=1)
    assert max(overlap(candidate.mask, wanted) for candidate in found) > 0.9


def test_previous_logits_pull_the_answer(backend):
    image = np.ascontiguousarray(data.astronaut()[:300, :400])
    embedding = backend.encode(image)
    question = PromptSet((PointPrompt(220, 120),))
    memory = np.full((192, 256), -8, dtype=np.float32)
    memory[40:120, 110:170] = 8
    believed = np.zeros((300, 400), dtype=bool)
    believed[62:188, 172:266] = True
    plain = backend.predict(embedding, question)
    fed = backend.predict(embedding, question, previous=memory)
    pairs = [(max(overlap(c.mask, believed) for c in found)) for found in (plain, fed)]
    assert pairs[1] > pairs[0]


def test_grid_returns_each_mask_once(backend):
    image, disc = scene()
    y, x = np.mgrid[5:160:10, 5:200:10]
    points = np.stack([x.ravel(), y.ravel()], axis=1).astype(np.float32)
    found = backend.predict_grid(backend.encode(image), points, KeepRule())
    assert max(overlap(candidate.to_bool(), disc) for candidate in found) > 0.9
    assert len({candidate.mask.counts for candidate in found}) == len(found)
    for candidate in found:
        assert candidate.score >= 0.88
        assert candidate.stability >= 0.95


def test_foreign_arrays_are_refused(backend):
    with pytest.raises(ValueError, match="classic"):
        backend.restore({"work": np.zeros((3, 3), np.uint8), "size": np.array([3, 3])})
    with pytest.raises(TypeError, match="classic"):
        backend.predict(registry.load("fake").encode(np.zeros((3, 3, 3), np.uint8)), PromptSet((PointPrompt(1, 1),)))
