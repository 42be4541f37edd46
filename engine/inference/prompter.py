"""Draft -> candidates: which logits are fed back, when three masks are asked for, and how they are ranked and named.

The first prompt asks for three masks; every later one asks for one, with the logits of the candidate chosen before it.
A draft carries everything, so the same draft always gets the same answer: the chain of answers behind it is taken
from a small memory, or played again.
"""

from __future__ import annotations

import math
from collections import OrderedDict
from typing import TypeAlias

import numpy as np
from blake3 import blake3
from numpy.typing import NDArray

from engine.inference.clip import box_of, points_of
from engine.inference.draft import Candidate, Draft, ImageRef
from engine.records import Level, PromptRecord
from models.api import Embedding, Logits, MaskBackend, MaskCandidate, PromptSet
from models.errors import UnsupportedPrompt
from models.masks import BoolMask, Rle, area, bbox, decode, encode

Candidates: TypeAlias = tuple[Candidate, ...]
_Key: TypeAlias = tuple[object, ...]

REMEMBERED = 32
"""Answers kept for the next click, for taking clicks back, and for clicking where the pointer hovers."""
_FLOAT16_LIMIT = 60_000.0


class Prompter:
    """Asks one backend; the embedding given must be that of the draft's image."""

    def __init__(self, backend: MaskBackend, *, remembered: int = REMEMBERED) -> None:
        """Ask ``backend`` and remember so many of its answers."""
        self._backend = backend
        self._remembered = remembered
        self._answers: OrderedDict[_Key, Candidates] = OrderedDict()

    def answer(self, embedding: Embedding, draft: Draft, *, multimask: bool | None = None) -> Candidates:
        """Return one to three candidates, best predicted IoU first; ``multimask`` overrules the policy for this answer.

        Raises UnsupportedPrompt when there is nothing to answer to: no prompt at all, or exclude clicks alone with no
        mask to take from.
        """
        prompts = tuple(prompt for prompt in draft.prompts if prompt.kind in ("point", "box"))
        if len(prompts) != len(draft.prompts):
            raise ValueError("a draft's prompts are points and boxes; a painted mask is its base")
        if not prompts and draft.base is None and draft.logits is None:
            raise UnsupportedPrompt("Click inside an object or drag a box around it first.")
        if not _answerable(draft, prompts):
            raise UnsupportedPrompt(
                "There are only exclude clicks, and no mask to take from. Click inside the object first, then exclude."
            )
        return self._step(embedding, draft, len(prompts), multimask)

    def hover(self, embedding: Embedding, image: ImageRef, x: float, y: float) -> Candidates:
        """Return what a first include click at (x, y) would be answered."""
        return self.answer(embedding, Draft(image, (PromptRecord("point", x, y),)))

    def _step(self, embedding: Embedding, draft: Draft, count: int, multimask: bool | None = None) -> Candidates:
        """Return the answer to the first ``count`` prompts, remembered or asked for."""
        several = _ambiguous(draft, count) if multimask is None else multimask
        key = _key(draft, count, several)
        known = self._answers.get(key)
        if known is not None:
            self._answers.move_to_end(key)
            return known
        previous = self._previous(embedding, draft, count)
        prompts = _prompt_set(embedding, draft, count, refining=previous is not None)
        found = self._backend.predict(embedding, prompts, previous=previous, multimask=several)
        answer = _rank(found, embedding)
        self._answers[key] = answer
        while len(self._answers) > self._remembered:
            self._answers.popitem(last=False)
        return answer

    def _previous(self, embedding: Embedding, draft: Draft, count: int) -> Logits | None:
        """Return the logits that the prompt number ``count`` refines: those chosen before it, or those reopened."""
        if count > 1 and _answerable(draft, draft.prompts[: count - 1]):
            before = self._step(embedding, draft, count - 1)
            rank = draft.choices[count - 2] if count - 2 < len(draft.choices) else 0
            logits = before[min(max(rank, 0), len(before) - 1)].logits
        else:
            logits = draft.logits
        return None if logits is None else logits.astype(np.float32)


def _answerable(draft: Draft, prompts: tuple[PromptRecord, ...]) -> bool:
    """Tell whether a mask can follow from ``prompts``: something must be included, or be there already."""
    if draft.base is not None or draft.logits is not None:
        return True
    return any(prompt.kind == "box" or prompt.positive for prompt in prompts)


