"""Short of memory a backend goes on: the imaginary card of the faulty backend holds two images and sixteen points."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from engine.inference.thrifty import Step, ThriftyBackend
from models import registry
from models.api import BackendInfo, DeviceMemory, KeepRule, MaskBackend, PointPrompt, PromptSet
from models.errors import BackendUnavailable, DeviceOutOfMemory
from models.fake import faulty

CLICK = PromptSet((PointPrompt(30.0, 20.0),))
Told = list[tuple[Step, str]]


def picture(seed: int, first: int = 200) -> NDArray[np.uint8]:
    pixels = np.random.default_rng(seed).integers(100, 255, (40, 60, 3), dtype=np.uint8)
    pixels[0, 0] = (first, 0, 0)
    return pixels


def grid(count: int) -> NDArray[np.float32]:
    return np.stack(np.meshgrid(np.arange(2, 58, 7), np.arange(2, 38, 5)), -1).reshape(-1, 2)[:count].astype(np.float32)


@pytest.fixture
def told() -> Told:
    return []


@pytest.fixture
def card(told: Told) -> ThriftyBackend:
    def tell(step: Step, info: BackendInfo) -> None:
        told.append((step, info.device))

    return ThriftyBackend("fake-faulty", "cuda", tell)


def test_with_room_enough_nothing_changes(card: ThriftyBackend, told: Told) -> None:
    plain = registry.load("fake")
    assert isinstance(plain, MaskBackend) and isinstance(card, MaskBackend)
    held = card.encode(picture(1))
    assert (held.height, held.width) == (40, 60)
    assert card.memory() == DeviceMemory("Imaginary card", 1 << 30, 2 << 30)
    [mine, *_], [theirs, *_] = card.predict(held, CLICK), plain.predict(plain.encode(picture(1)), CLICK)
    assert np.array_equal(mine.to_bool(), theirs.to_bool())
    assert told == []


def test_a_grid_is_asked_in_smaller_batches_with_the_same_masks(card: ThriftyBackend, told: Told) -> None:
    plain = registry.load("fake")
    assert isinstance(plain, MaskBackend)
    points, keep = grid(50), KeepRule(min_score=0.5)
    mine = card.predict_grid(card.encode(picture(1)), points, keep)
    theirs = plain.predict_grid(plain.encode(picture(1)), points, keep)
    assert len(points) == 50 > faulty.CARD_POINTS
    assert [(each.mask, each.score, each.point) for each in mine] == [
        (each.mask, each.score, each.point) for each in theirs
    ]
    assert told == [("batch", "cuda")]


def test_embeddings_wait_in_main_memory_and_come_back(card: ThriftyBackend, told: Told) -> None:
    held = [card.encode(picture(seed)) for seed in range(5)]
    plain = registry.load("fake")
    assert isinstance(plain, MaskBackend)
    for seed, each in enumerate(held):
        own = plain.encode(picture(seed))
        assert np.array_equal(card.predict(each, CLICK)[0].to_bool(), plain.predict(own, CLICK)[0].to_bool())
        assert {name: array.tolist() for name, array in card.dump(each).items()} == {
            name: array.tolist() for name, array in plain.dump(own).items()
        }
    assert told == [("offload", "cuda")]
    again = card.restore(card.dump(held[0]))
    assert np.array_equal(card.predict(again, CLICK)[0].to_bool(), card.predict(held[0], CLICK)[0].to_bool())


def test_at_last_the_processor_answers_also_about_what_the_card_encoded(card: ThriftyBackend, told: Told) -> None:
    first = card.encode(picture(1))
    before = card.predict(first, CLICK)[0].to_bool()
    card.encode(picture(2, faulty.CARD_FULL))
    assert told == [("offload", "cuda"), ("cpu", "cpu")]
    assert card.info.device == "cpu" and card.memory() is None
    assert np.array_equal(card.predict(first, CLICK)[0].to_bool(), before)


def test_when_the_processor_has_no_memory_either_it_is_said(card: ThriftyBackend) -> None:
    for backend in (card, ThriftyBackend("fake-faulty", "cpu")):
        with pytest.raises(DeviceOutOfMemory, match="no memory left"):
            backend.encode(picture(1, faulty.OUT_OF_MEMORY))


def test_what_makes_no_masks_is_refused() -> None:
    with pytest.raises(BackendUnavailable, match="makes no masks"):
        ThriftyBackend("fake-pose", None)
