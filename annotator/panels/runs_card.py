"""One run: how far it is, what failed and why, and what can be done with it."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal, SignalInstance
from PySide6.QtWidgets import QFrame, QHBoxLayout, QProgressBar, QPushButton, QTreeWidget, QTreeWidgetItem, QVBoxLayout

from annotator.controllers.run_words import found_words, nothing_words, what_words
from annotator.controllers.runs import Run, RunList
from annotator.icons import Icons
from annotator.tokens import UNIT
from annotator.widgets.parts import keep_icon, push_button, set_role, text_label
from engine.measure.words import duration
from engine.records import JobState

_IDLE = (
    "A run works through many images by itself, in a process of its own: the window may be closed meanwhile, and a "
    "run that was stopped or whose computer was switched off goes on where it was. What it finds is proposed, never "
    "accepted; you review it afterwards. A run can be withdrawn as a whole."
)


class RunCard(QFrame):
    """Shows the run that is looked at.

    Signals:
        cancel_asked(int), resume_asked(int), withdraw_asked(int), review_asked(): on this run.
    """

    cancel_asked = Signal(int)
    resume_asked = Signal(int)
    withdraw_asked = Signal(int)
    review_asked = Signal()

    def __init__(self, icons: Icons) -> None:
        """Say what a run is until there is one."""
        super().__init__()
        self.setProperty("role", "card")
        self._job: int | None = None
        self._run: Run | None = None
        self._listed: list[tuple[str, str]] = []
        self.title = text_label("", "heading")
        self.about = text_label(_IDLE, "dim", wrap=True)
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.text = text_label("", wrap=True)
        self.failures_title = text_label("", "dim")
        self.failures = QTreeWidget()
        self.failures.setColumnCount(2)
        self.failures.setHeaderLabels(["Image", "Why it failed"])
        self.failures.setRootIsDecorated(False)
        self.failures.setUniformRowHeights(True)
        self.failures.setColumnWidth(0, 45 * UNIT)
        self.cancel_button = push_button("Cancel run")
        self.resume_button = push_button("Resume", "primary")
        self.withdraw_button = push_button("Withdraw…")
        self.review_button = push_button("Review", "primary")
        keep_icon(self.review_button, icons, "review")
        self.sure = text_label("", wrap=True)
        self.sure_button = push_button("Withdraw", "primary")
        self.keep_button = push_button("Keep")
        self._connect()
        self._arrange()
        self.show_run(RunList())

    def show_run(self, runs: RunList) -> None:
        """Show the run that is looked at."""
        run = runs.current
        if run is None or run.job.id != self._job:
            self._ask(sure=False)
        self._run, self._job = run, None if run is None else run.job.id
        for widget in (self.bar, self.text):
            widget.setVisible(run is not None)
        if run is None:
            self.title.setText("Automatic runs")
            self.about.setText(_IDLE)
            for button in self._buttons:
                button.hide()
            self._show_failures(runs)
            return
        self.title.setText(f"Run {run.job.id}: {state_words(run)}")
        self.about.setText(_about(run))
        self.bar.setRange(0, 0 if run.health == "loading" else max(run.progress.total, 1))
        self.bar.setValue(run.progress.ended)
        self.text.setText(_standing(run) + _left_to_you(runs))
        self.sure.setText(
            f"Take out what run {run.job.id} proposed ({found_words(run.job, run.progress.instances)})? What somebody "
            "has accepted, rejected or changed stays. This cannot be undone."
        )
        self._show_failures(runs)
        self._show_buttons(run)

    @property
    def _buttons(self) -> tuple[QPushButton, ...]:
        return self.cancel_button, self.resume_button, self.withdraw_button, self.review_button

    def _show_buttons(self, run: Run) -> None:
        state, progress = run.job.state, run.progress
        working = run.health in ("running", "loading")
        asking = not self.sure.isHidden()
        undone = progress.waiting + progress.running + progress.failed
        self.cancel_button.setVisible(run.health != "ended" and not asking)
        self.resume_button.setVisible(not working and bool(undone) and state is not JobState.WITHDRAWN and not asking)
        again = undone == progress.failed
        self.resume_button.setText("Try the failed again" if again else "Resume")
        set_role(self.resume_button, "" if again else "primary")
        self.withdraw_button.setVisible(
            not working and state is not JobState.WITHDRAWN and bool(progress.instances) and not asking
        )
        self.review_button.setVisible(
            bool(progress.instances) and state is not JobState.WITHDRAWN and run.job.kind != "semi" and not asking
        )

    def _show_failures(self, runs: RunList) -> None:
        found = runs.failures if runs.current is not None else ()
        self.failures.setVisible(bool(found))
        self.failures_title.setVisible(bool(found))
        wanted = [(each.path, each.reason) for each in reversed(found)]
        if wanted == self._listed:
            return
        self._listed = wanted
        self.failures_title.setText("1 image failed" if len(found) == 1 else f"{len(found)} images failed")
        self.failures.clear()
        for path, reason in wanted:
            item = QTreeWidgetItem([path, reason])
            item.setToolTip(1, reason)
            self.failures.addTopLevelItem(item)

    def _ask(self, *, sure: bool) -> None:
        for widget in (self.sure, self.sure_button, self.keep_button):
            widget.setVisible(sure)
        for button in self._buttons:
            button.setVisible(button.isVisible() and not sure)

    def _connect(self) -> None:
        self.cancel_button.clicked.connect(lambda: self._emit(self.cancel_asked))
        self.resume_button.clicked.connect(lambda: self._emit(self.resume_asked))
        self.withdraw_button.clicked.connect(lambda: self._ask(sure=True))
        self.review_button.clicked.connect(self.review_asked)
        self.sure_button.clicked.connect(self._withdraw)
        self.keep_button.clicked.connect(self._keep)

    def _withdraw(self) -> None:
        self._ask(sure=False)
        self._emit(self.withdraw_asked)

    def _keep(self) -> None:
        self._ask(sure=False)
        if self._run is not None:
            self._show_buttons(self._run)

    def _emit(self, signal: SignalInstance) -> None:
        if self._job is not None:
            signal.emit(self._job)

    def _arrange(self) -> None:
        buttons = QHBoxLayout()
        buttons.setSpacing(2 * UNIT)
        buttons.addWidget(self.sure, 1)
        buttons.addStretch(0)
        for button in (self.keep_button, self.sure_button, *self._buttons):
            buttons.addWidget(button, 0, Qt.AlignmentFlag.AlignBottom)
        column = QVBoxLayout(self)
        column.setContentsMargins(3 * UNIT, 2 * UNIT, 3 * UNIT, 3 * UNIT)
        column.setSpacing(2 * UNIT)
        column.addWidget(self.title)
        for widget in (self.about, self.bar, self.text, self.failures_title):
            column.addWidget(widget)
        column.addWidget(self.failures, 1)
        column.addStretch(0)
        column.addLayout(buttons)


def state_words(run: Run) -> str:
    """Return how a run is, in a word or two."""
    match run.health:
        case "loading":
            return "loading the backend"
        case "left":
            return "stopped, can be resumed"
    return str(run.job.state)


def _about(run: Run) -> str:
    auto = run.job.params.get("auto")
    scores = f"score from {auto['min_score']:g}, stability from {auto['min_stability']:g}" if auto else ""
    named = " ".join(run.job.params.get("images", ())) or "all images"
    return "; ".join(filter(None, (what_words(run.job), scores, named, f"by {run.job.author or 'somebody'}")))


def _left_to_you(runs: RunList) -> str:
    named = ", ".join(runs.unknown)
    return f" The backend does not know these joints, which are left to you: {named}." if named else ""


def _standing(run: Run) -> str:
    progress = run.progress
    parts = [f"{progress.ended:,} of {progress.total:,} images", f"{found_words(run.job, progress.instances)} proposed"]
    if progress.failed:
        parts.append(f"{progress.failed:,} failed")
    if run.health == "running":
        parts.append("1 worker" if progress.workers == 1 else f"{progress.workers} workers")
        parts.append("time left not known yet" if progress.left is None else f"about {duration(progress.left)} left")
    if run.health == "ended" and progress.done and not progress.instances and run.job.state is JobState.DONE:
        parts.append(nothing_words(run.job))
    return ", ".join(parts) + "."
