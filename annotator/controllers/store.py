"""The window's way to the data: every call runs on the store lane, every result comes back on the GUI thread."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from annotator.bus import Bus
from annotator.lanes import Lanes
from annotator.messages import Message, MessageKind
from engine.changes import Changes
from engine.errors import EngineError, NothingToUndo
from engine.ops.base import Op
from engine.storage.reader import Reader
from engine.workspace import Outcome, Workspace

T = TypeVar("T")


class Store:
    """Holds the one open workspace. ``changed`` goes out on the bus after every committed op."""

    def __init__(self, lanes: Lanes, bus: Bus) -> None:
        """``lanes.store`` has a single worker, so calls happen in the order in which they were made."""
        self._lanes = lanes
        self._bus = bus
        self.workspace: Workspace | None = None
        self._unfinished = 0
        self.on_writing: Callable[[bool], None] = lambda _: None

    @property
    def place(self) -> str:
        """File or URL of the open project, empty without one."""
        return "" if self.workspace is None else self.workspace.place

    def use(self, workspace: Workspace | None) -> None:
        """Take over an opened workspace and close the one before it, on the lane that used it."""
        old, self.workspace = self.workspace, workspace
        if old is not None:
            self._lanes.store.run(old.close)

    def execute(
        self,
        op: Op[T],
        *,
        initiator: object = None,
        done: Callable[[Outcome[T]], None] | None = None,
        failed: Callable[[EngineError], None] | None = None,
    ) -> None:
        """Execute an op; a known error reaches ``failed`` or else the message banner."""
        workspace = self._require()

        def committed(outcome: Outcome[T]) -> None:
            self._finished()
            # First, so that what ``done`` reads or selects comes after every view's own refresh.
            self._bus.changed.emit(outcome.changes, initiator)
            if done is not None:
                done(outcome)

        def refused(error: BaseException) -> None:
            self._finished()
            self._failing(failed)(error)

        self._unfinished += 1
        self.on_writing(True)
        self._lanes.store.run(lambda: workspace.execute(op), done=committed, failed=refused)

    def read(
        self,
        query: Callable[[Reader], T],
        done: Callable[[T], None],
        *,
        failed: Callable[[EngineError], None] | None = None,
    ) -> None:
        """Run ``query`` over one snapshot; it must return frozen values only."""
        workspace = self._require()

        def run() -> T:
            with workspace.read() as reader:
                return query(reader)

        self._lanes.store.run(run, done=done, failed=self._failing(failed))

    def undo(
        self, image_id: int | None, *, redo: bool = False, done: Callable[[Outcome[None]], None] | None = None
    ) -> None:
        """Undo (or redo) the newest op on an image or project-wide and say what it was."""
        workspace = self._require()

        def undone(outcome: Outcome[None]) -> None:
            self._bus.changed.emit(outcome.changes, None)
            verb = "Redone" if redo else "Undone"
            self._bus.message.emit(Message("info", f"{verb}: {outcome.title}", brief=True))
            if done is not None:
                done(outcome)

        def refused(error: EngineError) -> None:
            kind: MessageKind = "info" if isinstance(error, NothingToUndo) else "warning"
            self._bus.message.emit(Message(kind, str(error)))

        step = workspace.redo if redo else workspace.undo
        self._lanes.store.run(lambda: step(image_id), done=undone, failed=self._failing(refused))

    def notice_others(self, last: int, done: Callable[[int], None]) -> None:
        """Look whether another process has committed; if so tell every view to reload."""
        workspace = self.workspace
        if workspace is None:
            return

        def looked(version: int) -> None:
            if version != last and last:
                self._bus.changed.emit(Changes(everything=True), None)
            done(version)

        self._lanes.store.run(workspace.version, done=looked, failed=self._failing(None))

    def _finished(self) -> None:
        self._unfinished -= 1
        if not self._unfinished:
            self.on_writing(False)

    def _require(self) -> Workspace:
        if self.workspace is None:
            raise RuntimeError("no project is open")
        return self.workspace

    def _failing(self, failed: Callable[[EngineError], None] | None) -> Callable[[BaseException], None]:
        def handle(error: BaseException) -> None:
            if not isinstance(error, EngineError):
                raise error
            if failed is not None:
                failed(error)
            else:
                self._bus.message.emit(Message("error", str(error)))

        return handle
