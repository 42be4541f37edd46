"""Boxes become masks: each is asked twice, and the better answer by the backend's own score stays."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from engine.errors import InvalidOp
from engine.stages.boxes import BoxParams, BoxWork, answer_boxes
from models import masks, registry
from models.api import BoxPrompt, MaskBackend, MaskCandidate


class _Told:
    """A backend that fills the box, a little less each time, with the scores it was told."""

    def __init__(self, *scores: float) -> None:
        self.scores = list(scores)
        self.asked: list[tuple[BoxPrompt, bool]] = []

    def encode(self, image: Any) -> Any:
        return image

    def predict(self, embedding: Any, prompts: Any, *, previous: Any = None, multimask: bool = True) -> Any:
        self.asked.append((prompts.box, previous is not None))
        mask = np.zeros(embedding.shape[:2], dtype=np.bool_)
        inset = len(self.asked) - 1
        box = prompts.box
        mask[int(box.y0) + inset : int(box.y1), int(box.x0) + inset : int(box.x1)] = True
        return [MaskCandidate(mask, self.scores.pop(0), 0.9, np.zeros((4, 4), dtype=np.float32))]


IMAGE = np.zeros((20, 30, 3), dtype=np.uint8)


@pytest.mark.parametrize(("scores", "score", "area"), [((0.7, 0.8), 0.8, 49), ((0.8, 0.7), 0.8, 64)])
def test_the_better_of_two_looks_stays(scores: tuple[float, float], score: float, area: int) -> None:
    backend = _Told(*scores)
    found = answer_boxes(backend, IMAGE, BoxWork(BoxParams(), ((7, (2.0, 3.0, 8.0, 8.0)),)))
    (mask,) = found.masks
    assert (mask.source, mask.score, masks.area(mask.mask)) == (7, score, area)
    assert backend.asked == [(BoxPrompt(2, 3, 10, 11), False), (BoxPrompt(2, 3, 10, 11), True)]


def test_once_is_once_and_boxes_off_the_image_are_passed_over() -> None:
    backend = _Told(0.5, 0.5)
    work = BoxWork(
        BoxParams(second_pass=False),
        ((1, (-5.0, -5.0, 10.0, 10.0)), (2, (30.0, 0.0, 9.0, 9.0)), (3, (4.0, 4.0, 0.5, 9.0))),
    )
    found = answer_boxes(backend, IMAGE, work)
    assert [each.source for each in found.masks] == [1]
    assert backend.asked == [(BoxPrompt(0, 0, 5, 5), False)]
    assert found.counts.asked == 1


def test_an_empty_answer_is_none() -> None:
    class Empty(_Told):
        def predict(self, embedding: Any, prompts: Any, **_: Any) -> Any:
            return [MaskCandidate(np.zeros(embedding.shape[:2], dtype=np.bool_), 0.9)]

    assert answer_boxes(Empty(), IMAGE, BoxWork(BoxParams(), ((1, (1.0, 1.0, 5.0, 5.0)),))).masks == ()


def test_without_boxes_nothing_is_encoded() -> None:
    class Never(_Told):
        def encode(self, image: Any) -> Any:
            raise AssertionError

    assert answer_boxes(Never(), IMAGE, BoxWork(BoxParams(), ())).masks == ()


def test_a_disc_is_found_in_its_box() -> None:
    rows, columns = np.mgrid[:80, :100]
    disc = (rows - 40) ** 2 + (columns - 50) ** 2 <= 25**2
    image = np.where(disc[..., None], np.uint8([200, 60, 40]), np.uint8([40, 90, 160])).astype(np.uint8)
    backend = registry.load("classic")
    assert isinstance(backend, MaskBackend)
    (found,) = answer_boxes(backend, image, BoxWork(BoxParams(), ((1, (25.0, 15.0, 51.0, 51.0)),))).masks
    assert masks.iou([found.mask], [masks.encode(disc)])[0, 0] > 0.9


def test_constants_are_checked() -> None:
    assert BoxParams.from_json(BoxParams(second_pass=False).to_json()) == BoxParams(second_pass=False)
    for wrong in ({}, {"second_pass": 1}, {"second_pass": True, "more": 1}):
        with pytest.raises(InvalidOp):
            BoxParams.from_json(wrong)
