"""A project made by hand whose every figure can be counted on paper."""

from __future__ import annotations

import csv
import json
from dataclasses import fields
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from engine.control import Cancelled, Control
from engine.formats import coco
from engine.measure import engine_table as module
from engine.measure.coverage import coverage_figures, share
from engine.measure.engine_table import engine_table
from engine.measure.over_time import masks_by_period, seconds_by_period
from engine.measure.table_out import COLUMNS, to_json, write_csv
from engine.measure.table_records import EngineTable
from engine.ops.imports import WithdrawJob
from engine.ops.instances import DeleteInstances, ReplaceMask
from engine.ops.reviews import SetState
from engine.records import Provenance, Stage, State
from engine.workspace import Workspace


def told(stage: Stage, **more: Any) -> Provenance:
    return Provenance(stage=stage, backend="fake", weights_hash="abc", **more)


def bring(desk: Any, folder: Path, x: int) -> int:
    """Import one accepted mask and return the job's number."""
    square = desk.square(x)
    found = {
        "images": [{"id": 1, "file_name": "a.jpg", "width": 20, "height": 10}],
        "categories": [{"id": 1, "name": "cat"}],
        "annotations": [
            {
                "id": x,
                "image_id": 1,
                "category_id": 1,
                "iscrowd": 0,
                "segmentation": {"size": [square.height, square.width], "counts": square.counts.decode()},
            }
        ],
    }
    file = folder / f"{x}.json"
    file.write_text(json.dumps(found))
    return coco.read(desk.workspace, file).job_id


@pytest.fixture
def full(desk: Any, tmp_path: Path) -> Any:
    """Ann makes and imports, bob reviews; some of it is undone, deleted or withdrawn."""
    run = desk.workspace.execute
    desk.add(0, x=0, provenance=told(Stage.ASSISTED, clicks=2, active_ms=4000))
    desk.add(0, x=3, provenance=told(Stage.ASSISTED, clicks=4, active_ms=8000))
    edited = desk.add(1, x=0, provenance=told(Stage.ASSISTED, clicks=3, active_ms=6050))
    run(ReplaceMask(edited, desk.square(1)))
    desk.add_box(0)
    desk.add(0, x=15, provenance=told(Stage.ASSISTED, clicks=9, active_ms=90_000))
    desk.workspace.undo(desk.images[0])
    run(DeleteInstances((desk.add(1, x=9, provenance=told(Stage.ASSISTED, clicks=9, active_ms=90_000)),)))
    kept, dropped, _ = (desk.add_proposed(1, x=x, provenance=told(Stage.SEMI, score=0.93)) for x in (4, 7, 10))
    desk.add(1, x=13, provenance=told(Stage.SEMI, clicks=1, active_ms=2000))
    fine, poor, low, waiting = (
        desk.add_proposed(2, mask=desk.square(x, width=8, height=8), provenance=told(Stage.AUTO, score=score))
        for x, score in ((0, 0.97), (1, 0.97), (2, 0.52), (3, None))
    )
    assert waiting
    bring(desk, tmp_path, 2)
    run(WithdrawJob(bring(desk, tmp_path, 5)))
    with Workspace.open(desk.file, author="bob") as bob:
        bob.execute(SetState((kept,), State.ACCEPTED, review_ms=1500))
        bob.execute(SetState((dropped,), State.REJECTED, review_ms=500))
        bob.execute(SetState((fine,), State.ACCEPTED, review_ms=1000))
        bob.execute(SetState((poor,), State.REJECTED))
        bob.execute(SetState((low,), State.REJECTED, review_ms=2000))
    return desk


def read(desk: Any, **options: Any) -> EngineTable:
    with desk.workspace.read() as reader:
        return engine_table(reader, **options)


