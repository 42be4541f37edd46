"""Commands of the dashboard and of quality audits."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Literal

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QFileDialog

from annotator.controllers.auditing import Auditing, AuditView
from annotator.controllers.figures import Figures
from annotator.desk import Desk
from annotator.messages import Message
from annotator.panels.dashboard import DashboardPage
from annotator.widgets.audit_strip import AuditStrip
from engine.changes import Changes
from engine.errors import EngineError
from engine.measure.table_out import write_csv
from engine.records import ImageFilter


class DashboardCommands:
    """A mode's part (see ``modes``); binds audit.* and dashboard.*."""

    def __init__(self, desk: Desk, *, annotate: Callable[[], None]) -> None:
        """``annotate`` goes back to the mode in which people draw."""
        self._desk = desk
        self._annotate = annotate
        self.page = DashboardPage(desk.icons)
        self.strip = AuditStrip(desk.icons)
        desk.window.add_mode_page("dashboard", self.page)
        desk.window.add_strip(self.strip)
        self._timer = QTimer(self.page)
        self._timer.setSingleShot(True)
        self.figures = Figures(desk.store, desk.lanes, self.page, now_ms=_milliseconds, later=self._later)
        self._timer.timeout.connect(self.figures.count)
        self.auditing = Auditing(desk.store, self)
        self._connect()

    def enter(self) -> None:
        """Show figures, and keep them true."""
        self.figures.enter()

    def leave(self) -> None:
        """Count no more."""
        self._timer.stop()
        self.figures.leave()

    # --- what auditing asks for ----------------------------------------------------------------------------------

    def show_strip(self, view: AuditView | None) -> None:
        """Show how the image on screen stands in the audit."""
        if view is None:
            self.strip.hide()
        else:
            self.strip.show_audit(view.audit_id, view.checked, view.images, image_checked=view.image_checked)

    def go_to_image(self, image_id: int) -> None:
        """Put an image on screen, ready to be corrected; a filter that hides it gives way."""
        navigation = self._desk.navigation
        self._annotate()
        if image_id in navigation.ids:
            navigation.go_to_id(image_id)
        else:
            self._desk.window.images.filter.reset()
            navigation.narrow(ImageFilter())
            navigation.reload(keep=image_id)
        self._desk.window.canvas.setFocus()

    def say(self, kind: Literal["info", "success"], text: str) -> None:
        """Show a message."""
        self._desk.presenter.say(kind, text)

    # --- commands ------------------------------------------------------------------------------------------------

    def export(self) -> None:
        """Ask where to, and write the figures as CSV."""
        table = self.figures.shown
        if table is None:
            self._desk.presenter.say("info", "Open the dashboard first: it counts what is written.")
            return
        place = self._desk.store.place
        name = "figures" if "://" in place else f"{Path(place).stem}-figures"
        chosen, _ = QFileDialog.getSaveFileName(
            self._desk.window, "Export figures", str(self._desk.state.last_folder / f"{name}.csv"), "CSV files (*.csv)"
        )
        if not chosen:
            return
        file = Path(chosen)
        self._desk.state.last_folder = file.parent

        def failed(error: BaseException) -> None:
            if not isinstance(error, EngineError):
                raise error
            self._desk.bus.message.emit(Message("error", str(error)))

        self._desk.lanes.io.run(
            lambda: write_csv(table, file),
            done=lambda _: self._desk.presenter.say("success", f"Figures written to {file}."),
            failed=failed,
        )

    def _show_report(self) -> None:
        self._desk.registry.trigger("view.mode.dashboard")

    def _connect(self) -> None:
        desk, page, registry = self._desk, self.page, self._desk.registry
        registry.bind("audit.start", lambda: self.auditing.start(page.audit.number.value()))
        registry.bind("audit.next", self.auditing.go_next)
        registry.bind("audit.check", self.auditing.mark_checked)
        registry.bind("dashboard.export", self.export)
        page.export_asked.connect(self.export)
        page.annotate_asked.connect(self._annotate)
        page.audit.start_asked.connect(self.auditing.start)
        page.audit.next_asked.connect(lambda: self.auditing.go_next(skip=False))
        self.strip.checked.connect(self.auditing.mark_checked)
        self.strip.next_asked.connect(self.auditing.go_next)
        self.strip.report_asked.connect(self._show_report)
        desk.bus.changed.connect(self._changed)
        desk.bus.project_changed.connect(self._project_changed)
        desk.bus.image_changed.connect(self.auditing.image_shown)

    def _changed(self, changes: Changes, _initiator: object) -> None:
        if self._desk.store.workspace is not None:
            self.auditing.on_changed(changes)
            self.figures.changed()

    def _project_changed(self, _place: object) -> None:
        self._timer.stop()
        self.auditing.reload()
        self.figures.project_changed()

    def _later(self, ms: int) -> None:
        if not self._timer.isActive():
            self._timer.start(ms)


def _milliseconds() -> float:
    return time.monotonic() * 1000