def _ambiguous(draft: Draft, count: int) -> bool:
    """Tell whether whole, part and subpart are still open: only at the very first prompt of a new object."""
    return count == 1 and draft.base is None and draft.logits is None


def _prompt_set(embedding: Embedding, draft: Draft, count: int, *, refining: bool) -> PromptSet:
    """Return the first ``count`` prompts, with the base mask unless previous logits (``refining``) carry it."""
    size = {"width": embedding.width, "height": embedding.height}
    prompts = draft.prompts[:count]
    points, box = points_of(prompts, **size), box_of(prompts, **size)
    included = box is not None or any(point.positive for point in points)
    # A backend refuses exclude clicks alone, even with previous logits, so then the mask is said in full.
    return PromptSet(points, box, None if included and refining else _base(embedding, draft))


def _base(embedding: Embedding, draft: Draft) -> BoolMask | None:
    """Return the mask the draft starts from at image size; without one, what its logits say."""
    if draft.base is not None:
        if (draft.base.height, draft.base.width) != (embedding.height, embedding.width):
            raise UnsupportedPrompt(
                f"The mask to refine is {draft.base.width} x {draft.base.height} pixels, the image "
                f"{embedding.width} x {embedding.height}. Draw the object anew."
            )
        return decode(draft.base)
    if draft.logits is None:
        return None
    rows = (np.arange(embedding.height) + 0.5) * draft.logits.shape[0] / embedding.height
    columns = (np.arange(embedding.width) + 0.5) * draft.logits.shape[1] / embedding.width
    mask: BoolMask = draft.logits[rows.astype(np.intp)[:, None], columns.astype(np.intp)[None, :]] > 0
    return mask


def _key(draft: Draft, count: int, multimask: bool) -> _Key:
    """Return what an answer depends on, the time of the clicks left out."""
    clicks = tuple((p.kind, p.x0, p.y0, p.x1, p.y1, p.positive) for p in draft.prompts[:count])
    choices = draft.choices[: max(count - 1, 0)]
    chosen = choices + (0,) * (max(count - 1, 0) - len(choices))
    image = (draft.image.image_id, draft.image.content_hash, str(draft.image.file))
    return (image, clicks, chosen, draft.base, _digest(draft.logits), multimask)


def _digest(logits: NDArray[np.float16] | None) -> str:
    return "" if logits is None else blake3(repr(logits.shape).encode() + logits.tobytes()).hexdigest()


def _rank(found: list[MaskCandidate], embedding: Embedding) -> Candidates:
    """Put the best score first, name the levels by area (largest = whole), and drop empty masks if any is not."""
    rles = [(candidate, _to_rle(candidate, embedding)) for candidate in found]
    measured = [(candidate, rle, area(rle)) for candidate, rle in rles]
    kept = [entry for entry in measured if entry[2]] or measured[:1]
    if not kept:
        raise UnsupportedPrompt("The backend found nothing there. Click elsewhere on the object.")
    levels: dict[int, Level] = {}
    if len(kept) == 3:
        by_area = sorted(range(3), key=lambda number: -kept[number][2])
        levels = dict(zip(by_area, (Level.WHOLE, Level.PART, Level.SUBPART), strict=True))
    candidates = [
        Candidate(
            rle,
            bbox(rle),
            pixels,
            _finite(candidate.score),
            _finite(candidate.stability),
            levels.get(number, Level.NONE),
            None if candidate.logits is None else _half(candidate.logits),
        )
        for number, (candidate, rle, pixels) in enumerate(kept)
    ]
    return tuple(sorted(candidates, key=lambda candidate: -candidate.score))


def _to_rle(candidate: MaskCandidate, embedding: Embedding) -> Rle:
    rle = candidate.mask if isinstance(candidate.mask, Rle) else encode(candidate.mask)
    if (rle.height, rle.width) != (embedding.height, embedding.width):
        raise ValueError(f"the backend answered {rle.height} x {rle.width} to {embedding.height} x {embedding.width}")
    return rle


def _finite(value: float) -> float:
    return float(value) if math.isfinite(value) else 0.0


def _half(logits: Logits) -> NDArray[np.float16]:
    return np.clip(logits, -_FLOAT16_LIMIT, _FLOAT16_LIMIT).astype(np.float16)
