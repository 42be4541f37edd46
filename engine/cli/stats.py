"""``maskwright stats``: the engine's own table, how fast masks come and how good they are."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from engine.cli.console import JsonOption, ProjectArg, known_errors, opened, out, print_json, progress, say

if TYPE_CHECKING:
    from rich.console import Console

    from engine.measure.table_records import EngineTable

_DAY = "%Y-%m-%d"


@known_errors
def stats(
    project: ProjectArg,
    as_json: JsonOption = False,
    csv: Annotated[
        Path | None, typer.Option("--csv", metavar="FILE", help="Also write every figure into a CSV file.")
    ] = None,
    since: Annotated[
        datetime | None,
        typer.Option("--since", metavar="DATE", formats=[_DAY], help="Only masks from this day on (2026-11-23, UTC)."),
    ] = None,
) -> None:
    """Show the data engine's table: masks, seconds, clicks, acceptance and coverage, by stage and over time.

    [bold]Examples[/bold]

      maskwright stats street.maskwright

      maskwright stats street.maskwright --since 2026-11-01 --csv november.csv
    """
    from engine.measure import table_out
    from engine.measure.engine_table import engine_table

    start = None if since is None else since.replace(tzinfo=UTC)
    with opened(project) as workspace, progress("Counting masks") as control:
        with workspace.read() as reader:
            name = reader.project().name
            table = engine_table(reader, since=start, control=control)
        place = workspace.place
    if csv is not None:
        table_out.write_csv(table, csv)
        say(f"Wrote {csv}")
    if as_json:
        print_json({"project": place, "name": name, **table_out.to_json(table)})
        return
    _show(table, f"{name} ({place})" + (f", since {start:{_DAY}}" if start else ""))


def _show(table: EngineTable, title: str) -> None:
    from rich.text import Text

    from engine.measure import words

    console = out()
    console.print(Text(title, style="bold"))
    total = table.total
    if not (total.accepted + total.proposed + total.rejected or table.poses):
        when = "in this time" if table.since else "yet"
        console.print(f"No masks {when}. Annotate some in the window, or bring them in with 'maskwright import'.")
        return
    told = [
        f"{words.count(total.accepted)} masks accepted, {words.count(table.last_7_days)} of them in the last 7 days"
    ]
    if total.hand_made:
        told.append(f"{words.seconds(total.median_seconds)} a hand-made mask (median)")
    if total.decided:
        told.append(f"{words.share(total.acceptance)} of the reviewed proposals accepted")
    if total.proposed:
        told.append(f"{words.count(total.proposed)} waiting for review")
    console.print("; ".join(told) + ".")
    _stages(console, table)
    _time(console, table)
    _backends(console, table)
    _poses(console, table)
    _scores(console, table)
    _people(console, table)
    _coverage(console, table)
    console.print(Text(f"Days are UTC. {words.SAM_ENGINE}", style="dim"))


def _stages(console: Console, table: EngineTable) -> None:
    from engine.measure import words

    rows = [*table.stages, table.total]
    _grid(
        console,
        "Masks",
        ("stage", "images", "accepted", "an image", "proposed", "rejected", "acceptance", "edited"),
        [
            (
                words.STAGE_WORDS[row.stage],
                words.count(row.images),
                words.count(row.accepted),
                words.rate(row.masks_per_image),
                words.count(row.proposed),
                words.count(row.rejected),
                words.share(row.acceptance),
                words.share(row.edit_rate),
            )
            for row in rows
        ],
    )
    _grid(
        console,
        "Effort",
        ("stage", "hand-made", "median", "mean", "clicks a mask", "a decision", "people's time a mask"),
        [
            (
                words.STAGE_WORDS[row.stage],
                words.count(row.hand_made),
                words.seconds(row.median_seconds),
                words.seconds(row.mean_seconds),
                words.rate(row.clicks_per_mask),
                words.seconds(row.seconds_per_decision),
                words.seconds(row.person_seconds),
            )
            for row in rows
        ],
    )


def _time(console: Console, table: EngineTable) -> None:
    from rich.text import Text

    from engine.cli.charts import sparkline
    from engine.measure.over_time import masks_by_period, seconds_by_period

    if not table.periods:
        return
    masks, seconds = masks_by_period(table), seconds_by_period(table)
    first, last = table.periods[0], table.periods[-1]
    console.print(Text(f"Over time, a {table.unit} each, {first} to {last}", style="bold"))
    console.print(Text(f"  masks     {sparkline(masks)}  most {max(masks):,} a {table.unit}"))
    slowest = max((value for value in seconds if value is not None), default=None)
    if slowest is not None:
        console.print(Text(f"  s a mask  {sparkline(seconds)}  most {slowest:.1f} s (mean of hand-made masks)"))
    console.print()


def _backends(console: Console, table: EngineTable) -> None:
    from engine.measure import words

    _grid(
        console,
        "Backends",
        ("backend", "accepted", "proposed", "rejected", "clicks", "decided", "acceptance", "edited"),
        [
            (
                words.backend(row.backend, row.weights_hash),
                words.count(row.accepted),
                words.count(row.proposed),
                words.count(row.rejected),
                words.rate(row.clicks_per_mask),
                words.count(row.decided),
                words.share(row.acceptance),
                words.share(row.edit_rate),
            )
            for row in table.backends
        ],
    )


def _poses(console: Console, table: EngineTable) -> None:
    from engine.measure import words

    if not table.poses:
        return
    _grid(
        console,
        "Poses",
        ("backend", "accepted", "proposed", "rejected", "decided", "acceptance", "edited", "a decision"),
        [
            (
                words.backend(row.backend, row.weights_hash),
                words.count(row.accepted),
                words.count(row.proposed),
                words.count(row.rejected),
                words.count(row.decided),
                words.share(row.acceptance),
                words.share(row.edit_rate),
                words.seconds(row.seconds_per_decision),
            )
            for row in table.poses
        ],
    )


def _scores(console: Console, table: EngineTable) -> None:
    from rich.text import Text

    from engine.cli.charts import bar
    from engine.measure import words

    if not any(row.decided for row in table.scores):
        console.print(Text("Thresholds", style="bold"))
        console.print("  Nobody has reviewed a mask with a score yet.\n")
        return
    _grid(
        console,
        "Thresholds",
        ("score", "waiting", "decided", "acceptance", "", "edited", "from here", "still found"),
        [
            (
                f"{row.low:.2f}",
                words.count(row.waiting),
                words.count(row.decided),
                words.share(row.acceptance),
                bar(row.acceptance),
                words.share(row.edit_rate),
                words.share(row.acceptance_above),
                words.share(row.found_above),
            )
            for row in table.scores
        ],
    )


def _people(console: Console, table: EngineTable) -> None:
    from engine.measure import words

    _grid(
        console,
        "People",
        ("who", "masks", "hand-made", "mean", "clicks", "decided", "a decision"),
        [
            (
                words.person(row.name),
                words.count(row.masks),
                words.count(row.hand_made),
                words.seconds(row.mean_seconds),
                words.count(row.clicks),
                words.count(row.decided),
                words.seconds(row.seconds_per_decision),
            )
            for row in table.people
        ],
    )


def _coverage(console: Console, table: EngineTable) -> None:
    from rich.text import Text

    from engine.cli.charts import sparkline
    from engine.measure import words

    found = table.coverage
    if not found.sampled:
        return
    where = (
        f"{words.count(found.images)} images"
        if found.sampled >= found.images
        else f"a sample of {words.count(found.sampled)} of {words.count(found.images)} images"
    )
    console.print(Text("Coverage", style="bold"))
    console.print(
        f"  Accepted masks explain {words.share(found.mean)} of an image (median {words.share(found.median)}), "
        f"from {where}."
    )
    console.print(Text(f"  0 % {sparkline(found.bins)} 100 %  images by share\n"))


def _grid(console: Console, title: str, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print a table of figures: the first column names, all others stand at the right."""
    from rich import box
    from rich.table import Table
    from rich.text import Text

    if not rows:
        return
    grid = Table(box=box.SIMPLE_HEAD, title=Text(title, style="bold"), title_justify="left", padding=(0, 1, 0, 0))
    for place, column in enumerate(columns):
        grid.add_column(column, justify="right" if place else "left", header_style="dim")
    for row in rows:
        style = "bold" if row[0] == "All" else ""
        grid.add_row(*(Text(cell, style=style) for cell in row))
    console.print(grid)
