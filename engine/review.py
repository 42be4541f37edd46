"""What a review goes through, and in which order: frozen values that the window and the command line hand to the queue.

Only proposed instances are ever in the queue: what a person decided is out of a machine's and a bulk's reach.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from engine.errors import InvalidOp
from engine.records import ImageRecord, InstanceRecord, Stage

NO_LABEL = 0
"""Stands for "without a label" where labels are named by id."""
BINS = 100
"""Histograms and sliders go in hundredths."""
SEEDS = 2**31


class ReviewBy(StrEnum):
    """What orders the queue; each has a direction that people mostly want, which ``reverse`` turns round.

    *uncertainty*: the masks about which the machine's own judgement says least come first: those nearest to the line
    that SAM's automatic stage draws (predicted IoU 0.88, stability 0.95; the tighter of the two counts). Far above it
    nearly all are good, far below nearly all are bad, and a bulk decision does; in between only a look helps.
    A pose is as uncertain as its least certain joint. *joint*: by the least certain joint alone, what is no proposed
    pose last. *score* and *stability*: the worst first. *area*: the largest first. *label*: one label after the other.
    *image*: image after image. *random*: shuffled, alike for the same seed.
    """

    UNCERTAINTY = "uncertainty"
    SCORE = "score"
    STABILITY = "stability"
    JOINT = "joint"
    AREA = "area"
    LABEL = "label"
    IMAGE = "image"
    RANDOM = "random"


class Measure(StrEnum):
    """What a threshold is laid on: the predicted IoU or the stability, both 0..1."""

    SCORE = "score"
    STABILITY = "stability"


@dataclass(frozen=True, slots=True)
class ReviewOrder:
    """How the queue is ordered; ``seed`` matters for *random* only."""

    by: ReviewBy = ReviewBy.UNCERTAINTY
    reverse: bool = False
    seed: int = 0

    def __post_init__(self) -> None:
        """Refuse a seed that not every database can hold."""
        if not 0 <= self.seed < SEEDS:
            raise InvalidOp(f"A seed is a whole number from 0 to {SEEDS - 1}, not {self.seed}.")

    @property
    def downwards(self) -> bool:
        """True where the queue goes from large keys to small ones."""
        return (self.by is ReviewBy.AREA) != self.reverse


@dataclass(frozen=True, slots=True)
class ReviewFilter:
    """What the queue is narrowed to; empty fields do not narrow.

    ``label_ids`` may hold ``NO_LABEL``. ``least_*`` are inclusive, ``below_*`` exclusive, so that "accept from 0.9 on"
    and "reject below 0.9" share nothing and leave nothing out. A mask without the number passes neither.
    Raises InvalidOp on bounds that are no numbers.
    """

    image_id: int | None = None
    label_ids: frozenset[int] = frozenset()
    backend: str = ""
    job_id: int | None = None
    stage: Stage | None = None
    least_score: float | None = None
    below_score: float | None = None
    least_stability: float | None = None
    below_stability: float | None = None

    def __post_init__(self) -> None:
        """Refuse what compares with nothing."""
        for bound in (self.least_score, self.below_score, self.least_stability, self.below_stability):
            if bound is not None and not math.isfinite(bound):
                raise InvalidOp(f"A threshold must be a number such as 0.9, not {bound}. Nothing was changed.")

    def least(self, measure: Measure, threshold: float) -> ReviewFilter:
        """Return this filter, narrowed further to ``threshold`` and above."""
        if measure is Measure.SCORE:
            return replace(self, least_score=_higher(self.least_score, threshold))
        return replace(self, least_stability=_higher(self.least_stability, threshold))

    def below(self, measure: Measure, threshold: float) -> ReviewFilter:
        """Return this filter, narrowed further to what lies below ``threshold``."""
        if measure is Measure.SCORE:
            return replace(self, below_score=_lower(self.below_score, threshold))
        return replace(self, below_stability=_lower(self.below_stability, threshold))

    def to_json(self) -> dict[str, Any]:
        """Return the fields that narrow, as plain values."""
        told = {name: getattr(self, name) for name in self.__slots__}
        told["label_ids"] = sorted(self.label_ids)
        told["stage"] = None if self.stage is None else str(self.stage)
        return {name: value for name, value in told.items() if value not in (None, "", [])}

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> ReviewFilter:
        """Inverse of ``to_json``. Raises InvalidOp, TypeError or ValueError on what never came from there."""
        given = dict(values)
        given["label_ids"] = frozenset(int(each) for each in given.get("label_ids", ()))
        if "stage" in given:
            given["stage"] = Stage(given["stage"])
        return cls(**given)


@dataclass(frozen=True, slots=True)
class Place:
    """A place in an ordered queue: the key that orders, then the id. It stays good when the instance there is gone."""

    key: float
    instance_id: int


@dataclass(frozen=True, slots=True)
class ReviewEntry:
    """One instance in the queue, all that is needed to show it.

    ``asked`` are the words that a detector found it by, with its score in [0, 1], where that is how it came to be.
    """

    place: Place
    instance: InstanceRecord
    image: ImageRecord
    asked: tuple[str, float] | None = None


@dataclass(frozen=True, slots=True)
class Spread:
    """How a measure is spread over a queue: ``counts[k]`` masks from k/100 on and below (k+1)/100.

    The last bin holds 1 and above, the first all below 0.01; ``unknown`` have no such number.
    """

    measure: Measure
    counts: tuple[int, ...]
    unknown: int

    def from_on(self, step: int) -> int:
        """Count what lies at ``step`` hundredths or above."""
        return sum(self.counts[step:]) if step < BINS else 0

    def below(self, step: int) -> int:
        """Count what lies below ``step`` hundredths."""
        return sum(self.counts[:step])


@dataclass(frozen=True, slots=True)
class Facets:
    """What the queue can be narrowed to: how many proposed masks there are of each (whole project)."""

    labels: dict[int, int]
    jobs: dict[int, int]
    backends: dict[str, int]


def _higher(now: float | None, threshold: float) -> float:
    return threshold if now is None else max(now, threshold)


def _lower(now: float | None, threshold: float) -> float:
    return threshold if now is None else min(now, threshold)
