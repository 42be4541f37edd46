"""What goes to the inference process and what comes back: frozen values only, cheap to pickle."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine.records import Level, PromptRecord
from models.api import BackendInfo
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
    ``instance_id`` is the stored instance being refined, if any.
    """

    image: ImageRef
    prompts: tuple[PromptRecord, ...] = ()
    generation: int = 0
    base: Rle | None = None
    logits: NDArray[np.float16] | None = None
    instance_id: int | None = None

    @property
    def clicks(self) -> int:
        """How many prompts the person has given."""
        return len(self.prompts)

    def with_prompt(self, prompt: PromptRecord, *, generation: int) -> Draft:
        """Return the draft with one more prompt; a new box replaces the old one (a prompt set has one box)."""
        kept = self.prompts
        if prompt.kind == "box":
            kept = tuple(p for p in kept if p.kind != "box")
        return replace(self, prompts=(*kept, prompt), generation=generation)

    def without_last(self, *, generation: int) -> Draft:
        """Return the draft without its last prompt."""
        return replace(self, prompts=self.prompts[:-1], generation=generation)


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
