from __future__ import annotations

import numpy as np
import pytest

from models.api import BoxPrompt, PointPrompt, PromptSet
from tests.parity import pairs

CLOSE = 1e-4
"""Largest difference of a logit, of which the largest are around 10, and of a predicted IoU."""
SHAPES = [(97, 131), (128, 128), (300, 200), (33, 400), (401, 77), (1, 1), (700, 500)]
PROMPTS = ["one click", "clicks", "box", "box and clicks"]


@pytest.fixture(scope="module", params=["sam", "sam2"])
def pair(request, tmp_path_factory):
    return getattr(pairs, request.param)(tmp_path_factory.mktemp("weights"))


def picture(height: int, width: int) -> np.ndarray:
    return np.random.default_rng(height).integers(0, 255, (height, width, 3), dtype=np.uint8)


def prompts(kind: str, height: int, width: int) -> tuple[dict[str, np.ndarray], PromptSet]:
    """Return the same prompts for them and for us; ours are sorted, so theirs are given in that order."""
    clicks = [(0.2 * width, 0.5 * height, True), (0.4 * width, 0.9 * height, False), (0.7 * width, 0.3 * height, True)]
    if kind == "one click":
        clicks = clicks[:1]
    corners = (0.2 * width, 0.1 * height, 0.7 * width, 0.8 * height)
    theirs, points, box = {}, (), None
    if kind != "box":
        theirs["point_coords"] = np.array([click[:2] for click in clicks])
        theirs["point_labels"] = np.array([int(click[2]) for click in clicks])
        points = tuple(PointPrompt(*click) for click in clicks)
    if kind.startswith("box"):
        theirs["box"] = np.array(corners)
        box = BoxPrompt(*corners)
    return theirs, PromptSet(points, box)


def compare(pair: pairs.Pair, theirs, ours) -> None:
    masks, forecasts, logits = theirs
    order = np.argsort(-np.clip(forecasts, 0, 1), kind="stable")
    assert len(ours) == len(order)
    for number, answer in zip(order, ours, strict=True):
        rows, columns = answer.logits.shape
        assert abs(answer.score - np.clip(forecasts[number], 0, 1)) < CLOSE
        assert np.abs(answer.logits - logits[number][:rows, :columns]).max() < CLOSE
        # Pixels may differ only where the authors' own logit is as good as 0.
        differ = (masks[number] > 0) != answer.mask
        assert not differ.any() or np.abs(masks[number][differ]).max() < CLOSE


@pytest.mark.parametrize(("height", "width"), SHAPES)
@pytest.mark.parametrize("kind", PROMPTS)
@pytest.mark.parametrize("multimask", [True, False])
@pytest.mark.parametrize("refined", [False, True])
def test_the_same_logits_and_forecasts(pair, height, width, kind, multimask, refined):
    image = picture(height, width)
    pair.predictor.set_image(image)
    embedding = pair.backend.encode(image)
    theirs, ours = prompts(kind, height, width)
    previous = None
    if refined:
        previous = np.random.default_rng(1).normal(0, 3, (pair.logit_side, pair.logit_side)).astype(np.float32)
        theirs["mask_input"] = previous[None]
    answer = pair.predictor.predict(**theirs, multimask_output=multimask, return_logits=True)
    assert 0.01 < float(np.std(answer[2])) < 100
    compare(pair, answer, pair.backend.predict(embedding, ours, previous=previous, multimask=multimask))


def test_a_mask_alone(pair):
    """Theirs is given as logits; ours is a person's mask, so it is theirs that is told what ours made of it."""
    image = picture(97, 131)
    pair.predictor.set_image(image)
    embedding = pair.backend.encode(image)
    shape = np.zeros((97, 131), dtype=bool)
    shape[20:60, 30:90] = True
    told = embedding.frame.shrink(shape, pair.logit_side)
    answer = pair.predictor.predict(mask_input=told[None], multimask_output=True, return_logits=True)
    compare(pair, answer, pair.backend.predict(embedding, PromptSet(mask=shape)))


def test_the_images_are_told_apart(pair):
    _, ours = prompts("one click", 97, 131)
    answers = []
    for seed in (1, 2):
        image = np.random.default_rng(seed).integers(0, 255, (97, 131, 3), dtype=np.uint8)
        answers.append(pair.backend.predict(pair.backend.encode(image), ours)[0].logits)
    assert np.abs(answers[0] - answers[1]).max() > 100 * CLOSE
