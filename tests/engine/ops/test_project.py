from __future__ import annotations

from typing import Any

from typer.testing import CliRunner

from engine.cli.main import app
from engine.ops.project import DemandLabel


def test_a_project_demands_labels_from_then_on_and_other_settings_stay(desk: Any) -> None:
    with desk.workspace.read() as read:
        assert not read.project().demands_label
    outcome = desk.workspace.execute(DemandLabel(True))
    assert outcome.changes.project
    desk.reopen()
    with desk.workspace.read() as read:
        assert read.project().demands_label
    desk.workspace.execute(DemandLabel(False))
    with desk.workspace.read() as read:
        assert not read.project().demands_label


def test_the_command_line_sets_and_tells_it(desk: Any) -> None:
    run = CliRunner()
    assert "without a label" in run.invoke(app, ["labels", "demand", str(desk.file)]).stdout
    assert "is demanded" in run.invoke(app, ["labels", "demand", str(desk.file), "--yes"]).stdout
    assert "is demanded" in run.invoke(app, ["labels", "demand", str(desk.file)]).stdout
    assert "without a label" in run.invoke(app, ["labels", "demand", str(desk.file), "--no"]).stdout
