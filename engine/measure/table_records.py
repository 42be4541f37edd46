"""The engine's own table as frozen records: what SAM's paper reports of its data engine, for any project.

Words that hold for every figure here:

- A *mask* is an instance with a mask. Boxes and poses without one are not counted. What was undone, deleted or
  withdrawn is no row any more and is not counted either.
- *Accepted*, *proposed* and *rejected* are states. Where nothing else is said, a figure is over accepted masks.
- A *decision* is a person's accept or reject of a mask that no person made: one of the stages semi, auto or imported
  whose review was stored. Masks of the assisted stage were made by a person and are not decided about.
- *Seconds* are active seconds: pauses are cut (see the active clock). A mask is *hand-made* if somebody spent active
  seconds on it: prompted it, or corrected it later. A prefilled mask that was only accepted has 0 clicks, 0 active
  seconds, and review seconds.
- A figure without anything to count is None, never 0.
- Poses that a backend proposed are counted by themselves (``PoseRow``): an accepted one went over to its instance.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from engine.records import Stage


def ratio(part: float, whole: float) -> float | None:
    """Divide; None where there is nothing to divide by."""
    return part / whole if whole else None


@dataclass(frozen=True, slots=True)
class StageRow:
    """One stage's figures; ``stage`` None is all stages together."""

    stage: Stage | None
    images: int
    """Images with at least one accepted mask of the stage."""
    accepted: int
    proposed: int
    rejected: int
    counted: int
    """Accepted masks whose clicks are known: all but those of a file that nobody touched since."""
    clicks: int
    """Clicks on the counted masks."""
    hand_made: int
    """Accepted masks with active seconds."""
    timed: int
    """Accepted masks whose cost in seconds is known: hand-made, reviewed, or made by a machine (0 active seconds)."""
    active_seconds: float
    """Over the hand-made masks."""
    median_seconds: float | None
    """Active seconds of the middle hand-made mask, from a histogram of tenths of a second (each rounded up)."""
    edited: int
    """Accepted masks that were changed after they were stored."""
    decided: int
    kept: int
    """Decisions that were an accept."""
    review_seconds: float
    """Over all decisions, rejected masks included."""
    timed_decisions: int
    """Decisions whose seconds were stored."""

    @property
    def masks_per_image(self) -> float | None:
        """Accepted masks an image that has any."""
        return ratio(self.accepted, self.images)

    @property
    def mean_seconds(self) -> float | None:
        """Active seconds a hand-made mask."""
        return ratio(self.active_seconds, self.hand_made)

    @property
    def clicks_per_mask(self) -> float | None:
        """Clicks a counted mask; prefilled ones that were only accepted count with 0."""
        return ratio(self.clicks, self.counted)

    @property
    def seconds_per_decision(self) -> float | None:
        """Review seconds a timed decision."""
        return ratio(self.review_seconds, self.timed_decisions)

    @property
    def person_seconds(self) -> float | None:
        """All seconds of people, active and in review (of rejected masks too), a timed mask: what a mask costs."""
        return ratio(self.active_seconds + self.review_seconds, self.timed)

    @property
    def acceptance(self) -> float | None:
        """Share of the decisions that were an accept."""
        return ratio(self.kept, self.decided)

    @property
    def edit_rate(self) -> float | None:
        """Share of the accepted masks that were changed after they were stored."""
        return ratio(self.edited, self.accepted)


@dataclass(frozen=True, slots=True)
class BackendRow:
    """What became of one backend's masks; an empty name stands for masks by hand or from a file."""

    backend: str
    weights_hash: str
    accepted: int
    proposed: int
    rejected: int
    counted: int
    clicks: int
    edited: int
    decided: int
    kept: int

    @property
    def clicks_per_mask(self) -> float | None:
        """As in ``StageRow``."""
        return ratio(self.clicks, self.counted)

    @property
    def acceptance(self) -> float | None:
        """As in ``StageRow``."""
        return ratio(self.kept, self.decided)

    @property
    def edit_rate(self) -> float | None:
        """As in ``StageRow``."""
        return ratio(self.edited, self.accepted)


