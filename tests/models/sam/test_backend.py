from __future__ import annotations

import weakref

import numpy as np
import pytest
import torch

from models.api import BoxPrompt, KeepRule, PointPrompt, PromptSet
from models.errors import DeviceOutOfMemory
from models.masks import decode
from models.sam import grid
from models.sam.frame import Padded, Stretched
from tests.models.sam.small import small_backend

NORMAL = ((0.485, 0.456, 0.406), (0.229, 0.224, 0.225))
EVERYTHING = KeepRule(min_score=0, min_stability=0, max_area=1.01)


@pytest.fixture(scope="module")
def backend(name):
    return small_backend(name)


def picture(height: int, width: int, seed: int = 0) -> np.ndarray:
    rng = np.random.default_rng(seed)
    blocks = rng.integers(0, 255, (-(-height // 20), -(-width // 20), 3), dtype=np.uint8)
    return np.ascontiguousarray(blocks.repeat(20, axis=0).repeat(20, axis=1)[:height, :width])


def test_the_random_network_is_not_blind(backend):
    question = PromptSet((PointPrompt(50, 40),))
    (first, *_), (second, *_) = (backend.predict(backend.encode(picture(90, 120, seed)), question) for seed in (1, 2))
    assert first.mask.any()
    assert (first.mask != second.mask).mean() > 0.01


def test_a_first_prompt_has_three_answers_and_a_later_one_another_single_one(backend):
    embedding = backend.encode(picture(90, 120))
    question = PromptSet((PointPrompt(50, 40),))
    three = backend.predict(embedding, question)
    (one,) = backend.predict(embedding, question, multimask=False)
    assert len(three) == 3
    assert all(not np.array_equal(one.logits, each.logits) for each in three)


def test_logits_lie_on_the_image_only(backend):
    embedding = backend.encode(picture(60, 120))
    (one, *_) = backend.predict(embedding, PromptSet((PointPrompt(50, 40),)))
    assert one.logits.shape == ((32, 32) if backend.info.name.startswith("sam2") else (16, 32))


def test_previous_logits_change_the_answer_whatever_their_size(backend):
    embedding = backend.encode(picture(60, 120))
    question = PromptSet((PointPrompt(50, 40),))
    first = backend.predict(embedding, question)[0]
    again = backend.predict(embedding, question, previous=first.logits)[0]
    assert not np.allclose(first.logits, again.logits)
    whole = backend.predict(embedding, question, previous=np.zeros((32, 32), dtype=np.float32))[0]
    other = backend.predict(embedding, question, previous=np.zeros((50, 100), dtype=np.float32))[0]
    assert np.allclose(whole.logits, other.logits, atol=1e-3)


def test_a_box_is_not_its_two_corners_and_a_mask_alone_is_answered(backend):
    embedding = backend.encode(picture(90, 120))
    boxed = backend.predict(embedding, PromptSet(box=BoxPrompt(20, 20, 80, 70)))[0]
    clicked = backend.predict(embedding, PromptSet((PointPrompt(20, 20), PointPrompt(80, 70))))[0]
    assert not np.allclose(boxed.logits, clicked.logits)
    shape = np.zeros((90, 120), dtype=bool)
    shape[20:60, 30:90] = True
    assert len(backend.predict(embedding, PromptSet(mask=shape))) == 3


@pytest.mark.parametrize(("height", "width"), [(97, 131), (40, 400), (300, 77), (700, 500)])
def test_the_grid_answers_as_single_clicks_do(backend, height, width):
    embedding = backend.encode(picture(height, width))
    points = np.array([[width * x, height * y] for y in (0.2, 0.6) for x in (0.1, 0.5, 0.9)], dtype=np.float32)
    wanted = {}
    for x, y in points.tolist():
        for each in backend.predict(embedding, PromptSet((PointPrompt(x, y),))):
            if each.mask.any():
                wanted[x, y, round(each.score, 4)] = each.mask
    found = backend.predict_grid(embedding, points, EVERYTHING)
    assert [each.score for each in found] == sorted((each.score for each in found), reverse=True)
    assert {(each.point.x, each.point.y, round(each.score, 4)) for each in found} == set(wanted)
    for each in found:
        # A batch sums in another order than a single prompt: pixels on the very edge may differ.
        differ = decode(each.mask) != wanted[each.point.x, each.point.y, round(each.score, 4)]
        assert differ.mean() < 1e-3


def test_the_grid_throws_away_before_it_enlarges(backend, monkeypatch):
    embedding = backend.encode(picture(90, 120))
    points = np.array([[x, y] for y in range(5, 90, 15) for x in range(5, 120, 15)], dtype=np.float32)
    everything = backend.predict_grid(embedding, points, EVERYTHING)
    middle = float(np.median([each.score for each in everything]))
    drawn = []
    shapes = grid.shapes
    monkeypatch.setattr(
        grid, "shapes", lambda frame, logits, *rest: drawn.append(len(logits)) or shapes(frame, logits, *rest)
    )
    rule = KeepRule(min_score=middle, min_stability=0.6, max_area=1.01)
    kept = backend.predict_grid(embedding, points, rule)
    wanted = [each for each in everything if each.score > middle and each.stability >= 0.6]
    assert [each.mask for each in kept] == [each.mask for each in wanted]
    assert sum(drawn) == sum(each.score > middle for each in everything)


def test_batches_shrink_until_the_device_has_memory(backend, monkeypatch):
    embedding = backend.encode(picture(90, 120))
    points = np.array([[x, y] for y in range(5, 90, 15) for x in range(5, 120, 10)], dtype=np.float32)
    wanted = backend.predict_grid(embedding, points, EVERYTHING)
    sizes = []
    answered = grid._answered

    def stingy(network, own, placed, first, keep):
        sizes.append(len(placed))
        if len(placed) > 10:
            raise DeviceOutOfMemory("full")
        return answered(network, own, placed, first, keep)

    monkeypatch.setattr(grid, "POINTS_AT_ONCE", {})
    monkeypatch.setattr(grid, "_answered", stingy)
    found = backend.predict_grid(embedding, points, EVERYTHING)
    assert sizes[:4] == [64, 32, 16, 8]
    assert [each.point for each in found] == [each.point for each in wanted]


def test_a_closed_backend_keeps_no_weights(name):
    closing = small_backend(name)
    embedding = closing.encode(picture(90, 120))
    closing.predict(embedding, PromptSet((PointPrompt(50, 40),)))
    weights = weakref.ref(closing._network._model)
    closing.close()
    assert weights() is None


def test_not_even_one_point_fits(backend, monkeypatch):
    embedding = backend.encode(picture(90, 120))

    def full(*_):
        raise torch.OutOfMemoryError("full")

    monkeypatch.setattr(grid, "_answered", full)
    with pytest.raises(DeviceOutOfMemory, match="no memory left"):
        backend.predict_grid(embedding, np.zeros((70, 2), dtype=np.float32), EVERYTHING)


@pytest.mark.parametrize(
    ("height", "width", "rows", "columns"),
    [(683, 1024, 683, 1024), (100, 300, 341, 1024), (1, 5000, 1, 1024), (3000, 2000, 1024, 683), (7, 7, 1024, 1024)],
)
def test_the_longer_side_fills_the_square(height, width, rows, columns):
    frame = Padded.around(height, width, 1024)
    assert (frame.rows, frame.columns) == (rows, columns)
    corner = frame.points(np.array([[width, height]]))
    assert corner.tolist() == [[columns, rows]]


def test_pixels_are_normalised_and_the_rest_is_empty():
    image = np.full((50, 100, 3), 200, dtype=np.uint8)
    seen = Padded.around(50, 100, 128).pixels(image)
    assert seen.shape == (1, 3, 128, 128)
    assert seen[0, :, 0, 0].tolist() == pytest.approx(
        [(200 - 123.675) / 58.395, (200 - 116.28) / 57.12, (200 - 103.53) / 57.375]
    )
    assert not seen[0, :, 64:].any()


def test_a_picture_is_made_smaller_with_all_its_pixels_looked_at():
    stripes = np.zeros((64, 1024, 3), dtype=np.uint8)
    stripes[:, ::2] = 255
    for frame in (Padded.around(64, 1024, 128), Stretched(64, 1024, 128, 128, 128)):
        assert float(frame.pixels(stripes)[0, 0, 2].std()) < 0.1


def test_sam_2_sees_the_image_stretched():
    frame = Stretched(50, 100, 128, 128, 128)
    seen = frame.pixels(np.full((50, 100, 3), 200, dtype=np.uint8))
    assert seen[0, :, -1, -1].tolist() == pytest.approx([(200 / 255 - m) / d for m, d in zip(*NORMAL, strict=True)])
    assert frame.points(np.array([[100, 50]])).tolist() == [[128, 128]]
    assert frame.part(32) == (32, 32)


def test_what_disk_holds_is_half_as_large_and_nearly_the_same(backend):
    embedding = backend.encode(picture(90, 120))
    arrays = backend.dump(embedding)
    assert sum(array.nbytes for array in arrays.values()) < 0.6 * embedding.nbytes
    question = PromptSet((PointPrompt(50, 40),))
    before, after = (backend.predict(each, question)[0] for each in (embedding, backend.restore(arrays)))
    assert before.score == pytest.approx(after.score, abs=2e-3)
    assert (before.mask != after.mask).mean() < 0.005
    with pytest.raises(ValueError, match="not an embedding"):
        backend.restore({**arrays, "size": np.array([0, 3])})
    with pytest.raises(ValueError, match="not an embedding"):
        backend.restore({**arrays, "part0": arrays["part0"][:, :-1]})
