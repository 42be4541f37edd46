"""What goes to the inference process and what comes back: frozen values only, cheap to pickle."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine.records import Level, PromptRecord
from models.api import BackendInfo as BackendInfo
from models.masks import Box, Rle


@dataclass(frozen=True, slots=True)
class ImageRef:
    """An image on this machine; ``content_hash`` (blake3 of the file's bytes) keys the embedding cache."""

    image_id: int
    file: Path
    content_hash: str
    width: int
    height: int


@dataclass(frozen=True, slots=True, eq=False)
class Draft:
    """Prompts not yet committed. Every change makes a new draft with a higher ``generation``.

    ``base`` and ``logits`` (float16[h, w]) are the mask and the answer a reopened or refined object starts from;
    ``instance_id`` is the stored instance being refined, if any. ``choices`` names, for each prompt but the last, the
    candidate (rank in its answer) that the next prompt refines; where it says nothing, the best one (rank 0).
    """

    image: ImageRef
    prompts: tuple[PromptRecord, ...] = ()
    generation: int = 0
    base: Rle | None = None
    logits: NDArray[np.float16] | None = None
    instance_id: int | None = None
    choices: tuple[int, ...] = ()

    @property
    def clicks(self) -> int:
        """How many prompts the person has given."""
        return len(self.prompts)

    def with_prompt(self, prompt: PromptRecord, *, generation: int, chosen: int = 0) -> Draft:
        """Return the draft with one more prompt; a new box replaces the old one (a prompt set has one box).

        ``chosen`` is the rank of the candidate on screen, whose logits the new prompt is to refine.
        """
        kept, choices = self.prompts, self._choices(chosen)
        if prompt.kind == "box":
            old = next((n for n, p in enumerate(kept) if p.kind == "box"), None)
            if old is not None:
                # Without the old box the answers from there on were never seen, so nobody chose among them.
                kept, choices = (*kept[:old], *kept[old + 1 :]), choices[:old]
        return replace(self, prompts=(*kept, prompt), choices=choices, generation=generation)

    def without_last(self, *, generation: int) -> Draft:
        """Return the draft without its last prompt."""
        kept = self.prompts[:-1]
        return replace(self, prompts=kept, choices=self.choices[: max(len(kept) - 1, 0)], generation=generation)

    def _choices(self, chosen: int) -> tuple[int, ...]:
        """Return one choice for every prompt given so far, the last one being ``chosen``."""
        if not self.prompts:
            return ()
        before = self.choices[: len(self.prompts) - 1]
        return (*before, *(0,) * (len(self.prompts) - 1 - len(before)), chosen)


@dataclass(frozen=True, slots=True, eq=False)
class Candidate:
    """One mask the backend proposes for a draft; ``logits`` is float16[h, w], low resolution."""

    mask: Rle
    bbox: Box
    area: int
    score: float
    stability: float
    level: Level
    logits: NDArray[np.float16] | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Answer:
    """The backend's answer to the draft of ``generation``: one to three candidates, best predicted IoU first."""

    generation: int
    candidates: tuple[Candidate, ...]
    backend: BackendInfo
    milliseconds: float
    encoded_ms: float = 0.0
    """Time spent encoding the image for this answer; 0 when the embedding was cached."""
