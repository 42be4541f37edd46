"""Finding a name by some of its letters, best match first."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

ItemT = TypeVar("ItemT")
SCATTERED = 4
"""First number of the score of a name that has the letters in order, but not side by side."""


def best_matches(text: str, items: Iterable[ItemT], name_of: Callable[[ItemT], str]) -> list[ItemT]:
    """Return the items whose name has the letters of ``text`` in order, best first, ties in the order given."""
    scored = [(score, item) for item in items if (score := match_score(text, name_of(item))) is not None]
    return [item for _, item in sorted(scored, key=lambda pair: pair[0])]


def match_score(text: str, name: str) -> tuple[int, int] | None:
    """Return how well ``text`` matches (smaller is better), None when it does not; upper and lower case are one."""
    wanted, have = text.strip().casefold(), name.casefold()
    if not wanted:
        return (0, 0)
    if have == wanted:
        return (0, 0)
    if have.startswith(wanted):
        return (1, len(have))
    at = have.find(wanted)
    if at > 0:
        return (3 if have[at - 1].isalnum() else 2, len(have))
    gaps, place = 0, -1
    for letter in wanted:
        found = have.find(letter, place + 1)
        if found < 0:
            return None
        gaps += found - place - 1
        place = found
    return (SCATTERED, gaps)