def test_stages_count_what_is_there(full: Any) -> None:
    table = read(full)
    assisted, semi, auto, imported = (table.stage(stage) for stage in Stage)
    assert (assisted.images, assisted.accepted, assisted.proposed, assisted.rejected) == (2, 3, 0, 0)
    assert (assisted.clicks, assisted.hand_made, assisted.active_seconds) == (9, 3, 18.05)
    assert (assisted.median_seconds, assisted.mean_seconds) == (pytest.approx(6.1), pytest.approx(18.05 / 3))
    assert (assisted.edited, assisted.edit_rate, assisted.acceptance) == (1, pytest.approx(1 / 3), None)
    assert assisted.masks_per_image == 1.5
    assert (semi.images, semi.accepted, semi.proposed, semi.rejected) == (1, 2, 1, 1)
    assert (semi.decided, semi.kept, semi.acceptance) == (2, 1, 0.5)
    assert (auto.images, auto.accepted, auto.proposed, auto.rejected) == (1, 1, 1, 2)
    assert (auto.decided, auto.kept) == (3, 1)
    assert (imported.images, imported.accepted, imported.decided) == (1, 1, 0)
    total = table.total
    assert (total.images, total.accepted, total.proposed, total.rejected) == (3, 7, 2, 3)
    assert total.stage is None
    added = [each.name for each in fields(total) if each.name not in ("stage", "images", "median_seconds")]
    assert all(getattr(total, name) == pytest.approx(sum(getattr(row, name) for row in table.stages)) for name in added)


def test_a_prefilled_mask_costs_no_clicks_but_review_seconds(full: Any) -> None:
    table = read(full)
    semi, auto = table.stage(Stage.SEMI), table.stage(Stage.AUTO)
    assert (semi.clicks, semi.clicks_per_mask) == (1, 0.5)
    assert (semi.hand_made, semi.median_seconds, semi.mean_seconds) == (1, 2.0, 2.0)
    assert (semi.timed_decisions, semi.seconds_per_decision) == (2, 1.0)
    assert semi.person_seconds == (2.0 + 1.5 + 0.5) / 2
    assert (auto.clicks_per_mask, auto.median_seconds, auto.person_seconds) == (0.0, None, 3.0)
    assert auto.seconds_per_decision == 1.5


def test_a_file_says_nothing_about_clicks_or_seconds_until_somebody_works_on_it(full: Any) -> None:
    imported = read(full).stage(Stage.IMPORTED)
    assert (imported.counted, imported.timed, imported.clicks_per_mask, imported.person_seconds) == (0, 0, None, None)
    with full.workspace.read() as reader:
        (mine,) = [
            each.id for each in reader.instances.of_image(full.images[0]) if each.provenance.stage is Stage.IMPORTED
        ]
    full.workspace.execute(SetState((mine,), State.REJECTED, review_ms=700))
    imported = read(full).stage(Stage.IMPORTED)
    assert (imported.accepted, imported.decided, imported.kept, imported.review_seconds) == (0, 1, 0, 0.7)


def test_scores_tell_what_a_threshold_would_do(full: Any) -> None:
    table = read(full)
    by_low = {row.low: row for row in table.scores}
    assert [table.scores[0].low, table.scores[-1].low] == [0.5, 0.95]
    assert (by_low[0.9].waiting, by_low[0.9].decided, by_low[0.9].kept) == (1, 2, 1)
    assert (by_low[0.95].decided, by_low[0.95].kept, by_low[0.95].acceptance) == (2, 1, 0.5)
    assert (by_low[0.9].decided_above, by_low[0.9].kept_above) == (4, 2)
    assert (by_low[0.5].acceptance_above, by_low[0.5].found_above) == (0.4, 1.0)
    assert by_low[0.95].found_above == 0.5
    assert by_low[0.7].acceptance is None
    assert table.unscored == 1


def test_backends_and_people(full: Any) -> None:
    table = read(full)
    fake, no_backend = table.backends
    assert (fake.backend, fake.weights_hash, fake.accepted, fake.decided, fake.kept) == ("fake", "abc", 6, 5, 2)
    assert (no_backend.backend, no_backend.accepted) == ("", 1)
    people = {row.name: row for row in table.people}
    assert (people["ann"].masks, people["ann"].hand_made, people["ann"].clicks) == (5, 4, 10)
    assert (people["bob"].masks, people["bob"].decided, people["bob"].kept) == (2, 5, 2)
    assert (people["bob"].review_seconds, people["bob"].seconds_per_decision) == (5.0, 1.25)


