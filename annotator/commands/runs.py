"""Commands of runs over many images."""

from __future__ import annotations

from typing import Literal

from PySide6.QtCore import QTimer

from annotator.controllers.run_request import RunRequest
from annotator.controllers.runs import RunList, Runs
from annotator.desk import Desk
from annotator.panels.runs_form import Offer
from annotator.panels.runs_page import RunsPage
from engine.changes import Changes
from engine.inference.backends import choices
from engine.jobs.choosing import none_ready

POLL_MS = 1_000


class RunCommands:
    """A mode's part (see ``modes``); binds run.*."""

    def __init__(self, desk: Desk) -> None:
        """Bind."""
        self._desk = desk
        self._on = False
        self.page = RunsPage(desk.icons)
        desk.window.add_mode_page("auto", self.page)
        self._timer = QTimer(self.page)
        self._timer.setSingleShot(True)
        self._timer.setInterval(POLL_MS)
        self.runs = Runs(desk.store, desk.lanes, self)
        self._timer.timeout.connect(self.runs.poll)
        self._connect()

    def enter(self) -> None:
        """Show the runs, and what a new one would be made of."""
        self._on = True
        self.page.form.set_backends({"mask": self._mask_backends(), "pose": self._pose_backends()})
        self.runs.enter()
        self.runs.plan(self.page.form.query.text())

    def _mask_backends(self) -> Offer:
        offered = [(each.name, each.title) for each in choices() if each.available]
        in_use = self._desk.inference.state.name
        if in_use and in_use not in dict(offered):
            offered.append((in_use, self._desk.inference.state.title))
        return Offer(offered, in_use)

    def _pose_backends(self) -> Offer:
        known = [each for each in choices("pose", hidden=True) if each.task == "pose"]
        wanted = self._desk.settings.text("backend.pose")
        offered = [(e.name, e.title) for e in known if e.available and (e.name == wanted or not e.hidden)]
        if offered:
            return Offer(offered, wanted)
        return Offer((), problem=none_ready("pose"))

    def leave(self) -> None:
        """Runs of our own are still watched, so that their end is told."""
        self._on = False
        self.runs.leave()

    def close(self) -> None:
        """The window closes; the workers go on."""
        self._timer.stop()
        self.runs.let_go()

    # --- what runs asks for --------------------------------------------------------------------------------------

    def show_runs(self, runs: RunList) -> None:
        """Show all."""
        self.page.show_runs(runs)

    def show_plan(self, count: int | None, problem: str) -> None:
        """Say how many images are meant."""
        self.page.form.show_plan(count, problem)

    def show_starting(self, starting: bool) -> None:
        """Say that a run is being started."""
        self.page.form.show_starting(starting)

    def say(self, kind: Literal["info", "success", "warning", "error"], text: str) -> None:
        """Show a message."""
        self._desk.presenter.say(kind, text)

    def look_again(self) -> None:
        """Poll in a second."""
        if not self._timer.isActive():
            self._timer.start()

    # --- commands ------------------------------------------------------------------------------------------------

    def _start(self, request: RunRequest) -> None:
        self.runs.start(request)

    def _review(self) -> None:
        self._desk.registry.trigger("view.mode.review")

    def _connect(self) -> None:
        page, card, desk = self.page, self.page.card, self._desk
        page.form.start_asked.connect(self._start)
        page.form.query_changed.connect(self.runs.plan)
        page.run_chosen.connect(self.runs.look_at)
        card.cancel_asked.connect(self.runs.cancel)
        card.resume_asked.connect(lambda job_id: self.runs.resume(job_id, page.form.workers.value()))
        card.withdraw_asked.connect(self.runs.withdraw)
        card.review_asked.connect(self._review)
        desk.bus.project_changed.connect(lambda _: self.runs.project_changed())
        desk.bus.changed.connect(self._changed)
        desk.window.closing.connect(self.close)

    def _changed(self, changes: Changes, _initiator: object) -> None:
        if self._on and self._desk.store.workspace is not None and (changes.jobs or changes.everything):
            self.look_again()
            if changes.everything:
                self.runs.plan(self.page.form.query.text())