@dataclass(frozen=True, slots=True)
class ScoreRow:
    """Masks no person made whose score is at least ``low`` and below ``high``.

    Nothing is below the first row's ``low`` or above the last one's ``high``: those two take what lies outside.
    """

    low: float
    high: float
    waiting: int
    """Still proposed."""
    decided: int
    kept: int
    edited: int
    """Kept ones that were changed after they were stored."""
    decided_above: int
    """Decisions on masks of this score or a better one: what a threshold at ``low`` would have shown a person."""
    kept_above: int
    kept_in_all: int

    @property
    def acceptance(self) -> float | None:
        """Share of the decisions in this bin that were an accept."""
        return ratio(self.kept, self.decided)

    @property
    def edit_rate(self) -> float | None:
        """Share of the kept masks that were changed after they were stored."""
        return ratio(self.edited, self.kept)

    @property
    def acceptance_above(self) -> float | None:
        """Acceptance if only masks from ``low`` upwards had been proposed."""
        return ratio(self.kept_above, self.decided_above)

    @property
    def found_above(self) -> float | None:
        """Share of all kept masks that a threshold at ``low`` would still have proposed."""
        return ratio(self.kept_above, self.kept_in_all)


@dataclass(frozen=True, slots=True)
class PoseRow:
    """What became of the poses that one backend proposed."""

    backend: str
    weights_hash: str
    proposed: int
    accepted: int
    rejected: int
    decided: int
    kept: int
    edited: int
    """Kept ones of which a person moved joints before they were accepted."""
    review_seconds: float
    timed_decisions: int

    @property
    def acceptance(self) -> float | None:
        """Share of the decisions that were an accept."""
        return ratio(self.kept, self.decided)

    @property
    def edit_rate(self) -> float | None:
        """Share of the kept poses of which joints were moved."""
        return ratio(self.edited, self.kept)

    @property
    def seconds_per_decision(self) -> float | None:
        """Review seconds a timed decision."""
        return ratio(self.review_seconds, self.timed_decisions)


Unit = Literal["day", "week"]


@dataclass(frozen=True, slots=True)
class PeriodRow:
    """Accepted masks of one day or week (from Monday; UTC), by the time of acceptance, else of storing."""

    start: date
    stage: Stage
    person: str
    """Who clicked the mask; where nobody did, who accepted it."""
    masks: int
    hand_made: int
    active_seconds: float


@dataclass(frozen=True, slots=True)
class PersonRow:
    """One person's work."""

    name: str
    masks: int
    """Accepted masks credited to the person, see ``PeriodRow.person``."""
    hand_made: int
    clicks: int
    active_seconds: float
    decided: int
    kept: int
    review_seconds: float
    timed_decisions: int

    @property
    def mean_seconds(self) -> float | None:
        """Active seconds a hand-made mask."""
        return ratio(self.active_seconds, self.hand_made)

    @property
    def seconds_per_decision(self) -> float | None:
        """Review seconds a timed decision."""
        return ratio(self.review_seconds, self.timed_decisions)


@dataclass(frozen=True, slots=True)
class CoverageFigures:
    """How much of the images accepted masks explain: per image, the area of their union over the image's area."""

    images: int
    """Images with an accepted mask."""
    sampled: int
    """Images looked at: all, or a random sample."""
    mean: float | None
    median: float | None
    bins: tuple[int, ...]
    """Images by tenths of their share: ten counts; the last holds 100 % too."""


@dataclass(frozen=True, slots=True)
class EngineTable:
    """Everything ``maskwright stats`` and the dashboard show."""

    made_at: datetime
    since: datetime | None
    stages: tuple[StageRow, ...]
    """Assisted, semi, auto, imported; always all four."""
    total: StageRow
    backends: tuple[BackendRow, ...]
    scores: tuple[ScoreRow, ...]
    """From the lowest bin in use to the highest."""
    unscored: int
    """Decided or waiting masks no person made that have no score."""
    unit: Unit
    periods: tuple[date, ...]
    """Every day or week from the first with a mask to the last, gaps included."""
    rows: tuple[PeriodRow, ...]
    people: tuple[PersonRow, ...]
    clicks: Mapping[Stage, tuple[int, ...]]
    """Counted masks by clicks: index 0 none, the last one ``len - 1`` clicks or more."""
    last_7_days: int
    """Masks accepted in the seven days (UTC) that end with today."""
    before_7_days: int
    """The same for the seven days before."""
    coverage: CoverageFigures
    poses: tuple[PoseRow, ...] = ()
    """One row for each backend that proposed poses, the one with most first."""

    def stage(self, stage: Stage) -> StageRow:
        """Return one stage's row."""
        return next(row for row in self.stages if row.stage is stage)