def test_time_clicks_and_last_days(full: Any) -> None:
    table = read(full)
    today = table.made_at.date()
    assert (table.unit, sum(masks_by_period(table)), table.periods[-1] <= today) == ("day", 7, True)
    assert sum(masks_by_period(table, Stage.SEMI)) == 2
    assert len(table.periods) > 1 or seconds_by_period(table) == (pytest.approx(20.05 / 4),)
    assert table.clicks[Stage.ASSISTED][:6] == (0, 0, 1, 1, 1, 0)
    assert table.clicks[Stage.SEMI][:2] == (1, 1)
    assert sum(table.clicks[Stage.IMPORTED]) == 0
    assert (table.last_7_days, table.before_7_days) == (7, 0)
    later = read(full, now=datetime.now(UTC) + timedelta(days=8))
    assert (later.last_7_days, later.before_7_days) == (0, 7)


def test_since_leaves_only_what_came_after(full: Any) -> None:
    past, future = datetime.now(UTC) - timedelta(hours=1), datetime.now(UTC) + timedelta(hours=1)
    assert read(full, since=past).stages == read(full).stages
    empty = read(full, since=future)
    assert (empty.total.accepted, empty.total.proposed, empty.periods, empty.coverage.sampled) == (0, 0, (), 0)


def test_slices_add_up(full: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    now = datetime.now(UTC)
    whole = read(full, now=now)
    monkeypatch.setattr(module, "SLICE", 2)
    assert read(full, now=now) == whole


def test_an_empty_project_says_nothing_instead_of_zero(desk: Any) -> None:
    table = read(desk)
    total = table.total
    assert (total.accepted, total.images, table.people, table.scores, table.backends) == (0, 0, (), (), ())
    names = ("masks_per_image", "mean_seconds", "median_seconds", "clicks_per_mask", "acceptance", "edit_rate")
    assert [getattr(total, name) for name in names] == [None] * len(names)
    assert (table.coverage.mean, table.coverage.sampled) == (None, 0)


def test_it_can_be_stopped(full: Any) -> None:
    with pytest.raises(Cancelled):
        read(full, control=Control(should_stop=lambda: True))


def test_coverage_is_the_union_of_the_accepted_masks(full: Any) -> None:
    coverage = read(full).coverage
    # 20 x 10: squares at 0, 2 and 3 cover 6 x 3 pixels; at 1, 4 and 13 they cover 9 x 3; 8 x 8: one of 3 x 3.
    shares = sorted([18 / 200, 27 / 200, 9 / 64])
    assert (coverage.images, coverage.sampled) == (3, 3)
    assert coverage.mean == pytest.approx(sum(shares) / 3)
    assert coverage.median == pytest.approx(shares[1])
    assert coverage.bins == (1, 2, 0, 0, 0, 0, 0, 0, 0, 0)


def test_coverage_is_sampled_by_seed_where_there_are_many_images(full: Any) -> None:
    with full.workspace.read() as reader:
        drawn = {
            seed: coverage_figures(reader, 3, since=None, sample=1, seed=seed).mean for seed in (0, 0, 1, 2, 3, 4, 5)
        }
        again = coverage_figures(reader, 3, since=None, sample=1, seed=0)
    assert (again.images, again.sampled, again.mean) == (3, 1, drawn[0])
    assert len(set(drawn.values())) > 1


def test_masks_of_another_size_do_not_spoil_the_share(desk: Any) -> None:
    assert share([desk.square(0), desk.square(0, width=8, height=8)]) == 9 / 200


def test_json_and_csv_carry_the_same_figures(full: Any, tmp_path: Path) -> None:
    table = read(full)
    whole = json.loads(json.dumps(to_json(table), default=str))
    assert whole["stages"]["semi"]["acceptance"] == 0.5
    assert whole["total"]["accepted"] == 7
    assert whole["stages"]["auto"]["median_seconds"] is None
    write_csv(table, tmp_path / "t.csv")
    with (tmp_path / "t.csv").open(encoding="utf-8-sig", newline="") as file:
        header, *lines = csv.reader(file)
    assert tuple(header) == COLUMNS
    found = {(line[0], line[1], line[2]): line[3] for line in lines}
    assert len(found) == len(lines)
    for stage, figures in whole["stages"].items():
        for name, value in figures.items():
            assert found["stage", stage, name] == ("" if value is None else str(value))
    assert found["coverage", "all", "sampled"] == "3"
    assert found["score", "0.95", "kept"] == "1"
