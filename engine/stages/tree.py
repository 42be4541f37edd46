"""Which mask is a part of which: a containment tree, and whole, part or subpart by the place in it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from engine.records import Level, Rle
from models import masks

_LEVELS = (Level.WHOLE, Level.PART, Level.SUBPART)


def parents(rles: Sequence[Rle], share: float) -> list[int | None]:
    """Return for each mask the place of the smallest one that holds at least ``share`` of its pixels, or None.

    ``rles`` go from the largest to the smallest; a parent is always before its parts.
    """
    held = masks.shares_inside(rles, rles) >= share
    held = np.tril(held, k=-1)
    places = np.where(held, np.arange(len(rles)), -1).max(axis=1, initial=-1)
    return [int(place) if place >= 0 else None for place in places]


def levels(parents_of: Sequence[int | None]) -> list[Level]:
    """Return whole for what has no parent, part for what lies in a whole, and subpart for all below."""
    depths: list[int] = []
    for parent in parents_of:
        depths.append(0 if parent is None else min(depths[parent] + 1, len(_LEVELS) - 1))
    return [_LEVELS[depth] for depth in depths]
