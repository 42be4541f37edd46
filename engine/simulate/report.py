"""The report of a simulation: a page for people, JSON for programs, a picture of the cost and a sheet of masks."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson

from engine.formats.output import writing_file
from engine.simulate.habits import TimeModel
from engine.simulate.outcome import saved
from engine.simulate.run import Result
from engine.simulate.sheet import chart, sheet

ROWS = (
    ("objects", "objects in the truth", "count"),
    ("masks", "masks of them", "count"),
    ("recall", "share found", "share"),
    ("mean_iou", "mean IoU", "iou"),
    ("above_75", "IoU above 0.75", "share"),
    ("above_90", "IoU above 0.90", "share"),
    ("clicks_per_mask", "clicks a mask", "rate"),
    ("actions_per_mask", "clicks and keys a mask", "rate"),
    ("seconds_per_mask", "seconds a mask", "rate"),
    ("given_up", "objects not got", "count"),
    ("shown", "proposals looked at", "count"),
    ("right", "right as they were", "count"),
    ("put_right", "put right by clicks", "count"),
    ("gaps", "gaps looked at", "count"),
    ("gap_objects", "objects found in gaps", "count"),
)
"""Figures of a stage, what they are called, and how they are written."""


def table(figures: list[dict[str, Any]]) -> list[tuple[str, ...]]:
    """Return the rows of the table: words, then one cell a stage."""
    return [(words, *(_cell(each[name], kind) for each in figures)) for name, words, kind in ROWS]


def verdict(figures: list[dict[str, Any]]) -> str:
    """Say in a sentence what filling in saved, or nothing where both stages were not played."""
    clicks, actions = saved(figures), saved(figures, "actions_per_mask")
    if clicks is None or actions is None:
        return ""
    by_stage = {each["stage"]: each for each in figures}
    one, two = by_stage["assisted"], by_stage["semi"]
    return (
        f"With objects filled in, a mask took {_less(clicks)} clicks ({one['clicks_per_mask']:.2f} to "
        f"{two['clicks_per_mask']:.2f}) and {_less(actions)} clicks and keys together, at a mean IoU of "
        f"{_cell(one['mean_iou'], 'iou')} and {_cell(two['mean_iou'], 'iou')}."
    )


def write(result: Result) -> tuple[Path, ...]:
    """Write ``report.md``, ``report.json``, ``cost.png`` and ``sheet.png``; return the files. Raises CannotWrite."""
    figures = result.figures()
    out = result.simulation.out
    pages = {
        "report.json": orjson.dumps(to_json(result), option=orjson.OPT_INDENT_2),
        "cost.png": chart(figures),
        "sheet.png": sheet(result.simulation),
        "report.md": _page(result, figures).encode(),
    }
    for name, data in pages.items():
        with writing_file(out / name) as file:
            file.write(data)
    return tuple(out / name for name in pages)


def to_json(result: Result) -> dict[str, Any]:
    """Return everything as plain values: what was asked, what came out, and the database's own tables."""
    order = result.simulation
    figures = result.figures()
    return {
        "backend": order.backend,
        "weights_hash": result.weights_hash,
        "device": result.device,
        "coco": order.coco.name,
        "limit": order.limit,
        "seed": order.seed,
        "habits": order.habits.to_json(),
        "prefill": order.prefill.to_json(),
        "auto": order.auto.to_json(),
        "stages": figures,
        "clicks_saved": saved(figures),
        "actions_saved": saved(figures, "actions_per_mask"),
        "engine_tables": result.tables,
    }


def _page(result: Result, figures: list[dict[str, Any]]) -> str:
    order, habits = result.simulation, result.simulation.habits
    head = ["", *(each["stage"] for each in figures)]
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    lines += ["| " + " | ".join(row) + " |" for row in table(figures)]
    projects = ", ".join(order.place(stage).name for stage in order.stages)
    parts = (
        f"# Simulated annotator: {order.backend}",
        f"{figures[0]['images']} images, {figures[0]['objects']} objects of {order.coco.name}; `{order.backend}` "
        f"({result.weights_hash[:12]}) on {result.device}; {habits.protocol} clicks, seed {order.seed}.",
        "\n".join(lines),
        verdict(figures),
        f"The person accepts a mask from an IoU of {habits.good} on, clicks at most {habits.patience} times on one "
        f"and gives it up below {habits.least}. Proposals of {habits.worth} and more are put right, others rejected. "
        "What the truth does not list counts as wrong, however good its mask. A double click that opens a mask counts "
        "as a click; the point of a gap's suggestion, which the machine chose, "
        f"does not. Each stage began with bare images in a project of its own ({projects}), which opens in the window.",
        f"Filled in: predicted IoU from {order.prefill.min_score} and stability from {order.prefill.min_stability} on.",
        _times(habits.times),
        "![cost](cost.png)",
        "![masks](sheet.png)",
    )
    return "\n\n".join(part for part in parts if part) + "\n"


def _times(times: TimeModel) -> str:
    return (
        f"Time model (assumed, not measured): {times.find} s to find the next object, {times.click} s a click, "
        f"{times.look} s to look at an answer, {times.key} s a key, {times.judge} s to judge a proposal. The machine's "
        "own time is not in it."
    )


def _cell(value: float | None, kind: str) -> str:
    if value is None:
        return "-"
    return {"count": f"{value:,.0f}", "share": _percent(value), "iou": f"{value:.3f}", "rate": f"{value:.2f}"}[kind]


def _less(share: float) -> str:
    return f"{abs(100 * share):.0f} % {'fewer' if share >= 0 else 'more'}"


def _percent(value: float) -> str:
    return f"{100 * value:.0f} %"
