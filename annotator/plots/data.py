"""What a chart shows, as plain values: made without Qt, drawn by the widgets beside this file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

Unit: TypeAlias = Literal["count", "share", "seconds"]
Look: TypeAlias = Literal["plain", "striped", "dotted", "lined"]
"""How a part differs from others beside its colour: fill of bars, marks of lines."""


@dataclass(frozen=True, slots=True)
class Part:
    """One kind of things along the axis; None is a gap (nothing to say), which is not 0."""

    name: str
    look: Look
    values: tuple[float | None, ...]

    @property
    def empty(self) -> bool:
        """True when there is nothing to draw."""
        return not any(self.values)


@dataclass(frozen=True, slots=True)
class Chart:
    """Bars or points at evenly spaced places; ``parts`` of bars are stacked."""

    labels: tuple[str, ...]
    """Under the axis, one a place; those without room are left out."""
    parts: tuple[Part, ...]
    tips: tuple[str, ...]
    """What is told while the pointer is over a place."""
    unit: Unit = "count"
    notes: tuple[str, ...] = ()
    """Short texts above the bars, one a place, or none."""
    edges: bool = False
    """True when ``labels`` name the borders between bars (one more than bars) and not the bars."""
    summary: str = ""
    """The chart in one sentence, for people who do not see it."""

    @property
    def places(self) -> int:
        """How many bars or points there are along the axis."""
        return len(self.tips)

    @property
    def empty(self) -> bool:
        """True when there is nothing to draw."""
        return all(part.empty for part in self.parts)
