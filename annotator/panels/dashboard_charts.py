"""Makes the dashboard's charts and words of the engine's table; no Qt, so that they can be compared with the CLI's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from annotator.plots.data import Chart, Look, Part
from engine.measure import words
from engine.measure.over_time import masks_by_period, seconds_by_period
from engine.measure.table_records import EngineTable, PoseRow, StageRow, ratio
from engine.records import Stage

LOOKS: Mapping[Stage, Look] = {
    Stage.ASSISTED: "plain",
    Stage.SEMI: "striped",
    Stage.AUTO: "dotted",
    Stage.IMPORTED: "lined",
}


@dataclass(frozen=True, slots=True)
class Told:
    """A chart with the sentence above it; without a chart the sentence says what is missing."""

    chart: Chart | None
    text: str


@dataclass(frozen=True, slots=True)
class Tile:
    """One big figure: its name, itself, and a sentence below."""

    name: str
    figure: str
    note: str


def tiles(table: EngineTable) -> tuple[Tile, ...]:
    """Return the figures of the top row."""
    total, before = table.total, table.before_7_days
    where = f"on {_some(total.images, 'image')}, {words.rate(total.masks_per_image)} an image"
    cost = f"median by hand; {words.seconds(total.person_seconds)} all in"
    reviewed = f"of {words.count(total.decided)} reviewed" if total.decided else "none reviewed yet"
    poses = () if not table.poses else (_pose_tile(table.poses),)
    return (
        Tile("Masks accepted", words.count(total.accepted), where if total.accepted else "none yet"),
        Tile("In the last 7 days", words.count(table.last_7_days), f"{words.count(before)} in the 7 days before"),
        Tile(
            "Seconds a mask", words.seconds(total.median_seconds), cost if total.hand_made else "none made by hand yet"
        ),
        Tile("Proposals accepted", words.share(total.acceptance), f"{reviewed}, {words.count(total.proposed)} waiting"),
        *poses,
    )


def _pose_tile(rows: Sequence[PoseRow]) -> Tile:
    decided, kept = sum(row.decided for row in rows), sum(row.kept for row in rows)
    reviewed = f"of {words.count(decided)} reviewed" if decided else "none reviewed yet"
    waiting = words.count(sum(row.proposed for row in rows))
    return Tile("Poses accepted", words.share(ratio(kept, decided)), f"{reviewed}, {waiting} waiting")


STAGE_COLUMNS: tuple[tuple[str, str], ...] = (
    ("Images", "Images with at least one accepted mask"),
    ("Masks", "Accepted masks"),
    ("An image", "Accepted masks an image that has any"),
    ("Waiting", "Proposed masks that nobody has decided about"),
    ("Rejected", "Masks that a person rejected"),
    ("Median", "Active seconds of the middle mask that somebody spent time on; pauses are cut"),
    ("Mean", "Active seconds a mask that somebody spent time on"),
    ("Clicks", "Clicks an accepted mask; one that was only accepted counts with none"),
    ("Review", "Seconds a decision to accept or to reject"),
    ("All in", "All of people's seconds, at work and in review, an accepted mask"),
    ("Acceptance", "Share of the reviewed proposals that were accepted"),
    ("Edited", "Share of the accepted masks that were changed after they were stored"),
)
"""Heading and explanation of each column of the stage table, after the stage's name."""


def stage_cells(row: StageRow) -> tuple[str, ...]:
    """Return one stage's figures in the order of ``STAGE_COLUMNS``."""
    return (
        words.count(row.images),
        words.count(row.accepted),
        words.rate(row.masks_per_image),
        words.count(row.proposed),
        words.count(row.rejected),
        words.seconds(row.median_seconds),
        words.seconds(row.mean_seconds),
        words.rate(row.clicks_per_mask),
        words.seconds(row.seconds_per_decision),
        words.seconds(row.person_seconds),
        words.share(row.acceptance),
        words.share(row.edit_rate),
    )


def masks_over_time(table: EngineTable) -> Told:
    """Stack the accepted masks of each day or week by stage."""
    if not table.periods:
        return Told(None, "No mask has been accepted yet.")
    by_stage = {stage: masks_by_period(table, stage) for stage in Stage}
    parts = tuple(_part(stage, values) for stage, values in by_stage.items() if any(values))
    totals = masks_by_period(table)
    tips = []
    for place, start in enumerate(table.periods):
        lines = [f"{_period(table, start)}: {_some(totals[place], 'mask')}"]
        lines += [
            f"{words.STAGE_WORDS[stage]}: {words.count(values[place])}"
            for stage, values in by_stage.items()
            if values[place]
        ]
        tips.append("\n".join(lines))
    chart = Chart(
        labels=tuple(_day(start) for start in table.periods),
        parts=parts,
        tips=tuple(tips),
        summary=f"{words.count(sum(totals))} masks, at most {words.count(max(totals))} a {table.unit}.",
    )
    return Told(chart, f"accepted masks a {table.unit}{' from Monday' if table.unit == 'week' else ''} (UTC), by stage")


