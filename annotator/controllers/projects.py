"""Opening, making and filling projects, importing and exporting: long work runs in jobs with progress and cancel."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, TypeVar

from annotator.bus import Bus
from annotator.controllers.store import Store
from annotator.lanes import Lanes, Task
from annotator.messages import Message
from engine.changes import Changes
from engine.errors import EngineError
from engine.workspace import Workspace

T = TypeVar("T")


class ProgressView(Protocol):
    """The strip that shows running jobs."""

    def begin(self, key: str, title: str, *, cancellable: bool = True) -> None:
        """Show a new job."""

    def update_progress(self, key: str, done: int, total: int | None) -> None:
        """Move its bar."""

    def finish(self, key: str) -> None:
        """Take it away."""


@dataclass(frozen=True, slots=True)
class JobTitle:
    """What a running job is called, and the words when it is cancelled."""

    title: str
    cancelled: str = "Cancelled. Nothing was changed."


class Projects:
    """Runs what is about the project as a whole."""

    def __init__(
        self, *, store: Store, lanes: Lanes, bus: Bus, progress: ProgressView, author: Callable[[], str]
    ) -> None:
        """``author`` is asked when a project is opened: who the history says did it."""
        self._store = store
        self._lanes = lanes
        self._bus = bus
        self._progress = progress
        self._author = author
        self._tasks: dict[str, Task] = {}
        self.opened: Callable[[Workspace], None] = lambda _: None

    @property
    def busy(self) -> bool:
        """True while a job runs."""
        return bool(self._tasks)

    def open(self, place: str) -> None:
        """Open a project by file or URL; on failure the one open now stays."""
        author = self._author()
        self._lanes.store.run(
            lambda: Workspace.open(place if "://" in place else Path(place), author=author),
            done=self._take,
            failed=self.refuse,
        )

    def close(self) -> None:
        """Close the open project."""
        self._store.use(None)

    def _take(self, workspace: Workspace) -> None:
        self._store.use(workspace)
        self.opened(workspace)

    def job(
        self,
        key: str,
        title: JobTitle,
        work: Callable[[Workspace, Task], T],
        done: Callable[[T], None],
        *,
        place: str | None = None,
    ) -> None:
        """Run ``work`` in an io thread with a workspace of its own; ``place`` defaults to the open project."""
        target = place or self._store.place
        author = self._author()

        def run(task: Task) -> T:
            workspace = Workspace.open(target if "://" in target else Path(target), author=author)
            try:
                return work(workspace, task)
            finally:
                workspace.close()

        self.run(key, title, run, done)

    def run(self, key: str, title: JobTitle, work: Callable[[Task], T], done: Callable[[T], None]) -> None:
        """Run ``work`` in an io thread with progress and cancel; at most one of each ``key``."""
        if key in self._tasks:
            self._bus.message.emit(Message("info", f"{title.title} is still running."))
            return
        self._progress.begin(key, title.title)

        def finished(value: T) -> None:
            self._end(key)
            self._bus.changed.emit(Changes(everything=True), None)
            done(value)

        def failed(error: BaseException) -> None:
            self._end(key)
            self.refuse(error)

        self._tasks[key] = self._lanes.io.job(
            work,
            done=finished,
            failed=failed,
            progress=lambda count, total: self._progress.update_progress(key, count, total),
        )

    def cancel(self, key: str) -> None:
        """Ask a job to stop; it ends at its next safe point."""
        task = self._tasks.get(key)
        if task is not None:
            task.cancel()
            self._end(key)
            self._bus.message.emit(Message("info", "Cancelled."))
            self._bus.changed.emit(Changes(everything=True), None)

    def cancel_all(self) -> None:
        """Ask every job to stop (the window closes)."""
        for task in self._tasks.values():
            task.cancel()

    def _end(self, key: str) -> None:
        self._tasks.pop(key, None)
        self._progress.finish(key)

    def refuse(self, error: BaseException) -> None:
        """Show a known error; pass a bug on to the excepthook."""
        if not isinstance(error, EngineError):
            raise error
        self._bus.message.emit(Message("error", str(error)))


def dropped_images(paths: Sequence[Path]) -> tuple[list[Path], list[Path]]:
    """Split what was dropped on the window into projects and things to take images from."""
    projects = [path for path in paths if path.suffix == ".maskwright"]
    return projects, [path for path in paths if path not in projects]
