"""What every mask backend promises; run against each one that is available here."""

from __future__ import annotations

import numpy as np
import pytest

from engine.stages.boxes import answer_box
from models import registry
from models.api import BoxPrompt, KeepRule, ManyBoxesBackend, MaskBackend, PointPrompt, PromptSet
from models.errors import UnsupportedPrompt
from tests.models.sam.small import SMALL, small_backend

# Networks of the published sizes have no weights here; small ones with random weights keep the same promises.
NAMES = [status.spec.name for status in registry.available("mask") if status.available]
SIZES = [(97, 131), (64, 64), (1, 1), (2, 3), (5, 400), (400, 5), (300, 1)]
ANY = KeepRule(min_score=0, min_stability=0, max_area=1.01)


@pytest.fixture(scope="module", params=[*(name for name in NAMES if not name.startswith("sam")), *SMALL])
def backend(request):
    loaded = small_backend(request.param) if request.param in SMALL else registry.load(request.param, device="cpu")
    yield loaded
    loaded.close()


def picture(height: int, width: int) -> np.ndarray:
    """A smooth gradient with blocks and noise, never with a special first pixel."""
    y, x = np.mgrid[:height, :width]
    noise = np.random.default_rng(height * 1000 + width).integers(0, 12, (height, width, 3))
    base = np.stack([40 + 90 * (x // 20 % 2), 60 + 80 * (y // 25 % 2), 90 + 0 * x], axis=2)
    return (base + noise).astype(np.uint8)


def same(first, second) -> bool:
    return len(first) == len(second) and all(
        np.array_equal(a.to_bool(), b.to_bool())
        and a.score == pytest.approx(b.score, abs=1e-5)
        and a.stability == pytest.approx(b.stability, abs=1e-5)
        for a, b in zip(first, second, strict=True)
    )


def test_it_is_a_mask_backend_with_an_identity(backend):
    assert isinstance(backend, MaskBackend)
    assert backend.info.task == "mask"
    assert backend.info.name in {*NAMES, *SMALL}
    assert backend.info.weights_hash


@pytest.mark.parametrize(("height", "width"), SIZES)
def test_candidates_are_well_formed_at_any_size(backend, height, width):
    embedding = backend.encode(picture(height, width))
    assert (embedding.height, embedding.width) == (height, width)
    assert embedding.nbytes > 0
    centre = PointPrompt(width / 2, height / 2)
    corner = PointPrompt(width, height)
    for prompts in (
        PromptSet((centre,)),
        PromptSet((corner,)),
        PromptSet((centre,), BoxPrompt(0, 0, width, height)),
        PromptSet(box=BoxPrompt(width / 4, height / 4, 3 * width / 4, 3 * height / 4)),
        PromptSet(mask=np.ones((height, width), dtype=bool)),
    ):
        found = backend.predict(embedding, prompts)
        assert 1 <= len(found) <= 3
        assert [c.score for c in found] == sorted((c.score for c in found), reverse=True)
        for candidate in found:
            assert candidate.mask.shape == (height, width)
            assert candidate.mask.dtype == np.bool_
            assert 0 <= candidate.score <= 1
            assert 0 <= candidate.stability <= 1
            assert candidate.logits.dtype == np.float32
            assert np.isfinite(candidate.logits).all()
        assert len(backend.predict(embedding, prompts, previous=found[0].logits)) >= 1
        assert len(backend.predict(embedding, prompts, multimask=False)) == 1


@pytest.mark.parametrize(("height", "width"), SIZES)
def test_grid_masks_have_the_image_size(backend, height, width):
    embedding = backend.encode(picture(height, width))
    points = np.array([[width / 2, height / 2], [0, 0], [width - 0.5, height - 0.5]], dtype=np.float32)
    for candidate in backend.predict_grid(embedding, points, ANY):
        assert (candidate.mask.height, candidate.mask.width) == (height, width)
        assert candidate.to_bool().any()
    assert backend.predict_grid(embedding, points[:0], ANY) == []


def test_grid_keeps_the_rule(backend):
    embedding = backend.encode(picture(120, 150))
    y, x = np.mgrid[5:120:15, 5:150:15]
    points = np.stack([x.ravel(), y.ravel()], axis=1).astype(np.float32)
    rule = KeepRule(min_score=0.8, min_stability=0.9, max_area=0.5, min_area=60)
    for candidate in backend.predict_grid(embedding, points, rule):
        assert candidate.score >= 0.8
        assert candidate.stability >= 0.9
        assert 60 <= candidate.to_bool().sum() < 0.5 * 120 * 150


def test_same_question_same_answer(backend):
    image = picture(90, 110)
    question = PromptSet((PointPrompt(30, 40), PointPrompt(80, 20, positive=False)))
    first = backend.predict(backend.encode(image), question)
    assert same(first, backend.predict(backend.encode(image.copy()), question))


def test_embedding_survives_dump_and_restore(backend):
    image = picture(601, 700)
    embedding = backend.encode(image)
    restored = backend.restore({key: np.array(value) for key, value in backend.dump(embedding).items()})
    assert (restored.height, restored.width) == (601, 700)
    question = PromptSet((PointPrompt(350, 300),))
    again = backend.restore(backend.dump(restored))
    assert same(backend.predict(restored, question), backend.predict(again, question))
    if backend.info.name in SMALL:  # on disk in half precision
        for one, other in zip(backend.predict(embedding, question), backend.predict(restored, question), strict=True):
            assert (one.mask != other.mask).mean() < 0.01
    else:
        assert same(backend.predict(embedding, question), backend.predict(restored, question))
    with pytest.raises(ValueError, match=r"\w"):
        backend.restore({"nonsense": np.zeros(3)})


def test_two_images_may_be_in_flight(backend):
    first, second = backend.encode(picture(60, 80)), backend.encode(picture(81, 43))
    question = PromptSet((PointPrompt(20, 30),))
    before = backend.predict(first, question)
    backend.predict(second, question)
    assert same(before, backend.predict(first, question))


@pytest.mark.parametrize("prompts", [PromptSet(), PromptSet((PointPrompt(4, 4, positive=False),))])
def test_nothing_to_answer_to(backend, prompts):
    with pytest.raises(UnsupportedPrompt):
        backend.predict(backend.encode(picture(20, 20)), prompts)


def test_order_of_clicks_does_not_matter(backend):
    embedding = backend.encode(picture(100, 120))
    points = (PointPrompt(30, 40), PointPrompt(60.5, 50), PointPrompt(100, 20, positive=False), PointPrompt(31, 42))
    found = backend.predict(embedding, PromptSet(points))
    assert same(found, backend.predict(embedding, PromptSet(points[::-1])))


def test_many_boxes_are_answered_as_one_by_one(backend):
    if not isinstance(backend, ManyBoxesBackend):
        return
    image = picture(180, 240)
    embedding = backend.encode(image)
    boxes = [
        BoxPrompt(20, 20, 90, 80),
        BoxPrompt(100, 60, 230, 175),
        BoxPrompt(5, 5, 235, 170),
        BoxPrompt(60, 90, 75, 99),
    ]
    for second_pass in (False, True):
        found = backend.predict_boxes(embedding, boxes, second_pass=second_pass)
        for box, together in zip(boxes, found, strict=True):
            alone = answer_box(backend, embedding, box, second_pass=second_pass)
            assert (alone is None) == (together is None)
            if alone is None or together is None:
                continue
            assert together.logits.shape == alone.logits.shape
            found_mask = together.to_bool()
            assert found_mask.shape == image.shape[:2]
            # A first answer that is asked again may be a quicker one, so the second is held to its box only.
            y, x = np.nonzero(found_mask)
            room = 0.1 * max(box.x1 - box.x0, box.y1 - box.y0) + 4
            assert box.x0 - room <= x.min() and x.max() <= box.x1 + room
            assert box.y0 - room <= y.min() and y.max() <= box.y1 + room
            if not second_pass:
                assert np.mean(alone.to_bool() != found_mask) < 0.002
                assert together.score == pytest.approx(alone.score, abs=0.01)
                assert together.stability == pytest.approx(alone.stability, abs=0.01)
