"""The page shows the table it is given, in words that the command line uses too, and says what is missing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from annotator.icons import Icons
from annotator.panels import dashboard_charts as charts
from annotator.panels.dashboard import DashboardPage
from engine.measure import words
from engine.measure.audit import AuditReport, Estimate
from engine.measure.table_records import (
    CoverageFigures,
    EngineTable,
    PeriodRow,
    ScoreRow,
    StageRow,
)
from engine.records import AuditRecord, Stage

NOW = datetime(2026, 11, 26, 12, 0, tzinfo=UTC)
MONDAY = date(2026, 11, 23)
NONE = StageRow(None, 0, 0, 0, 0, 0, 0, 0, 0, 0.0, None, 0, 0, 0, 0.0, 0)
EMPTY = EngineTable(
    made_at=NOW,
    since=None,
    stages=tuple(replace(NONE, stage=stage) for stage in Stage),
    total=NONE,
    backends=(),
    scores=(),
    unscored=0,
    unit="day",
    periods=(),
    rows=(),
    people=(),
    clicks=dict.fromkeys(Stage, (0,) * 13),
    last_7_days=0,
    before_7_days=0,
    coverage=CoverageFigures(0, 0, None, None, (0,) * 10),
)
ASSISTED = StageRow(Stage.ASSISTED, 2, 10, 0, 1, 10, 30, 10, 10, 140.0, 12.5, 2, 0, 0, 0.0, 0)
AUTO = StageRow(Stage.AUTO, 3, 30, 7, 10, 30, 0, 0, 30, 0.0, None, 3, 40, 30, 80.0, 40)
TOTAL = StageRow(None, 4, 40, 7, 11, 40, 30, 10, 40, 140.0, 12.5, 5, 40, 30, 80.0, 40)
FULL = replace(
    EMPTY,
    stages=(ASSISTED, replace(NONE, stage=Stage.SEMI), AUTO, replace(NONE, stage=Stage.IMPORTED)),
    total=TOTAL,
    scores=(
        ScoreRow(0.9, 0.95, 3, 10, 6, 0, 40, 30, 30),
        ScoreRow(0.95, 1.0, 4, 30, 24, 1, 30, 24, 30),
    ),
    periods=tuple(MONDAY + timedelta(days=at) for at in range(3)),
    rows=(
        PeriodRow(MONDAY, Stage.ASSISTED, "ann", 4, 4, 80.0),
        PeriodRow(MONDAY + timedelta(days=2), Stage.ASSISTED, "ann", 6, 6, 60.0),
        PeriodRow(MONDAY + timedelta(days=2), Stage.AUTO, "bob", 30, 0, 0.0),
    ),
    clicks={**EMPTY.clicks, Stage.ASSISTED: (0, 2, 1, 4, *(0,) * 8, 3), Stage.AUTO: (30, *(0,) * 12)},
    last_7_days=40,
    before_7_days=5,
    coverage=CoverageFigures(400, 200, 0.615, 0.6, (0, 0, 0, 0, 10, 90, 100, 0, 0, 0)),
)


def report(**more: object) -> AuditReport:
    made = AuditReport(
        audit=AuditRecord(3, "eva", NOW, {}),
        images=20,
        checked=8,
        masks=100,
        removed=2,
        untouched=60,
        added=3,
        changed_since=0,
        good=Estimate(0.91, 0.85, 0.96),
        fair=Estimate(0.98, 0.95, 1.0),
        mean_iou=Estimate(0.93, 0.9, 0.95),
    )
    return replace(made, **more)  # type: ignore[arg-type]  # the test names fields


@pytest.fixture
def page(qtbot: QtBot, icons: Icons) -> Callable[..., DashboardPage]:
    def make(width: int = 1060) -> DashboardPage:
        made = DashboardPage(icons)
        qtbot.addWidget(made)
        made.resize(width, 700)
        with qtbot.waitExposed(made):
            made.show()
        return made

    return make


def text_of(labels: list[QLabel]) -> list[str]:
    return [label.text() for label in labels]


def test_big_figures(page: Callable[..., DashboardPage]) -> None:
    shown = page()
    shown.show_table(FULL)
    assert [card.figure.text() for card in shown.tiles.tiles] == ["40", "40", "12.5 s", "75 %"]
    assert [card.note.text for card in shown.tiles.tiles] == [
        "on 4 images, 10.0 an image",
        "5 in the 7 days before",
        "median by hand; 5.5 s all in",
        "of 40 reviewed, 7 waiting",
    ]


def test_the_stage_table_says_what_the_command_line_says(page: Callable[..., DashboardPage]) -> None:
    shown = page()
    shown.show_table(FULL)
    assert text_of(shown.stages.cells[0]) == [
        "2", "10", "5.0", "0", "1", "12.5 s", "14.0 s", "3.0", "–", "14.0 s", "–", "20 %",
    ]  # fmt: skip
    assert text_of(shown.stages.cells[4]) == list(charts.stage_cells(TOTAL))
    assert [label.isEnabled() for label in (shown.stages.cells[1][0], shown.stages.cells[4][0])] == [False, True]


def test_charts_show_the_table_and_tell_it_on_hover(page: Callable[..., DashboardPage]) -> None:
    shown = page()
    shown.show_table(FULL)
    masks = shown.masks.plot.chart
    assert [(part.name, part.values) for part in masks.parts] == [("Assisted", (4, 0, 6)), ("Auto", (0, 0, 30))]
    assert masks.labels == ("23 Nov", "24 Nov", "25 Nov")
    assert masks.tips[2] == "Wednesday, 25 Nov 2026: 36 masks\nAssisted: 6\nAuto: 30"
    seconds = shown.seconds.plot.chart
    assert [part.values for part in seconds.parts] == [(20.0, None, 10.0)]
    assert seconds.tips[1].endswith("no hand-made mask")
    acceptance = shown.acceptance.plot.chart
    assert (acceptance.parts[0].values, acceptance.notes) == ((0.6, 0.8), ("10", "30"))
    assert acceptance.labels == ("0.90", "0.95", "1.00")
    assert "From 0.95 up: 80 % accepted,\n80 % of all accepted still proposed" in acceptance.tips[1]
    clicks = shown.clicks.plot.chart
    assert clicks.labels[0] == "0" and clicks.labels[-1] == "12+"
    assert clicks.tips[0] == "No click: 30 masks"
    assert clicks.tips[-1] == "12 or more clicks: 3 masks"
    assert shown.coverage.plot.chart.parts[0].values == FULL.coverage.bins
    assert "200 of 400 looked at" in shown.coverage.note.text


def test_weeks_are_named_as_weeks() -> None:
    told = charts.masks_over_time(replace(FULL, unit="week", periods=(MONDAY,), rows=FULL.rows[:1]))
    assert told.chart is not None
    assert told.chart.tips == ("Week from 23 Nov 2026: 4 masks\nAssisted: 4",)
    assert "a week from Monday" in told.text


def test_an_empty_project_says_what_will_be_here(page: Callable[..., DashboardPage], qtbot: QtBot) -> None:
    shown = page()
    assert (shown.is_empty, shown.empty.title.text()) == (True, "Counting masks")
    shown.show_table(EMPTY)
    assert (shown.is_empty, shown.empty.title.text()) == (True, "No masks yet")
    with qtbot.waitSignal(shown.annotate_asked):
        shown.empty.button.click()
    shown.show_table(FULL)
    assert not shown.is_empty
    shown.show_problem("It is gone.")
    assert (shown.is_empty, shown.empty.text.text()) == (True, "It is gone.")


def test_each_chart_says_what_it_waits_for(page: Callable[..., DashboardPage]) -> None:
    waiting = replace(AUTO, accepted=0, rejected=0, counted=0, decided=0, kept=0, images=0)
    shown = page()
    shown.show_table(
        replace(EMPTY, total=replace(waiting, stage=None), scores=(ScoreRow(0.9, 0.95, 7, 0, 0, 0, 0, 0, 0),))
    )
    texts = [card.missing.text() for card in (shown.masks, shown.seconds, shown.acceptance, shown.clicks)]
    assert [text.splitlines()[0] for text in texts] == [
        "No mask has been accepted yet.",
        "Nobody has spent time on a mask yet.",
        "Nobody has reviewed anything yet.",
        "No mask has been made here yet.",
    ]
    assert texts[2].endswith("7 proposals with a score are waiting.")
    assert all(card.is_empty for card in (shown.masks, shown.seconds, shown.acceptance, shown.clicks, shown.coverage))
    assert shown.tiles.tiles[3].figure.text() == words.NOTHING
    assert shown.tiles.tiles[3].note.text == "none reviewed yet, 7 waiting"


@pytest.mark.parametrize(("width", "columns"), [(1400, 3), (1060, 2), (600, 1)])
def test_cards_stand_side_by_side_where_there_is_room(
    page: Callable[..., DashboardPage], width: int, columns: int
) -> None:
    shown = page(width)
    shown.show_table(FULL)
    tops = [card.mapTo(shown, card.rect().topLeft()).y() for card in shown.cards]
    assert tops.count(tops[0]) == columns
    right = max(card.mapTo(shown, card.rect().topRight()).x() for card in shown.cards)
    assert columns == 1 or right < width


def test_an_audit_is_offered_gone_on_with_and_reported(page: Callable[..., DashboardPage], qtbot: QtBot) -> None:
    shown = page()
    card = shown.audit
    assert card.start_button.text() == "Draw 20 images"
    assert card.next_button.isHidden() and card.progress.isHidden()
    card.number.setValue(1)
    assert card.start_button.text() == "Draw 1 image"
    with qtbot.waitSignal(card.start_asked, check_params_cb=lambda number: number == 1):
        card.start_button.click()
    card.show_report(report())
    assert not card.next_button.isHidden() and not card.progress.isHidden()
    assert "Audit 3" in card.text.text() and "8 of 20 images checked" in card.text.text()
    assert [(value.text(), between.text()) for value, _, between in card.rows] == [
        ("91.0 %", "85.0 to 96.0 %"),
        ("98.0 %", "95.0 to 100.0 %"),
        ("93.0 %", "90.0 to 95.0 %"),
    ]
    assert "60 left as they were, 2 removed (IoU 0); 3 added" in card.counts.text()
    assert "12 of 20 images are still to check" in card.verdict.text()
    assert "94 % above 0.90" in card.verdict.text()
    with qtbot.waitSignal(card.next_asked):
        card.next_button.click()
    card.show_report(report(checked=20))
    assert card.next_button.isHidden() and card.progress.isHidden()


def test_buttons_and_charts_are_reached_by_key(page: Callable[..., DashboardPage]) -> None:
    shown = page()
    reachable = (shown.export_button, shown.audit.start_button, shown.masks.plot, shown.coverage.plot)
    assert all(widget.focusPolicy() & Qt.FocusPolicy.TabFocus for widget in reachable)
    assert shown.masks.plot.accessibleName() == "Masks over time"
