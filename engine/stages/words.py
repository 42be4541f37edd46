"""Words become masks: a detector finds boxes for them, and each box is asked as a person's would be."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from engine.errors import InvalidOp
from engine.records import Box, Level, Rle
from engine.stages import select
from engine.stages.auto_mask import AutoMask, Detection
from engine.stages.automatic import Counts, Found, Spent
from engine.stages.boxes import BoxBackend, BoxParams, box_answers, box_prompt
from models import masks
from models.api import BoxPrompt, DetectBackend, Image
from models.masks import encode

TOOL = "find"
"""What masks that were found by words say they were made with."""
SAME_BOX = 0.7
"""IoU from which two boxes are of one object: SAM's own line for boxes of its automatic masks."""
SAME_MASK = 0.8
"""IoU from which two masks are of one object, as ``AutoParams.near_duplicate``."""
MOST_BOXES = 300
"""Boxes of one image that are masked, best first; detectors answer with up to 900."""


@dataclass(frozen=True, slots=True)
class WordParams:
    """Constants of a run over words: what to look for, who looks, and the label ids that words mean.

    ``min_score``: the detector's own score in [0, 1] from which a box counts. ``new_labels``: a word that has found
    something, and that no label means, gets one.
    """

    words: tuple[str, ...]
    detector: str
    min_score: float
    labels: tuple[tuple[str, int], ...] = ()
    new_labels: bool = False

    def __post_init__(self) -> None:
        """Refuse what makes no sense. Raises InvalidOp."""
        if not self.words:
            raise InvalidOp("Say in words what to find, for example: dog, person.")
        if not 0 <= self.min_score <= 1:
            raise InvalidOp("The least score must be between 0 and 1. Nothing was started.")

    def label_of(self, word: str) -> int | None:
        """Return the id of the label that a word means, or None."""
        return dict(self.labels).get(word)

    @property
    def unlabelled(self) -> tuple[str, ...]:
        """The words that no label means."""
        return tuple(word for word in self.words if self.label_of(word) is None)

    def to_json(self) -> dict[str, Any]:
        """Return plain values by name, as a job keeps them."""
        return {
            "words": list(self.words),
            "detector": self.detector,
            "min_score": self.min_score,
            "labels": dict(self.labels),
            "new_labels": self.new_labels,
        }

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> WordParams:
        """Inverse of ``to_json``. Raises InvalidOp."""
        try:
            return cls(
                words=tuple(str(word) for word in values["words"]),
                detector=str(values["detector"]),
                min_score=float(values["min_score"]),
                labels=tuple((str(word), int(label_id)) for word, label_id in values["labels"].items()),
                new_labels=bool(values["new_labels"]),
            )
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise InvalidOp(f"The settings of this run over words are damaged ({error}).") from error


@dataclass(frozen=True, slots=True)
class WordWork:
    """What is to be found in one image; ``boxes`` (x, y, w, h) are around what is stored already."""

    params: WordParams
    boxes: tuple[Box, ...] = ()


def _tell_nobody(_phase: Literal["encode", "grid"]) -> None:
    return


def answer_words(
    detector: DetectBackend,
    backend: BoxBackend,
    image: Image,
    work: WordWork,
    taken: Sequence[Rle] = (),
    *,
    phase: Callable[[Literal["encode", "grid"]], None] = _tell_nobody,
) -> Found:
    """Return a mask for each thing of ``image`` (uint8[H, W, 3]) that the words name and nobody has stored yet.

    One object gets one mask, whatever number of words fits it: the one of the highest score. ``phase`` is called as
    somebody is set to work. Raises what detector and backend raise.
    """
    height, width = image.shape[:2]
    began = time.perf_counter()
    phase("encode")
    answers = detector.detect(image, texts=work.params.words, min_score=work.params.min_score)
    offered = [
        Detection(each.label, prompt, min(max(each.score, 0.0), 1.0), detector.info.name)
        for each in sorted(answers, key=lambda answer: -answer.score)
        if (prompt := box_prompt(_box(each.box), height, width)) is not None and each.label in work.params.words
    ]
    kept = _alone(offered, work.boxes)[:MOST_BOXES]
    if not kept:
        return Found((), Counts(len(offered), len(offered)), Spent(encode=time.perf_counter() - began))
    phase("encode")
    embedding = backend.encode(image)
    encoded = time.perf_counter()
    found: list[AutoMask] = []
    boxes = [(number, detection.box) for number, detection in enumerate(kept)]
    for number, box, answer in box_answers(backend, embedding, boxes, BoxParams(), lambda: phase("grid")):
        if answer is None:
            continue
        rle = answer.mask if isinstance(answer.mask, Rle) else encode(answer.mask)
        centre = ((box.x0 + box.x1) / 2, (box.y0 + box.y1) / 2)
        whole = (0.0, 0.0, float(width), float(height))
        found.append(AutoMask(rle, answer.score, answer.stability, centre, whole, Level.NONE, detection=kept[number]))
    masked = time.perf_counter()
    new = _new(found, taken)
    spent = Spent(encode=encoded - began, grid=masked - encoded, select=time.perf_counter() - masked)
    return Found(new, Counts(len(offered), len(kept), len(found), len(new)), spent)


def _box(box: BoxPrompt) -> Box:
    return box.x0, box.y0, box.x1 - box.x0, box.y1 - box.y0


def _alone(offered: Sequence[Detection], stored: Sequence[Box]) -> list[Detection]:
    """Of boxes around one object keep the first; none around an object that is stored."""
    boxes = np.array(
        [*((x, y, x + w, y + h) for x, y, w, h in stored), *(_corners(each.box) for each in offered)], dtype=np.float64
    ).reshape(-1, 4)
    order = np.arange(len(boxes), dtype=np.int64)
    first = len(stored)
    return [offered[number - first] for number in select.nms(boxes, order, SAME_BOX) if number >= first]


def _corners(box: BoxPrompt) -> tuple[float, float, float, float]:
    return box.x0, box.y0, box.x1, box.y1


def _new(found: Sequence[AutoMask], taken: Sequence[Rle]) -> tuple[AutoMask, ...]:
    """Drop masks that are stored already, and of twins among themselves the later ones."""
    gone = select.duplicates([each.mask for each in found], taken, SAME_MASK)
    left = [each for number, each in enumerate(found) if number not in gone]
    if not left:
        return ()
    overlaps = masks.iou([each.mask for each in left], [each.mask for each in left])
    kept: list[int] = []
    for number in range(len(left)):
        if all(overlaps[number, other] < SAME_MASK for other in kept):
            kept.append(number)
    return tuple(left[number] for number in kept)
