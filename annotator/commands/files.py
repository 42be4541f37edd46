"""Commands on projects: open, make, fill, close."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtWidgets import QFileDialog

from annotator.controllers.projects import JobTitle, dropped_images
from annotator.desk import Desk
from annotator.dialogs.new_project import NewProjectDialog, proposed_file
from annotator.dialogs.report import ReportDialog, ReportRow, ReportView
from annotator.lanes import Task
from annotator.messages import Message
from annotator.widgets.start_page import RecentView
from engine import project
from engine.control import Control
from engine.demo import default_folder, make_sample
from engine.workspace import Workspace

FILTER = "Maskwright projects (*.maskwright)"


class FileCommands:
    """Binds file.* and what is dropped on the window."""

    def __init__(self, desk: Desk, *, opened: Callable[[Workspace], None], closed: Callable[[], None]) -> None:
        """``opened`` is called with every project that was opened, ``closed`` when none is open any more."""
        self._desk = desk
        self._closed = closed
        desk.projects.opened = opened
        registry, start = desk.registry, desk.window.start_page
        registry.bind("file.new_project", self.new_project)
        registry.bind("file.open_project", self.open_project)
        registry.bind("file.open_folder", self.open_folder)
        registry.bind("file.open_sample", self.open_sample)
        registry.bind("file.add_images", self.add_images_dialog)
        registry.bind("file.close_project", self.close_project)
        registry.bind("file.quit", desk.window.close)
        start.new_project.connect(self.new_project)
        start.open_project.connect(self.open_project)
        start.open_folder.connect(self.open_folder)
        start.open_sample.connect(self.open_sample)
        start.open_recent.connect(desk.projects.open)
        start.forget_recent.connect(self._forget)
        start.dropped.connect(self.dropped)
        desk.window.dropped.connect(self.dropped)
        desk.window.empty_state.clicked.connect(self.add_images_dialog)
        desk.window.progress.cancelled.connect(desk.projects.cancel)
        self.show_recent()

    def show_recent(self) -> None:
        """Refresh the start page's list."""
        self._desk.window.start_page.set_recent(
            [
                RecentView(
                    place=each.place,
                    name=each.place if "://" in each.place else Path(each.place).stem,
                    when=each.opened_at.astimezone().strftime("%d %b %Y, %H:%M"),
                    missing="://" not in each.place and not Path(each.place).exists(),
                )
                for each in self._desk.state.recent
            ]
        )

    def _forget(self, place: str) -> None:
        self._desk.state.forget(place)
        self.show_recent()

    def new_project(self, folders: Sequence[Path] = ()) -> None:
        """Ask for folders and a place, and make a project."""
        wanted = NewProjectDialog.ask(self._desk.window, tuple(folders))
        if wanted is not None:
            self._create(wanted.file, wanted.folders, wanted.name, wanted.classes)

    def open_project(self) -> None:
        """Ask for a project file."""
        chosen, _ = QFileDialog.getOpenFileName(
            self._desk.window, "Open project", str(self._desk.state.last_folder), FILTER
        )
        if chosen:
            self._desk.state.last_folder = Path(chosen).parent
            self._desk.projects.open(chosen)

    def open_folder(self) -> None:
        """Ask for a folder of images: open the project in it, or make one."""
        chosen = QFileDialog.getExistingDirectory(
            self._desk.window, "Open a folder of images", str(self._desk.state.last_folder)
        )
        if chosen:
            self._desk.state.last_folder = Path(chosen)
            self._open_folder(Path(chosen))

    def _open_folder(self, folder: Path) -> None:
        inside = sorted(folder.glob("*.maskwright"))
        beside = folder.with_name(f"{folder.name}.maskwright")
        if inside or beside.is_file():
            self._desk.projects.open(str(inside[0] if inside else beside))
            return
        file = proposed_file(folder, folder.name)
        if file is not None:
            self._create(file, (folder,), folder.name, ())

    def _create(self, file: Path, folders: Sequence[Path], name: str, classes: Sequence[str]) -> None:
        author = self._desk.settings.text("person.author")

        def work(task: Task) -> project.AddReport:
            workspace = Workspace.create(file, name=name, author=author)
            try:
                project.add_classes(workspace, classes)
                return project.add_images(workspace, folders, control=_control(task))
            finally:
                workspace.close()

        def done(report: project.AddReport) -> None:
            self._tell_added(report)
            self._desk.projects.open(str(file))

        self._desk.projects.run("create", JobTitle("Reading the images"), work, done)

    def open_sample(self) -> None:
        """Open the sample project, making it on first use."""
        self._desk.projects.run(
            "sample",
            JobTitle("Making the sample project"),
            lambda _task: make_sample(default_folder()),
            lambda file: self._desk.projects.open(str(file)),
        )

    def dropped(self, paths: Sequence[Path]) -> None:
        """Take what was let fall on the window: a project, or images for a project."""
        projects, sources = dropped_images(paths)
        if projects:
            self._desk.projects.open(str(projects[0]))
        elif self._desk.store.workspace is not None:
            self._add(sources)
        elif len(sources) == 1 and sources[0].is_dir():
            self._open_folder(sources[0])
        else:
            self.new_project([path for path in sources if path.is_dir()] or [sources[0].parent])

    def add_images_dialog(self) -> None:
        """Ask for a folder whose images are added to the project."""
        chosen = QFileDialog.getExistingDirectory(
            self._desk.window, "Add a folder of images", str(self._desk.state.last_folder)
        )
        if chosen:
            self._desk.state.last_folder = Path(chosen)
            self._add([Path(chosen)])

    def _add(self, sources: Sequence[Path]) -> None:
        self._desk.projects.job(
            "add",
            JobTitle("Adding images"),
            lambda workspace, task: project.add_images(workspace, sources, control=_control(task)),
            self._tell_added,
        )

    def _tell_added(self, report: project.AddReport) -> None:
        if report.unreadable:
            rows = tuple(ReportRow("cannot be read", 1, f"{each.path}: {each.reason}") for each in report.unreadable)
            self._desk.bus.message.emit(
                Message(
                    "warning",
                    f"{len(report.added)} images added; {len(report.unreadable)} cannot be read.",
                    "Show",
                    lambda: ReportDialog.ask(self._desk.window, "Images that cannot be read", ReportView(rows, ())),
                )
            )
        else:
            known = f", {len(report.known)} were there already" if report.known else ""
            self._desk.bus.message.emit(Message("success", f"{len(report.added)} images added{known}."))

    def close_project(self) -> None:
        """Close the project and go back to the start page."""
        self._desk.navigation.before_leaving()
        self._desk.projects.close()
        self._closed()
        self.show_recent()


def _control(task: Task) -> Control:
    return Control(task.report, task.should_stop)
