"""What the automatic stage has found: masks with the story of how, linked to the wholes they are parts of."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from engine.records import Box, Level, Rle
from models.api import BoxPrompt


@dataclass(frozen=True, slots=True)
class Detection:
    """A box (in image pixels) that the detector of this name gave for a word, with its score in [0, 1]."""

    word: str
    box: BoxPrompt
    score: float
    detector: str


@dataclass(frozen=True, slots=True)
class AutoMask:
    """One mask of the automatic stage, ``mask`` at image size.

    ``score`` (predicted IoU) and ``stability`` are in [0, 1]; ``point`` (x, y in image pixels) is the grid point that
    asked; ``crop`` (x, y, w, h) is the window in which it was found; ``parent`` is the place of its whole in the same
    tuple, always before its own; ``source`` is the id of the instance whose box asked, where a box did; ``detection``
    is the detector's box that asked, where one did.
    """

    mask: Rle
    score: float
    stability: float
    point: tuple[float, float]
    crop: Box
    level: Level
    parent: int | None = None
    source: int | None = None
    detection: Detection | None = None


def without(found: Sequence[AutoMask], gone: Collection[int]) -> tuple[AutoMask, ...]:
    """Return ``found`` without the masks at the places ``gone``; their parts go to the next whole that stays."""
    places: dict[int, int] = {}
    kept: list[AutoMask] = []
    for number, each in enumerate(found):
        if number in gone:
            continue
        parent = each.parent
        while parent is not None and parent in gone:
            parent = found[parent].parent
        places[number] = len(kept)
        kept.append(replace(each, parent=None if parent is None else places[parent]))
    return tuple(kept)
