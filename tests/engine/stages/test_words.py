"""Words become masks: what a detector finds, each object once, nothing that is stored already."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from engine.errors import InvalidOp
from engine.stages.words import WordParams, WordWork, answer_words
from models import masks, registry
from models.api import BackendInfo, BoxCandidate, BoxPrompt, DetectBackend, MaskBackend

RED, BLUE = (220, 30, 30), (30, 30, 220)


def picture() -> Any:
    image = np.full((40, 60, 3), 128, np.uint8)
    image[4:14, 6:26] = RED
    image[20:30, 30:40] = BLUE
    return image


def backend() -> MaskBackend:
    loaded = registry.load("fake")
    assert isinstance(loaded, MaskBackend)
    return loaded


def detector() -> DetectBackend:
    loaded = registry.load("fake-detector")
    assert isinstance(loaded, DetectBackend)
    return loaded


class Told:
    """A detector that answers what it was told."""

    info = BackendInfo("told", "detect", "cpu")

    def __init__(self, *answers: tuple[str, float, tuple[float, float, float, float]]) -> None:
        self.answers = [BoxCandidate(BoxPrompt(*box), score, label) for label, score, box in answers]

    def close(self) -> None:
        """Nothing."""

    def detect(self, image: Any, *, texts: Any = (), min_score: float = 0.5) -> list[BoxCandidate]:
        return self.answers


PARAMS = WordParams(("red", "blue"), "fake-detector", 0.5, (("red", 3),))


def test_each_patch_gets_a_mask_with_word_box_and_score() -> None:
    phases: list[str] = []
    found = answer_words(detector(), backend(), picture(), WordWork(PARAMS), phase=phases.append)
    told = [(each.detection.word, each.detection.score, each.detection.box) for each in found.masks if each.detection]
    assert told == [("red", 0.9, BoxPrompt(6, 4, 26, 14)), ("blue", 0.9, BoxPrompt(30, 20, 40, 30))]
    assert [masks.bbox(each.mask) for each in found.masks] == [(6, 4, 20, 10), (30, 20, 10, 10)]
    assert {each.detection.detector for each in found.masks if each.detection} == {"fake-detector"}
    assert (found.counts.asked, found.counts.new) == (2, 2)
    assert phases == ["encode", "encode", "grid", "grid"]


def test_what_is_stored_is_not_found_again() -> None:
    red = answer_words(detector(), backend(), picture(), WordWork(PARAMS)).masks[0]
    again = answer_words(detector(), backend(), picture(), WordWork(PARAMS), [red.mask])
    assert [each.detection and each.detection.word for each in again.masks] == ["blue"]
    boxed = answer_words(detector(), backend(), picture(), WordWork(PARAMS, ((30.5, 20.0, 10.0, 9.5),)))
    assert [each.detection and each.detection.word for each in boxed.masks] == ["red"]


def test_nothing_found_needs_no_backend() -> None:
    params = WordParams(("dog",), "fake-detector", 0.5)
    found = answer_words(detector(), None, picture(), WordWork(params))  # type: ignore[arg-type]
    assert (found.masks, found.counts.asked) == ((), 0)


def test_one_object_gets_one_mask_of_the_better_word() -> None:
    told = Told(("red", 0.4, (5, 5, 25, 25)), ("blue", 0.8, (5, 6, 25, 25)), ("red", 0.6, (30, 5, 50, 15)))
    found = answer_words(told, backend(), picture(), WordWork(PARAMS))
    assert [each.detection and (each.detection.word, each.detection.score) for each in found.masks] == [
        ("blue", 0.8),
        ("red", 0.6),
    ]


def test_boxes_are_cut_to_the_image_and_strange_ones_left_out() -> None:
    told = Told(
        ("red", 1.7, (-9, -9, 10, 10)), ("blue", 0.9, (60, 0, 80, 9)), ("red", 0.9, (3, 3, 3.2, 9)),
        ("cat", 0.9, (20, 20, 30, 30)),
    )  # fmt: skip
    found = answer_words(told, backend(), picture(), WordWork(PARAMS))
    assert [each.detection and (each.detection.box, each.detection.score) for each in found.masks] == [
        (BoxPrompt(0, 0, 10, 10), 1.0)
    ]


def test_params_come_back_from_json() -> None:
    assert WordParams.from_json(PARAMS.to_json()) == PARAMS
    assert (PARAMS.label_of("red"), PARAMS.label_of("blue")) == (3, None)


@pytest.mark.parametrize(
    "change", [{"words": []}, {"min_score": 1.5}, {"min_score": "x"}, {"labels": 3}, {"new_labels": None, "words": 3}]
)
def test_damaged_params(change: dict[str, Any]) -> None:
    with pytest.raises(InvalidOp):
        WordParams.from_json(PARAMS.to_json() | change)
