"""Adds up what the database counted, slice by slice."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import TypeVar

from engine.storage.figures import Credit, Effort, Group

MOST_CLICKS = 12
"""The click histogram's last bar holds so many clicks or more."""
_GROUP_KEYS, _CREDIT_KEYS = 6, 3
K = TypeVar("K")


class Tally:
    """Takes slices in any order; groups of the same key become one."""

    def __init__(self) -> None:
        """Empty."""
        self._groups: dict[tuple[str | int, ...], tuple[int, ...]] = {}
        self._credits: dict[tuple[str | int, ...], tuple[int, ...]] = {}
        self.tenths: dict[str, Counter[int]] = defaultdict(Counter)
        """Hand-made masks by tenths of an active second, by stage."""
        self.clicks: dict[str, Counter[int]] = defaultdict(Counter)
        """Counted masks by clicks, by stage."""

    def add(self, groups: Iterable[Group], credited: Iterable[Credit], efforts: Iterable[Effort]) -> None:
        """Take the counts of one slice."""
        for group in groups:
            add_to(self._groups, group[:_GROUP_KEYS], _numbers(group[_GROUP_KEYS:]))
        for credit in credited:
            add_to(self._credits, credit[:_CREDIT_KEYS], _numbers(credit[_CREDIT_KEYS:]))
        for effort in efforts:
            if effort.tenths:
                self.tenths[effort.stage][effort.tenths] += effort.masks
            self.clicks[effort.stage][min(effort.clicks, MOST_CLICKS)] += effort.counted

    @property
    def groups(self) -> list[Group]:
        """All groups so far."""
        return [Group._make((*key, *sums)) for key, sums in self._groups.items()]

    @property
    def credited(self) -> list[Credit]:
        """All credits so far."""
        return [Credit._make((*key, *sums)) for key, sums in self._credits.items()]


def add_to(held: dict[K, tuple[int, ...]], key: K, values: Sequence[int]) -> None:
    """Add ``values`` to what is held under ``key``, place by place."""
    before = held.get(key)
    held[key] = tuple(values) if before is None else tuple(map(sum, zip(before, values, strict=True)))


def _numbers(values: Sequence[str | int]) -> tuple[int, ...]:
    return tuple(map(int, values))


def median(histogram: Mapping[int, int], width: float) -> float | None:
    """Return the middle value of a histogram of whole multiples of ``width``; of two middle ones their mean."""
    total = sum(histogram.values())
    if not total:
        return None
    wanted = ((total - 1) // 2, total // 2)
    found: list[int] = []
    before = 0
    for value in sorted(histogram):
        before += histogram[value]
        found += [value for place in wanted[len(found) :] if place < before]
    return sum(found) / 2 * width
