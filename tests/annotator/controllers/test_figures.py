"""Figures are counted while somebody looks, no more often than they should, and of the project that is open."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtWidgets import QApplication

from annotator.bus import Bus
from annotator.controllers.figures import LEAST_MS, SHARE, Figures
from annotator.controllers.store import Store
from annotator.lanes import Lanes
from engine.measure.audit import AuditReport
from engine.measure.table_records import EngineTable
from engine.ops.audits import StartAudit
from engine.ops.images import AddImages, NewImage
from engine.ops.instances import AddInstance
from engine.workspace import Workspace
from models import masks

SQUARE = masks.encode(np.ones((4, 4), dtype=np.bool_))


class Page:
    """Notes what it is given."""

    def __init__(self) -> None:
        self.counting = 0
        self.problems: list[str] = []
        self.tables: list[EngineTable] = []
        self.audits: list[AuditReport | None] = []

    def show_counting(self) -> None:
        self.counting += 1

    def show_problem(self, text: str) -> None:
        self.problems.append(text)

    def show_table(self, table: EngineTable) -> None:
        self.tables.append(table)

    def show_audit(self, report: AuditReport | None) -> None:
        self.audits.append(report)


class Desk:
    """A project of one image, real lanes, and a clock that the test turns."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.lanes = Lanes()
        self.store = Store(self.lanes, Bus())
        self.page = Page()
        self.now = 0.0
        self.asked: list[int] = []
        self.figures = Figures(self.store, self.lanes, self.page, now_ms=lambda: self.now, later=self.asked.append)
        self.workspace = self.open("a")

    def open(self, name: str) -> Workspace:
        workspace = Workspace.create(self.folder / f"{name}.maskwright", author="ann")
        workspace.execute(AddImages("r", "r", (NewImage("a.png", "h", 4, 4),)))
        self.store.use(workspace)
        return workspace

    def add(self) -> None:
        self.workspace.execute(AddInstance(1, mask=SQUARE))


@pytest.fixture
def desk(qapp: QApplication, tmp_path: Path) -> Iterator[Desk]:
    made = Desk(tmp_path)
    yield made
    made.store.use(None)
    made.lanes.close()


def test_it_counts_when_looked_at_and_shows_the_newest_audit(desk: Desk) -> None:
    desk.add()
    desk.workspace.execute(StartAudit(1, 0))
    desk.figures.enter()
    assert desk.page.counting == 1
    desk.lanes.drain()
    assert [table.total.accepted for table in desk.page.tables] == [1]
    assert desk.page.audits[0] is not None and desk.page.audits[0].images == 1
    desk.figures.leave()
    desk.figures.enter()
    desk.lanes.drain()
    assert (len(desk.page.tables), desk.page.counting) == (1, 1)


def test_nobody_looks_nothing_is_counted(desk: Desk) -> None:
    desk.add()
    desk.figures.changed()
    desk.figures.count()
    desk.lanes.drain()
    assert (desk.page.tables, desk.asked) == ([], [])
    desk.figures.enter()
    desk.lanes.drain()
    assert desk.page.tables[0].total.accepted == 1


def test_changes_are_counted_after_a_pause(desk: Desk) -> None:
    desk.figures.enter()
    desk.lanes.drain()
    desk.now = 1000.0
    desk.add()
    desk.figures.changed()
    assert desk.asked == [LEAST_MS - 1000]
    desk.now = LEAST_MS + 500.0
    desk.figures.changed()
    assert desk.asked[-1] == 0
    desk.figures.count()
    desk.lanes.drain()
    assert desk.page.tables[-1].total.accepted == 1


def test_a_slow_counting_is_followed_by_a_long_pause(desk: Desk) -> None:
    desk.figures.enter()
    desk.now = 4000.0
    desk.lanes.drain()
    desk.figures.changed()
    assert desk.asked == [SHARE * 4000]


def test_a_change_during_the_counting_is_not_forgotten(desk: Desk) -> None:
    desk.figures.enter()
    desk.figures.changed()
    assert desk.asked == []
    desk.lanes.drain()
    assert desk.asked == [LEAST_MS]


def test_leaving_stops_the_counting_and_coming_back_starts_it_again(desk: Desk) -> None:
    desk.add()
    desk.figures.enter()
    desk.figures.leave()
    desk.lanes.drain()
    assert desk.page.tables == []
    desk.figures.enter()
    desk.lanes.drain()
    assert desk.page.tables[0].total.accepted == 1


def test_another_project_has_figures_of_its_own(desk: Desk) -> None:
    desk.add()
    desk.figures.enter()
    desk.lanes.drain()
    desk.open("b")
    desk.figures.project_changed()
    desk.lanes.drain()
    assert desk.page.counting == 2
    assert [table.total.accepted for table in desk.page.tables] == [1, 0]


def test_a_project_that_is_gone_is_told_on_the_page(desk: Desk) -> None:
    (desk.folder / "a.maskwright").unlink()
    desk.figures.enter()
    desk.lanes.drain()
    assert len(desk.page.problems) == 1
    assert "a.maskwright" in desk.page.problems[0]
    assert desk.figures.shown is None
