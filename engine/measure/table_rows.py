"""Makes the rows of the engine's table from what was tallied."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from engine.measure.table_records import BackendRow, PeriodRow, PersonRow, PoseRow, ScoreRow, StageRow, Unit
from engine.measure.tally import Tally, add_to, median
from engine.records import Stage, State
from engine.storage.figures import NO_SCORE, SCORE_BINS, Credit, Group, PoseGroup

MOST_DAYS = 45
"""A longer span is told in weeks: more bars than that cannot be read."""
_DAY_ZERO = date(1970, 1, 1)


def stage_row(tally: Tally, stage: Stage | None, images: int) -> StageRow:
    """Return the figures of one stage, or of all; ``images`` were counted by the database."""
    mine = [group for group in tally.groups if stage is None or group.stage == stage]
    tenths: Counter[int] = Counter()
    for name, histogram in tally.tenths.items():
        if stage is None or name == stage:
            tenths.update(histogram)
    return StageRow(
        stage=stage,
        images=images,
        accepted=_masks(mine, State.ACCEPTED),
        proposed=_masks(mine, State.PROPOSED),
        rejected=_masks(mine, State.REJECTED),
        counted=sum(group.counted for group in mine),
        clicks=sum(group.clicks for group in mine),
        hand_made=sum(group.hand_made for group in mine),
        timed=sum(group.timed for group in mine),
        active_seconds=sum(group.active_ms for group in mine) / 1000,
        median_seconds=median(tenths, 0.1),
        edited=sum(group.edited for group in mine),
        decided=sum(group.decided for group in mine),
        kept=sum(group.kept for group in mine),
        review_seconds=sum(group.review_ms for group in mine) / 1000,
        timed_decisions=sum(group.timed_decisions for group in mine),
    )


def backend_rows(groups: Iterable[Group]) -> tuple[BackendRow, ...]:
    """Return one row for each backend and weights, the one with most masks first."""
    split: dict[tuple[str, str], list[Group]] = defaultdict(list)
    for group in groups:
        split[group.backend, group.weights_hash].append(group)
    rows = [
        BackendRow(
            backend=backend,
            weights_hash=weights_hash,
            accepted=_masks(mine, State.ACCEPTED),
            proposed=_masks(mine, State.PROPOSED),
            rejected=_masks(mine, State.REJECTED),
            counted=sum(group.counted for group in mine),
            clicks=sum(group.clicks for group in mine),
            edited=sum(group.edited for group in mine),
            decided=sum(group.decided for group in mine),
            kept=sum(group.kept for group in mine),
        )
        for (backend, weights_hash), mine in split.items()
    ]
    return tuple(sorted(rows, key=lambda row: (-row.accepted - row.proposed, row.backend, row.weights_hash)))


def pose_rows(groups: Iterable[PoseGroup]) -> tuple[PoseRow, ...]:
    """Return one row for each pose backend and weights, the one with most poses first."""
    rows = [
        PoseRow(
            backend=group.backend,
            weights_hash=group.weights_hash,
            proposed=group.proposed,
            accepted=group.accepted,
            rejected=group.rejected,
            decided=group.decided,
            kept=group.kept,
            edited=group.kept_edited,
            review_seconds=group.review_ms / 1000,
            timed_decisions=group.timed_decisions,
        )
        for group in groups
    ]
    return tuple(sorted(rows, key=lambda row: (-row.accepted - row.proposed, row.backend, row.weights_hash)))


def score_rows(groups: Iterable[Group]) -> tuple[tuple[ScoreRow, ...], int]:
    """Return the score bins from the lowest in use to the highest, and how many masks have no score."""
    bins: dict[int, tuple[int, ...]] = {}
    for group in groups:
        waiting = group.masks if group.state == State.PROPOSED and group.stage != Stage.ASSISTED else 0
        if waiting or group.decided:
            add_to(bins, group.score_bin, (waiting, group.decided, group.kept, group.kept_edited))
    unscored = sum(bins.pop(NO_SCORE, ())[:2])
    if not bins:
        return (), unscored
    rows: list[ScoreRow] = []
    decided_above = kept_above = 0
    kept_in_all = sum(held[2] for held in bins.values())
    for number in range(max(bins), min(bins) - 1, -1):
        waiting, decided, kept, edited = bins.get(number, (0, 0, 0, 0))
        decided_above += decided
        kept_above += kept
        low, high = number / SCORE_BINS, (number + 1) / SCORE_BINS
        rows.append(ScoreRow(low, high, waiting, decided, kept, edited, decided_above, kept_above, kept_in_all))
    return tuple(reversed(rows)), unscored


def periods(credited: Sequence[Credit]) -> tuple[Unit, tuple[date, ...]]:
    """Return whether days or weeks are told, and all of them from the first to the last."""
    days = [credit.day for credit in credited]
    if not days:
        return "day", ()
    unit: Unit = "day" if max(days) - min(days) < MOST_DAYS else "week"
    first, last = _start(min(days), unit), _start(max(days), unit)
    step = 1 if unit == "day" else 7
    return unit, tuple(first + timedelta(days=at) for at in range(0, (last - first).days + 1, step))


def period_rows(credited: Iterable[Credit], unit: Unit) -> tuple[PeriodRow, ...]:
    """Return one row for each period, stage and person, in this order."""
    sums: dict[tuple[date, int, str], tuple[int, ...]] = {}
    order = list(Stage)
    for credit in credited:
        key = (_start(credit.day, unit), order.index(Stage(credit.stage)), credit.person)
        add_to(sums, key, (credit.masks, credit.hand_made, credit.active_ms))
    return tuple(
        PeriodRow(start, order[place], person, masks, hand_made, active_ms / 1000)
        for (start, place, person), (masks, hand_made, active_ms) in sorted(sums.items())
    )


def person_rows(groups: Iterable[Group], credited: Iterable[Credit]) -> tuple[PersonRow, ...]:
    """Return one row for each person, the one with most masks first."""
    made: dict[str, tuple[int, ...]] = {}
    decided: dict[str, tuple[int, ...]] = {}
    for credit in credited:
        add_to(made, credit.person, (credit.masks, credit.hand_made, credit.clicks, credit.active_ms))
    for group in groups:
        if group.decided:
            values = (group.decided, group.kept, group.review_ms, group.timed_decisions)
            add_to(decided, group.reviewed_by, values)
    none = (0, 0, 0, 0)
    rows = []
    for name in {*made, *decided}:
        masks, hand_made, clicks, active_ms = made.get(name, none)
        number, kept, review_ms, timed = decided.get(name, none)
        rows.append(PersonRow(name, masks, hand_made, clicks, active_ms / 1000, number, kept, review_ms / 1000, timed))
    return tuple(sorted(rows, key=lambda row: (-row.masks, -row.decided, row.name)))


def last_days(credited: Iterable[Credit], today: date) -> tuple[int, int]:
    """Count the masks accepted in the seven days that end with ``today``, and in the seven before."""
    ends = (today - _DAY_ZERO).days
    by_day: Counter[int] = Counter()
    for credit in credited:
        by_day[credit.day] += credit.masks
    return sum(by_day[ends - back] for back in range(7)), sum(by_day[ends - back] for back in range(7, 14))


def _masks(groups: Iterable[Group], state: State) -> int:
    return sum(group.masks for group in groups if group.state == state)


def _start(day: int, unit: Unit) -> date:
    found = _DAY_ZERO + timedelta(days=day)
    return found if unit == "day" else found - timedelta(days=found.weekday())
