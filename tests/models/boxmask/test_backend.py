"""Boxes answered without training: an object of one colour is found, clicks are left to the classic backend."""

from __future__ import annotations

import numpy as np
import pytest

from models import masks
from models.api import BoxPrompt, PointPrompt, PromptSet
from models.boxmask.backend import load
from models.boxmask.spec import SPEC
from models.classic.backend import load as load_classic
from models.classic.spec import SPEC as CLASSIC


def scene(height: int = 160, width: int = 220) -> tuple[np.ndarray, np.ndarray]:
    """A noisy ground with a red disc at (120, 80), and its mask."""
    y, x = np.mgrid[:height, :width] + 0.5
    disc = (x - 120) ** 2 + (y - 80) ** 2 < 40**2
    image = np.random.default_rng(3).integers(90, 120, (height, width, 3)).astype(np.uint8)
    image[disc] = (200, 40, 40)
    return image, disc


@pytest.mark.parametrize("box", [BoxPrompt(80, 40, 160, 120), BoxPrompt(74, 36, 166, 127)])
def test_an_object_of_one_colour_is_found_from_exact_and_loose_boxes(box: BoxPrompt) -> None:
    image, disc = scene()
    backend = load(SPEC)
    embedding = backend.encode(image)
    (found,) = backend.predict(embedding, PromptSet(box=box))
    assert masks.iou([masks.encode(found.to_bool())], [masks.encode(disc)])[0, 0] > 0.92
    assert 0 <= found.score <= 1 and 0 <= found.stability <= 1
    (again,) = backend.predict(embedding, PromptSet(box=box), previous=found.logits, multimask=False)
    assert np.array_equal(again.to_bool(), found.to_bool())


def test_what_runs_out_of_the_box_is_left_out() -> None:
    image, disc = scene()
    image[100:112, :] = (20, 20, 200)
    disc[100:112, :] = False
    backend = load(SPEC)
    (found,) = backend.predict(backend.encode(image), PromptSet(box=BoxPrompt(80, 40, 160, 120)))
    # The beam goes on beyond the box on both sides, so it is not what the box is around.
    assert np.mean(found.to_bool()[102:110, 85:155]) < 0.6
    assert masks.iou([masks.encode(found.to_bool())], [masks.encode(disc)])[0, 0] > 0.8


def test_clicks_are_the_classic_backends() -> None:
    image, _ = scene()
    ours, classic = load(SPEC), load_classic(CLASSIC)
    prompts = PromptSet((PointPrompt(120, 80),))
    pairs = zip(ours.predict(ours.encode(image), prompts), classic.predict(classic.encode(image), prompts), strict=True)
    assert all(np.array_equal(one.to_bool(), other.to_bool()) for one, other in pairs)


@pytest.mark.parametrize("box", [BoxPrompt(118, 78, 122, 82), BoxPrompt(214, 153, 220, 160), BoxPrompt(0, 0, 220, 160)])
def test_small_and_large_boxes_are_answered_inside(box: BoxPrompt) -> None:
    image, _ = scene()
    backend = load(SPEC)
    (found,) = backend.predict(backend.encode(image), PromptSet(box=box), multimask=False)
    y, x = np.nonzero(found.to_bool())
    assert x.size and box.x0 - 1 <= x.min() and x.max() <= box.x1 and box.y0 - 1 <= y.min() and y.max() <= box.y1
