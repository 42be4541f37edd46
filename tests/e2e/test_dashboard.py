"""The dashboard and a quality audit through the real window, compared with what the command line prints."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog
from typer.testing import CliRunner

from engine.cli.main import app
from engine.measure import words
from engine.ops.instances import AddInstance
from engine.records import Provenance, Stage, State
from engine.workspace import Workspace
from models import masks


def square(x: int, size: int = 40) -> masks.Rle:
    return masks.encode(masks.paste(np.ones((size, size), dtype=np.bool_), x=x, y=20, height=240, width=320))


@pytest.fixture
def filled(project: Path) -> Path:
    """Give two of the three images masks: three by hand, one proposal."""
    with Workspace.open(project, author="ann") as workspace, workspace.read() as reader:
        ids = reader.images.ids()
    with Workspace.open(project, author="ann") as workspace:
        for image, x, seconds in ((ids[0], 0, 4), (ids[0], 60, 6), (ids[1], 0, 20)):
            told = Provenance(backend="fake", clicks=2, active_ms=1000 * seconds, score=0.9)
            workspace.execute(AddInstance(image, mask=square(x), provenance=told))
        told = Provenance(stage=Stage.AUTO, backend="fake", score=0.93)
        workspace.execute(AddInstance(ids[1], mask=square(120), state=State.PROPOSED, provenance=told))
    return project


def command_line(*words_: str) -> dict:
    done = CliRunner().invoke(app, [*words_, "--json"], catch_exceptions=False)
    return json.loads(done.stdout)


def test_the_page_shows_what_the_command_line_prints(filled: Path, open_window, tmp_path: Path, monkeypatch) -> None:
    driver = open_window()
    page = driver.app.commands.dashboard.page
    driver.do("view.mode.dashboard")
    driver.wait(lambda: not page.is_empty)
    told = command_line("stats", str(filled))
    total, auto = told["total"], told["stages"]["auto"]
    assert page.tiles.tiles[0].figure.text() == words.count(total["accepted"]) == "3"
    assert page.tiles.tiles[2].figure.text() == words.seconds(total["median_seconds"]) == "6.0 s"
    row = [label.text() for label in page.stages.cells[4]]
    assert row[:7] == [
        words.count(total["images"]),
        words.count(total["accepted"]),
        words.rate(total["masks_per_image"]),
        words.count(total["proposed"]),
        words.count(total["rejected"]),
        words.seconds(total["median_seconds"]),
        words.seconds(total["mean_seconds"]),
    ]
    assert page.stages.cells[2][3].text() == words.count(auto["proposed"]) == "1"
    assert [part.values for part in page.clicks.plot.chart.parts] == [tuple(told["clicks"]["assisted"][:5])]
    assert list(page.coverage.plot.chart.parts[0].values) == told["coverage"]["bins"]
    # What is stored while the page is open is counted without being asked for.
    driver.desk.store.execute(AddInstance(1, mask=square(200), provenance=Provenance(clicks=1, active_ms=500)))
    driver.wait(lambda: page.tiles.tiles[0].figure.text() == "4")
    file = tmp_path / "figures.csv"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(file), ""))
    driver.do("dashboard.export")
    driver.wait(file.exists)
    driver.settle()
    with file.open(encoding="utf-8-sig", newline="") as opened:
        found = {tuple(line[:3]): line[3] for line in csv.reader(opened)}
    assert found["stage", "all", "accepted"] == "4"
    driver.wait(lambda: driver.window.shown_banner.current is not None)
    assert driver.window.shown_banner.isVisible()


def test_an_audit_from_the_draw_to_the_report(filled: Path, open_window) -> None:
    driver = open_window()
    part = driver.app.commands.dashboard
    page, strip = part.page, part.strip
    driver.do("view.mode.dashboard")
    driver.wait(lambda: not page.is_empty)
    assert strip.isHidden()
    page.audit.start_button.click()
    driver.wait(lambda: not page.audit.next_button.isHidden())
    page.audit.next_button.click()
    driver.wait(strip.isVisible)
    assert driver.app.commands.modes.mode == "assisted"
    first = driver.desk.navigation.image.id
    driver.wait(lambda: driver.desk.editing.image is not None and driver.desk.editing.image.id == first)
    driver.wait(lambda: len(driver.desk.editing.instances) == 2)
    wrong = min(driver.desk.editing.instances)
    driver.desk.editing.select((wrong,))
    driver.do("instance.delete")
    driver.wait(lambda: len(driver.desk.editing.instances) == 1)
    strip.check_button.click()
    driver.wait(lambda: driver.desk.navigation.image.id != first)
    driver.wait(lambda: strip.count.text() == "1 of 2 checked")
    driver.do("audit.check")
    driver.wait(strip.isHidden)
    driver.wait(lambda: any("All 2 images are checked" in text for text in driver.messages))
    driver.do("view.mode.dashboard")
    driver.wait(lambda: "2 of 2 images checked" in page.audit.text.text())
    told = command_line("audit", "show", str(filled))
    assert (told["masks"], told["removed"], told["checked"]) == (3, 1, 2)
    assert page.audit.rows[0][0].text() == words.fine_share(told["above_90"]["value"]) == "66.7 %"
    assert page.audit.next_button.isHidden()


def test_a_filter_does_not_hide_the_next_image_to_check(filled: Path, open_window) -> None:
    driver = open_window()
    driver.window.images.filter.field.setText("c.png")
    driver.wait(lambda: len(driver.desk.navigation.ids) == 1)
    driver.do("audit.start")
    driver.wait(lambda: any("images drawn" in text for text in driver.messages))
    driver.settle()
    driver.do("audit.next")
    driver.wait(lambda: len(driver.desk.navigation.ids) == 3)
    driver.wait(driver.app.commands.dashboard.strip.isVisible)
    assert driver.window.images.filter.field.text() == ""


def test_an_empty_project_leads_back_to_the_picture(open_window) -> None:
    driver = open_window()
    page = driver.app.commands.dashboard.page
    driver.do("view.mode.dashboard")
    driver.wait(lambda: page.empty.title.text() == "No masks yet")
    driver.qtbot.mouseClick(page.empty.button, Qt.MouseButton.LeftButton)
    driver.wait(driver.canvas.isVisible)
    assert driver.app.commands.modes.mode == "assisted"
