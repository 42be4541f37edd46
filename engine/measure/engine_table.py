"""Reads the engine's own table of a project; what each figure means stands in ``table_records``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime

from engine.control import QUIET, Control
from engine.measure import table_rows
from engine.measure.coverage import SAMPLE, coverage_figures
from engine.measure.table_records import CoverageFigures, EngineTable
from engine.measure.tally import MOST_CLICKS, Tally
from engine.records import Stage
from engine.storage.reader import Reader

SLICE = 100_000
"""Ids read at once: about half a second of work, after which it can be cancelled."""
STOPPED = "The counting was stopped."


def engine_table(
    reader: Reader,
    *,
    since: datetime | None = None,
    sample: int = SAMPLE,
    seed: int = 0,
    now: datetime | None = None,
    control: Control = QUIET,
) -> EngineTable:
    """Count a project's masks; ``since`` leaves only those accepted, decided or (if neither) stored from then on.

    Sums, histograms and counts are exact over all instances; medians come from a histogram of tenths of a second;
    coverage from ``sample`` images drawn by ``seed`` where there are more. ``now`` ends the last seven days. Raises
    Cancelled.
    """
    made_at = now or datetime.now(UTC)
    figures = reader.figures
    tally = Tally()
    top = figures.top_id()
    slices = range(0, top, SLICE)
    steps = len(slices) + 2
    for done, low in enumerate(slices):
        control.step(done, steps, what=STOPPED)
        high = low + SLICE
        tally.add(
            figures.groups(low, high, since), figures.credits(low, high, since), figures.efforts(low, high, since)
        )
    control.step(len(slices), steps, what=STOPPED)
    images = figures.images(since)
    control.step(len(slices) + 1, steps, what=STOPPED)
    quiet = Control(should_stop=control.should_stop)
    coverage = coverage_figures(reader, images[""], since=since, sample=sample, seed=seed, control=quiet)
    table = _table(tally, images, coverage, made_at=made_at, since=since)
    return replace(table, poses=table_rows.pose_rows(figures.poses(since)))


def _table(
    tally: Tally, images: Mapping[str, int], coverage: CoverageFigures, *, made_at: datetime, since: datetime | None
) -> EngineTable:
    groups, credited = tally.groups, tally.credited
    unit, periods = table_rows.periods(credited)
    scores, unscored = table_rows.score_rows(groups)
    last, before = table_rows.last_days(credited, made_at.date())
    return EngineTable(
        made_at=made_at,
        since=since,
        stages=tuple(table_rows.stage_row(tally, stage, images.get(stage, 0)) for stage in Stage),
        total=table_rows.stage_row(tally, None, images[""]),
        backends=table_rows.backend_rows(groups),
        scores=scores,
        unscored=unscored,
        unit=unit,
        periods=periods,
        rows=table_rows.period_rows(credited, unit),
        people=table_rows.person_rows(groups, credited),
        clicks={stage: tuple(tally.clicks[stage][number] for number in range(MOST_CLICKS + 1)) for stage in Stage},
        last_7_days=last,
        before_7_days=before,
        coverage=coverage,
    )
