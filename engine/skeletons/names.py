"""Names of joints, edges and flip pairs: comparing, reading, writing, proposing."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TypeAlias

Pair: TypeAlias = tuple[int, int]

_SIDES = {"left": "right", "l": "r", "links": "rechts"}
_WORDS = re.compile(r"[^\W\d_]+")


def joint_names(text: str) -> tuple[str, ...]:
    """Return one name a line, empty lines left out."""
    return tuple(name for each in text.splitlines() if (name := each.strip()))


def read_pairs(text: str, joints: Sequence[str]) -> tuple[tuple[Pair, ...], str]:
    """Return the pairs of joint numbers (from 0) that lines such as ``nose-left_eye`` or ``1-2`` name.

    Reversed and repeated pairs are given once. The second value is the first line that names no pair, else empty.
    """
    numbers = {name: place for place, name in enumerate(joints)}
    for place in range(len(joints)):
        numbers.setdefault(str(place + 1), place)
    pairs: list[Pair] = []
    for row in joint_names(text):
        pair = _read_pair(row, numbers)
        if pair is None:
            return tuple(pairs), row
        if pair not in pairs and pair[::-1] not in pairs:
            pairs.append(pair)
    return tuple(pairs), ""


def write_pairs(pairs: Sequence[Pair], joints: Sequence[str]) -> str:
    """Write one pair a line, by the joints' names."""
    return "\n".join(f"{joints[first]}-{joints[second]}" for first, second in pairs)


def propose_flips(joints: Sequence[str]) -> tuple[Pair, ...]:
    """Return the pairs whose names differ only in left and right."""
    places = {name: place for place, name in enumerate(joints)}
    pairs = []
    for place, name in enumerate(joints):
        other = places.get(_mirrored(name))
        if other is not None and other != place:
            pairs.append((place, other))
    return tuple(pairs)


def side(name: str) -> str:
    """Return ``left`` or ``right`` where a joint's name says so, else nothing."""
    words = {word.casefold() for word in _WORDS.findall(name)}
    return "left" if words & _SIDES.keys() else "right" if words & set(_SIDES.values()) else ""


def _read_pair(row: str, numbers: dict[str, int]) -> Pair | None:
    # A joint's own name may have a dash in it, so every dash is tried.
    for dash in re.finditer("[-\N{EN DASH}]", row):
        first, second = numbers.get(row[: dash.start()].strip()), numbers.get(row[dash.end() :].strip())
        if first is not None and second is not None and first != second:
            return first, second
    return None


def _mirrored(name: str) -> str:
    def other(match: re.Match[str]) -> str:
        word = match.group()
        side = _SIDES.get(word.casefold(), word)
        return side.upper() if word.isupper() else side.capitalize() if word[0].isupper() else side

    return _WORDS.sub(other, name)
