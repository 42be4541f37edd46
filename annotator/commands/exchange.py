"""Commands that take other tools' datasets in and write them, with a report of what came of it."""

from __future__ import annotations

from pathlib import Path

from annotator.controllers.projects import JobTitle
from annotator.desk import Desk
from annotator.dialogs.export import Export, ExportDialog
from annotator.dialogs.import_file import Import, ImportDialog
from annotator.dialogs.report import ReportDialog, ReportRow, ReportView
from annotator.lanes import Task
from annotator.messages import Message, MessageKind
from engine.control import Control
from engine.formats import coco, sa1b, voc, yolo
from engine.records import State
from engine.report import Report
from engine.workspace import Workspace

EXPORTED = {"accepted": (State.ACCEPTED,), "proposed": (State.PROPOSED,), "all": (State.ACCEPTED, State.PROPOSED)}
_READ = {"coco": coco.read, "yolo": yolo.read, "voc": voc.read}


class ExchangeCommands:
    """Binds file.import and file.export."""

    def __init__(self, desk: Desk) -> None:
        """Bind both."""
        self._desk = desk
        desk.registry.bind("file.import", self.import_file)
        desk.registry.bind("file.export", self.export)

    def import_file(self) -> None:
        """Ask for a dataset and read it."""
        wanted = ImportDialog.ask(self._desk.window)
        if wanted is None:
            return
        self._desk.projects.job(
            "import",
            JobTitle(f"Importing {wanted.place.name}"),
            lambda workspace, task: _read(workspace, wanted, _control(task)),
            lambda report: self._show_report(
                f"Imported {wanted.place.name}", report, came="in the file", went="stored"
            ),
        )

    def export(self) -> None:
        """Ask in which format and where to, and write it."""
        place = self._desk.store.place
        name = "export" if "://" in place else Path(place).stem
        default = self._desk.state.last_folder / f"{name}.json"
        wanted = ExportDialog.ask(self._desk.window, default)
        if wanted is None:
            return
        self._desk.projects.job(
            "export",
            JobTitle(f"Exporting {wanted.place.name}"),
            lambda workspace, task: _write(workspace, wanted, _control(task)),
            lambda report: self._show_report(
                f"Exported to {wanted.place}", report, came="in the project", went="written"
            ),
        )

    def _show_report(self, title: str, report: Report, *, came: str, went: str) -> None:
        """Say in one line what became of the objects; the table tells the rest."""
        rows = [ReportRow(f"{line.what} {came}", line.came_in, "") for line in report.counts]
        rows += [ReportRow(f"{line.what} {went}", line.went_out, "") for line in report.counts]
        rows += [
            ReportRow(f"{line.what} left out", line.count, "; ".join((line.text, *line.examples)))
            for line in report.dropped
        ]
        notes = tuple(f"{line.text} ({line.count} {line.what})" for line in report.notes)
        view = ReportView(tuple(rows), notes)
        objects, images = report.count("annotations").went_out, report.count("images").went_out
        left_out = sum(line.count for line in report.dropped)
        words = f"{title}: {objects} objects on {images} images" + (
            f", {left_out} entries left out." if left_out else "."
        )
        kind: MessageKind = "warning" if left_out else "success"
        self._desk.bus.message.emit(
            Message(kind, words, "Show the report", lambda: ReportDialog.ask(self._desk.window, title, view))
        )


def _read(workspace: Workspace, wanted: Import, control: Control) -> Report:
    state = State.PROPOSED if wanted.as_proposed else State.ACCEPTED
    return _READ[wanted.format](workspace, wanted.place, images=wanted.images, state=state, control=control)


def _write(workspace: Workspace, wanted: Export, control: Control) -> Report:
    states, place = EXPORTED[wanted.state], wanted.place
    if wanted.format == "sa1b":
        return sa1b.write(workspace, place, states=states, control=control)
    if wanted.format == "yolo":
        return yolo.write(workspace, place, task=wanted.task, states=states, pictures=wanted.pictures, control=control)
    if wanted.format == "voc":
        return voc.write(workspace, place, states=states, pictures=wanted.pictures, control=control)
    return coco.write(
        workspace, place, segmentation=wanted.segmentation, states=states, scores=wanted.scores, control=control
    )


def _control(task: Task) -> Control:
    return Control(task.report, task.should_stop)
