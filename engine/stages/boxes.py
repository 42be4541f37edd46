"""Boxes become masks: each box is asked, and asked again with the mask it gave, as SAM's authors do."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal, Protocol

import numpy as np

from engine.errors import InvalidOp
from engine.records import Box, Level, Rle
from engine.stages.auto_mask import AutoMask
from engine.stages.automatic import Counts, Found, Spent
from models import masks
from models.api import BoxPrompt, Embedding, Image, Logits, ManyBoxesBackend, MaskCandidate, PromptSet

_LEAST = 1.0
"""Pixels; a box that is narrower on the image encloses nothing that could be cut out."""

TOGETHER = 16
"""Boxes asked at once where the backend can: more gain little and keep a run waiting that is to be stopped."""


class BoxBackend(Protocol):
    """What boxes need of a mask backend."""

    def encode(self, image: Image) -> Embedding:
        """Do the work of an image once."""

    def predict(
        self, embedding: Embedding, prompts: PromptSet, *, previous: Logits | None = None, multimask: bool = True
    ) -> list[MaskCandidate]:
        """Answer a box with candidates, best first."""


@dataclass(frozen=True, slots=True)
class BoxParams:
    """Constants of a run over boxes; ``second_pass`` asks again with box and first mask."""

    second_pass: bool = True

    def to_json(self) -> dict[str, Any]:
        """Return plain values by name, as a job keeps them."""
        return asdict(self)

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> BoxParams:
        """Inverse of ``to_json``. Raises InvalidOp."""
        if set(values) != {"second_pass"} or not isinstance(values["second_pass"], bool):
            raise InvalidOp("A run over boxes knows the setting 'second_pass' only. Nothing was started.")
        return cls(**values)


@dataclass(frozen=True, slots=True)
class BoxWork:
    """What is to be asked in one image: boxes (x, y, w, h) by the id of the instance that has them."""

    params: BoxParams
    boxes: tuple[tuple[int, Box], ...]


def _tell_nobody(_phase: Literal["encode", "grid"]) -> None:
    return


def answer_boxes(
    backend: BoxBackend,
    image: Image,
    work: BoxWork,
    *,
    phase: Callable[[Literal["encode", "grid"]], None] = _tell_nobody,
) -> Found:
    """Return a mask for each box of ``image`` (uint8[H, W, 3]) that gives one, with the box's instance as ``source``.

    ``phase`` is called as the backend is set to work, again for each box. Raises what the backend raises.
    """
    height, width = image.shape[:2]
    if not work.boxes:
        return Found((), Counts(), Spent())
    began = time.perf_counter()
    phase("encode")
    embedding = backend.encode(image)
    encoded = time.perf_counter()
    found: list[AutoMask] = []
    prompts = [(source, prompt) for source, box in work.boxes if (prompt := box_prompt(box, height, width)) is not None]
    for source, prompt, answer in box_answers(backend, embedding, prompts, work.params, lambda: phase("grid")):
        if answer is None:
            continue
        rle = answer.mask if isinstance(answer.mask, Rle) else masks.encode(answer.mask)
        centre = ((prompt.x0 + prompt.x1) / 2, (prompt.y0 + prompt.y1) / 2)
        whole = (0.0, 0.0, float(width), float(height))
        found.append(AutoMask(rle, answer.score, answer.stability, centre, whole, Level.NONE, source=source))
    spent = Spent(encode=encoded - began, grid=time.perf_counter() - encoded)
    return Found(tuple(found), Counts(len(prompts), len(found), len(found), len(found)), spent)


def box_answers(
    backend: BoxBackend,
    embedding: Embedding,
    prompts: Sequence[tuple[int, BoxPrompt]],
    params: BoxParams,
    begin: Callable[[], None],
) -> Iterator[tuple[int, BoxPrompt, MaskCandidate | None]]:
    """Yield the answer to each box, together where the backend can; ``begin`` is called before each time it works."""
    if not isinstance(backend, ManyBoxesBackend):
        for source, prompt in prompts:
            begin()
            yield source, prompt, answer_box(backend, embedding, prompt, second_pass=params.second_pass)
        return
    for start in range(0, len(prompts), TOGETHER):
        begin()
        some = prompts[start : start + TOGETHER]
        answers = backend.predict_boxes(embedding, [prompt for _, prompt in some], second_pass=params.second_pass)
        for (source, prompt), answer in zip(some, answers, strict=True):
            clipped = None if answer is None else replace(answer, score=float(np.clip(answer.score, 0.0, 1.0)))
            yield source, prompt, clipped


def box_prompt(box: Box, height: int, width: int) -> BoxPrompt | None:
    """Return the part of a box (x, y, w, h) on the image; None where nothing is left."""
    x, y, w, h = box
    x0, y0, x1, y1 = max(x, 0.0), max(y, 0.0), min(x + w, float(width)), min(y + h, float(height))
    return BoxPrompt(x0, y0, x1, y1) if x1 - x0 >= _LEAST and y1 - y0 >= _LEAST else None


def answer_box(backend: BoxBackend, embedding: Embedding, box: BoxPrompt, *, second_pass: bool) -> MaskCandidate | None:
    """Return the mask of one box, or None where the backend finds nothing in it."""
    first = _best(backend.predict(embedding, PromptSet(box=box)))
    if first is None or not second_pass or first.logits is None:
        return first
    second = _best(backend.predict(embedding, PromptSet(box=box), previous=first.logits, multimask=False))
    # The backend's own score decides, so that a second look never makes a mask worse by its own measure.
    return first if second is None or second.score < first.score else second


def _best(candidates: list[MaskCandidate]) -> MaskCandidate | None:
    kept = [replace(each, score=float(np.clip(each.score, 0.0, 1.0))) for each in candidates if each.to_bool().any()]
    return max(kept, key=lambda each: each.score, default=None)
