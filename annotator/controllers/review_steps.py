"""What a review keeps beside the queue: where it stands, where it stood, and its own steps for Ctrl+Z."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from engine.errors import InvalidOp
from engine.records import State
from engine.review import Place, ReviewBy, ReviewEntry, ReviewFilter, ReviewOrder


@dataclass(frozen=True, slots=True)
class Standing:
    """How far a review is: ``number`` of ``total`` is on screen, ``done`` are decided, ``left`` still wait."""

    number: int = 0
    total: int = 0
    done: int = 0
    left: int = 0


@dataclass(frozen=True, slots=True)
class Bookmark:
    """Where a person stopped: enough to go on there after a restart. ``done`` counts what was decided on the way."""

    order: ReviewOrder = field(default_factory=ReviewOrder)
    narrowed: ReviewFilter = field(default_factory=ReviewFilter)
    place: Place | None = None
    done: int = 0

    def to_json(self) -> dict[str, Any]:
        """Return plain values."""
        return {
            "by": str(self.order.by),
            "reverse": self.order.reverse,
            "seed": self.order.seed,
            "filter": self.narrowed.to_json(),
            "place": None if self.place is None else [self.place.key, self.place.instance_id],
            "done": self.done,
        }

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Bookmark:
        """Inverse of ``to_json``; a bookmark that cannot be read is one at the start: nothing but a place is lost."""
        try:
            place = values.get("place")
            return cls(
                ReviewOrder(ReviewBy(values["by"]), bool(values["reverse"]), int(values["seed"])),
                ReviewFilter.from_json(values["filter"]),
                None if place is None else Place(float(place[0]), int(place[1])),
                max(0, int(values["done"])),
            )
        except (KeyError, TypeError, ValueError, IndexError, AttributeError, InvalidOp):
            return cls()


@dataclass(slots=True, eq=False)
class Step:
    """One stored decision: what Ctrl+Z takes back, and where it leads back to.

    ``state`` is what it made of them (None: a label), ``before`` what they were. ``scope`` is the image it belongs to,
    None for several. ``entry`` is what was on screen. ``history_id`` is 0 until it is stored.
    """

    ids: tuple[int, ...]
    state: State | None
    scope: int | None
    entry: ReviewEntry | None = None
    before: State = State.PROPOSED
    history_id: int = 0

    @property
    def single(self) -> bool:
        """True for a decision about the one instance that was on screen."""
        return self.entry is not None and self.ids == (self.entry.instance.id,)