def seconds_over_time(table: EngineTable) -> Told:
    """Draw the mean active seconds of hand-made masks of each day or week, a line for each stage that has some."""
    by_stage = {stage: seconds_by_period(table, stage) for stage in Stage}
    parts = tuple(_part(stage, values) for stage, values in by_stage.items() if any(values))
    if not parts:
        return Told(None, "Nobody has spent time on a mask yet.\nSeconds are counted from the first click to Enter.")
    tips = []
    for place, start in enumerate(table.periods):
        lines = [_period(table, start)]
        lines += [
            f"{words.STAGE_WORDS[stage]}: {words.seconds(values[place])}"
            for stage, values in by_stage.items()
            if values[place] is not None
        ]
        tips.append("\n".join(lines if len(lines) > 1 else [*lines, "no hand-made mask"]))
    chart = Chart(
        labels=tuple(_day(start) for start in table.periods),
        parts=parts,
        tips=tuple(tips),
        unit="seconds",
        summary=f"In all {words.seconds(table.total.mean_seconds)} a hand-made mask.",
    )
    return Told(chart, f"mean active seconds of hand-made masks, a {table.unit} each")


def acceptance_by_score(table: EngineTable) -> Told:
    """Show for each bin of scores which share of the reviewed proposals was accepted."""
    rows = table.scores
    if not any(row.decided for row in rows):
        waiting = sum(row.waiting for row in rows)
        also = (
            f"\n{_some(waiting, 'proposal')} with a score {'is' if waiting == 1 else 'are'} waiting." if waiting else ""
        )
        return Told(None, f"Nobody has reviewed anything yet.{also}")
    tips = []
    for row in rows:
        lines = [f"Score {row.low:.2f} to {row.high:.2f}"]
        if row.decided:
            lines.append(
                f"{words.count(row.kept)} of {words.count(row.decided)} accepted ({words.share(row.acceptance)})"
            )
        lines.append(f"{words.count(row.waiting)} waiting")
        if row.decided_above:
            lines.append(f"From {row.low:.2f} up: {words.share(row.acceptance_above)} accepted,")
            lines.append(f"{words.share(row.found_above)} of all accepted still proposed")
        tips.append("\n".join(lines))
    edges = [row.low for row in rows] + [rows[-1].high]
    chart = Chart(
        labels=tuple(f"{edge:.2f}" for edge in edges),
        parts=(Part("Accepted", "plain", tuple(row.acceptance for row in rows)),),
        tips=tuple(tips),
        unit="share",
        notes=tuple(_short(row.decided) for row in rows),
        edges=True,
        summary=f"{words.share(table.total.acceptance)} of {words.count(table.total.decided)} proposals were accepted.",
    )
    return Told(chart, "share accepted by predicted score; on top how many reviewed")


def clicks_per_mask(table: EngineTable) -> Told:
    """Count accepted masks by the clicks they took, stacked by stage."""
    if not any(map(sum, table.clicks.values())):
        return Told(None, "No mask has been made here yet.\nMasks from files say nothing about clicks.")
    most = max(place for counts in table.clicks.values() for place, number in enumerate(counts) if number)
    last = len(next(iter(table.clicks.values()))) - 1
    wide = max(most, 4) + 1
    parts = tuple(_part(stage, counts[:wide]) for stage, counts in table.clicks.items() if any(counts))
    tips = []
    for clicks in range(wide):
        name = f"{clicks} or more clicks" if clicks == last else ("No click" if not clicks else _some(clicks, "click"))
        number = sum(counts[clicks] for counts in table.clicks.values())
        tips.append(f"{name}: {_some(number, 'mask')}")
    chart = Chart(
        labels=tuple(f"{clicks}+" if clicks == last else str(clicks) for clicks in range(wide)),
        parts=parts,
        tips=tuple(tips),
        summary=f"{words.rate(table.total.clicks_per_mask)} clicks a mask.",
    )
    return Told(chart, f"masks by number of clicks; {words.rate(table.total.clicks_per_mask)} a mask in the mean")


def coverage(table: EngineTable) -> Told:
    """Count images by the share of them that accepted masks explain."""
    found = table.coverage
    if not found.sampled:
        return Told(None, "No image has an accepted mask yet.")
    tips = tuple(
        f"{10 * tenth} to {10 * (tenth + 1)} % explained: {_some(number, 'image')}"
        for tenth, number in enumerate(found.bins)
    )
    chart = Chart(
        labels=tuple(f"{10 * tenth} %" for tenth in range(len(found.bins) + 1)),
        parts=(Part("Images", "plain", found.bins),),
        tips=tips,
        edges=True,
        summary=f"{words.share(found.mean)} of an image in the mean.",
    )
    sample = f"; {words.count(found.sampled)} of {words.count(found.images)} looked at"
    where = sample if found.sampled < found.images else ""
    return Told(chart, f"images by the share that masks explain; {words.share(found.mean)} in the mean{where}")


def _part(stage: Stage, values: Sequence[float | None]) -> Part:
    return Part(words.STAGE_WORDS[stage], LOOKS[stage], tuple(values))


def _some(number: int, what: str) -> str:
    return f"{words.count(number)} {what}{'' if number == 1 else 's'}"


def _short(number: int) -> str:
    return "" if not number else f"{number / 1000:.0f}k" if number >= 10_000 else str(number)


def _day(day: date) -> str:
    return f"{day.day} {day:%b}"


def _period(table: EngineTable, start: date) -> str:
    return f"{start:%A}, {_day(start)} {start.year}" if table.unit == "day" else f"Week from {_day(start)} {start.year}"
