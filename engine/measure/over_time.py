"""The engine's table read along the time axis."""

from __future__ import annotations

from datetime import date

from engine.measure.table_records import EngineTable, ratio
from engine.records import Stage


def masks_by_period(table: EngineTable, stage: Stage | None = None) -> tuple[int, ...]:
    """Return the accepted masks of each of ``table.periods``, of one stage or of all."""
    sums = dict.fromkeys(table.periods, 0)
    for row in table.rows:
        if stage is None or row.stage is stage:
            sums[row.start] += row.masks
    return tuple(sums.values())


def seconds_by_period(table: EngineTable, stage: Stage | None = None) -> tuple[float | None, ...]:
    """Return the mean active seconds of the hand-made masks of each period; None where there is none."""
    masks = dict.fromkeys(table.periods, 0)
    active: dict[date, float] = dict.fromkeys(table.periods, 0.0)
    for row in table.rows:
        if stage is None or row.stage is stage:
            masks[row.start] += row.hand_made
            active[row.start] += row.active_seconds
    return tuple(ratio(active[start], masks[start]) for start in table.periods)
