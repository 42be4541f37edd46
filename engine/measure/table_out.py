"""Writes the engine's table for other programs: one JSON object, or CSV with one figure a line."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import fields
from datetime import date
from pathlib import Path
from typing import Any

from engine.formats.output import writing_file
from engine.measure.table_records import EngineTable

COLUMNS = ("table", "row", "figure", "value")


def to_json(table: EngineTable) -> dict[str, Any]:
    """Return plain values; shares are 0 to 1, what cannot be said is null."""
    return {
        "made_at": table.made_at,
        "since": table.since,
        "stages": {str(row.stage): _figures(row, "stage") for row in table.stages},
        "total": _figures(table.total, "stage"),
        "last_7_days": table.last_7_days,
        "before_7_days": table.before_7_days,
        "backends": [_figures(row) for row in table.backends],
        "scores": [_figures(row) for row in table.scores],
        "unscored": table.unscored,
        "unit": table.unit,
        "periods": list(table.periods),
        "over_time": [_figures(row) for row in table.rows],
        "people": [_figures(row) for row in table.people],
        "clicks": {str(stage): list(counts) for stage, counts in table.clicks.items()},
        "coverage": _figures(table.coverage),
        "poses": [_figures(row) for row in table.poses],
    }


def write_csv(table: EngineTable, file: Path) -> None:
    """Write one line a figure (``COLUMNS``), so that a spreadsheet can filter and pivot. Raises CannotWrite."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows(_lines(table))
    with writing_file(file) as out:
        # Spreadsheets take a file for UTF-8 only when it begins with this mark.
        out.write(text.getvalue().encode("utf-8-sig"))


def _lines(table: EngineTable) -> Iterator[tuple[str, str, str, Any]]:
    for stage in (*table.stages, table.total):
        yield from _told("stage", str(stage.stage or "all"), _figures(stage, "stage"))
    for days, number in (("last 7", table.last_7_days), ("7 before", table.before_7_days)):
        yield "days", days, "masks", number
    for backend in table.backends:
        name = f"{backend.backend} {backend.weights_hash}".strip()
        yield from _told("backend", name, _figures(backend, "backend", "weights_hash"))
    for pose in table.poses:
        name = f"{pose.backend} {pose.weights_hash}".strip()
        yield from _told("pose", name, _figures(pose, "backend", "weights_hash"))
    for score in table.scores:
        yield from _told("score", f"{score.low:.2f}", _figures(score, "low", "high"))
    yield "score", "none", "masks", table.unscored
    for row in table.rows:
        key = f"{row.start.isoformat()} {row.stage} {row.person}"
        yield from _told(table.unit, key, _figures(row, "start", "stage", "person"))
    for person in table.people:
        yield from _told("person", person.name, _figures(person, "name"))
    for stage_name, counts in table.clicks.items():
        for clicks, number in enumerate(counts):
            more = " or more" if clicks == len(counts) - 1 else ""
            yield "clicks", str(stage_name), f"{clicks}{more}", number
    yield from _told("coverage", "all", _figures(table.coverage, "bins"))
    for tenth, number in enumerate(table.coverage.bins):
        yield "coverage", "images", f"from {10 * tenth} %", number


def _told(table: str, row: str, figures: dict[str, Any]) -> Iterator[tuple[str, str, str, Any]]:
    for name, value in figures.items():
        yield table, row, name, "" if value is None else value


def _figures(row: Any, *without: str) -> dict[str, Any]:
    """Return a record's fields and what it computes from them, by name."""
    names = [each.name for each in fields(row)]
    names += [name for name, value in vars(type(row)).items() if isinstance(value, property)]
    values = {name: getattr(row, name) for name in names if name not in without}
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in values.items()}
