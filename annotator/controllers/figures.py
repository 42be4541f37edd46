"""Reads the dashboard's figures while it is looked at, beside everything else that goes on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from annotator.controllers.store import Store
from annotator.lanes import Lanes, Task
from engine.control import Control
from engine.errors import EngineError
from engine.measure.audit import AuditReport, audit_report
from engine.measure.engine_table import engine_table
from engine.measure.table_records import EngineTable
from engine.workspace import Workspace

LEAST_MS = 3_000
"""Pause between two countings, at least."""
SHARE = 10
"""After a counting that took long the pause is this many times as long: a tenth of a core, not a whole one."""


@dataclass(frozen=True, slots=True)
class DashboardFigures:
    """What one counting gave; ``report`` is the newest audit's, None without one."""

    table: EngineTable
    report: AuditReport | None


class FiguresView(Protocol):
    """The dashboard's page."""

    def show_counting(self) -> None:
        """Say that figures are on their way."""

    def show_problem(self, text: str) -> None:
        """Say why there are none."""

    def show_table(self, table: EngineTable) -> None:
        """Show them."""

    def show_audit(self, report: AuditReport | None) -> None:
        """Show how the newest audit stands."""


class Figures:
    """Counts on the io lane with a workspace of its own; the store lane never waits for it."""

    def __init__(
        self,
        store: Store,
        lanes: Lanes,
        view: FiguresView,
        *,
        now_ms: Callable[[], float],
        later: Callable[[int], None],
    ) -> None:
        """``later(ms)`` calls ``count`` after a while, once for all calls before."""
        self._store = store
        self._lanes = lanes
        self._view = view
        self._now = now_ms
        self._later = later
        self._task: Task | None = None
        self._stale = True
        self._ended = 0.0
        self._pause = LEAST_MS
        self.shown: EngineTable | None = None
        self.visible = False

    def enter(self) -> None:
        """Somebody looks: show what was counted last, and count if that is no longer true."""
        self.visible = True
        if self.shown is None:
            self._view.show_counting()
        if self._stale:
            self.count()

    def leave(self) -> None:
        """Nobody looks any more."""
        self.visible = False
        self._cancel()

    def project_changed(self) -> None:
        """Another project is open, or none: what was counted says nothing about it."""
        self._cancel()
        self.shown = None
        self._stale = True
        self._ended, self._pause = 0.0, LEAST_MS
        if self.visible:
            self.enter()

    def changed(self) -> None:
        """Something was stored: count again soon, but not at every step of a person who works fast."""
        self._stale = True
        if self.visible and self._task is None:
            self._later(max(0, round(self._ended + self._pause - self._now())))

    def count(self) -> None:
        """Count now, unless that goes on already or nobody looks."""
        if not self.visible or self._task is not None or self._store.workspace is None:
            return
        self._stale = False
        place, begun = self._store.place, self._now()

        def read(task: Task) -> DashboardFigures:
            with Workspace.open(place if "://" in place else Path(place)) as workspace, workspace.read() as reader:
                table = engine_table(reader, control=Control(should_stop=task.should_stop))
                newest = reader.audits.newest()
                return DashboardFigures(table, None if newest is None else audit_report(reader, newest.id))

        def end() -> None:
            self._task = None
            self._ended = self._now()
            self._pause = max(LEAST_MS, round(SHARE * (self._ended - begun)))
            if self._stale:
                self.changed()

        def done(figures: DashboardFigures) -> None:
            self.shown = figures.table
            self._view.show_table(figures.table)
            self._view.show_audit(figures.report)
            end()

        def failed(error: BaseException) -> None:
            if not isinstance(error, EngineError):
                raise error
            self.shown = None
            self._view.show_problem(str(error))
            end()

        self._task = self._lanes.io.job(read, done=done, failed=failed)

    def _cancel(self) -> None:
        if self._task is not None:
            self._task.cancel()
            self._task = None
            self._stale = True
