"""Runs over many images: planned, started in processes of their own, watched by reading the project."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal, Protocol

from annotator.controllers.run_request import queries_of
from annotator.controllers.run_words import outcome
from annotator.controllers.store import Store
from annotator.lanes import Lanes
from engine.errors import EngineError
from engine.jobs.planning import plan
from engine.jobs.start import JobWorkers, spawn_job
from engine.ops.base import Op
from engine.ops.imports import WithdrawJob, Withdrawn
from engine.ops.jobs import POSES, CancelJob, ResumeJob, is_run
from engine.records import JobFailure, JobProgress, JobRecord, JobState
from engine.stages.auto_pose import unknown_joints
from engine.storage.reader import Reader

MOST_FAILURES = 50


class Startable(Protocol):
    """What a person asks for: the op that notes it, and how many processes share the images."""

    @property
    def workers(self) -> int:
        """How many processes."""

    def op(self, reader: Reader) -> Op[int]:
        """Return the op; raises EngineError kinds."""


Health = Literal["loading", "running", "left", "ended"]


@dataclass(frozen=True, slots=True)
class Run:
    """A job, how far it is, and whether anybody works on it ("left": it is open, but nobody does)."""

    job: JobRecord
    progress: JobProgress
    health: Health


@dataclass(frozen=True, slots=True)
class RunList:
    """All runs, newest first, and the failures of the one that is looked at."""

    runs: tuple[Run, ...] = ()
    looked_at: int | None = None
    failures: tuple[JobFailure, ...] = ()
    unknown: tuple[str, ...] = ()
    """Joints that the backend of the run looked at does not know."""

    @property
    def current(self) -> Run | None:
        """The run that is looked at."""
        return next((each for each in self.runs if each.job.id == self.looked_at), None)


class RunsView(Protocol):
    """The page."""

    def show_runs(self, runs: RunList) -> None:
        """Show all."""

    def show_plan(self, count: int | None, problem: str) -> None:
        """Say how many images a query names, or what is wrong with it."""

    def show_starting(self, starting: bool) -> None:
        """Say that a run is being started."""

    def say(self, kind: Literal["info", "success", "warning", "error"], text: str) -> None:
        """Show a message."""

    def look_again(self) -> None:
        """Call ``poll`` once more in a second."""


class Runs:
    """Starts and ends runs of the open project; the workers go on when the window closes."""

    def __init__(self, store: Store, lanes: Lanes, view: RunsView) -> None:
        """Nothing is read before ``enter``."""
        self._store = store
        self._lanes = lanes
        self._view = view
        self._shown = False
        self._starting = False
        self._planning = 0
        self._workers: dict[int, JobWorkers] = {}
        self._ended: dict[int, Run] = {}
        self._told: set[int] = set()
        self.list = RunList()

    # --- what is shown -------------------------------------------------------------------------------------------

    def enter(self) -> None:
        """The page is on screen."""
        self._shown = True
        self.poll()

    def leave(self) -> None:
        """The page is no longer on screen; runs of our own are watched until they have ended."""
        self._shown = False

    def project_changed(self) -> None:
        """Another project (or none) is open: what runs on the old one goes on by itself."""
        self.let_go()
        self._ended.clear()
        self._told.clear()
        self._starting = False
        self.list = RunList()
        self._view.show_starting(False)
        self._view.show_runs(self.list)

    def let_go(self) -> None:
        """Stop watching; the workers go on."""
        for each in self._workers.values():
            each.let_go()
        self._workers.clear()

    def look_at(self, job_id: int) -> None:
        """Show another run."""
        self.list = RunList(self.list.runs, job_id)
        self._view.show_runs(self.list)
        self.poll()

    def plan(self, query: str) -> None:
        """Count the images that a query names, as it is typed."""
        self._planning += 1
        ticket = self._planning
        if self._store.workspace is None:
            return

        def show(count: int | None, problem: str) -> None:
            if ticket == self._planning:
                self._view.show_plan(count, problem)

        self._store.read(
            lambda reader: len(plan(reader, queries_of(query))),
            lambda count: show(count, ""),
            failed=lambda error: show(None, str(error).removesuffix(" Nothing was started.")),
        )

    def poll(self) -> None:
        """Read how far the runs are, and come back while there is something to watch."""
        if self._store.workspace is None or not (self._shown or self._workers):
            return
        known, looked_at = dict(self._ended), self.list.looked_at

        def query(reader: Reader) -> tuple[list[tuple[JobRecord, JobProgress]], RunList]:
            jobs = [job for job in reader.jobs.all() if is_run(job)]
            found = []
            for job in jobs:
                same = known.get(job.id)
                if same is not None and same.job == job:
                    found.append((job, same.progress))
                else:
                    found.append((job, reader.jobs.progress(job.id)))
            ids = [job.id for job in jobs]
            chosen = looked_at if looked_at in ids else (ids[0] if ids else None)
            failures = () if chosen is None else tuple(reader.jobs.failures(chosen)[-MOST_FAILURES:])
            posing = any(job.id == chosen and job.kind == POSES for job in jobs)
            unknown = unknown_joints(reader.jobs.account(chosen)) if posing and chosen is not None else ()
            return found, RunList((), chosen, failures, unknown)

        self._store.read(query, lambda told: self._take(*told))

    def _take(self, found: list[tuple[JobRecord, JobProgress]], looked: RunList) -> None:
        runs = tuple(Run(job, progress, self._health(job, progress)) for job, progress in found)
        self._ended = {each.job.id: each for each in runs if each.health == "ended"}
        self._reap({each.job.id: each for each in runs})
        if self.list.looked_at in (None, looked.looked_at):
            self.list = replace(looked, runs=runs)
        else:
            self.list = RunList(runs, self.list.looked_at)
        self._view.show_runs(self.list)
        if self._workers or (self._shown and any(each.health != "ended" for each in runs)):
            self._view.look_again()

    def _health(self, job: JobRecord, progress: JobProgress) -> Health:
        if job.state not in (JobState.WAITING, JobState.RUNNING):
            return "ended"
        if progress.workers:
            return "running"
        own = self._workers.get(job.id)
        return "loading" if own is not None and own.running else "left"

    def _reap(self, runs: dict[int, Run]) -> None:
        """Say what came of runs whose processes have ended."""
        for job_id, workers in list(self._workers.items()):
            if workers.running:
                continue
            complaints = workers.complaints()
            workers.close()
            del self._workers[job_id]
            for each in complaints:
                self._view.say("error", f"Run {job_id}: {each}")
            run = runs.get(job_id)
            if run is not None and not complaints:
                self._view.say(*outcome(run.job, run.progress))

    # --- what the person does ------------------------------------------------------------------------------------

    def start(self, request: Startable) -> None:
        """Note a run and set its workers to work."""
        if self._starting or self._store.workspace is None:
            return
        self._set_starting(True)

        def planned(op: Op[int]) -> None:
            self._store.execute(op, done=lambda noted: self._spawn(noted.value, request.workers), failed=self._failed)

        # In the store's lane: asking whether a backend is ready may read its weights.
        self._store.read(request.op, planned, failed=self._failed)

    def cancel(self, job_id: int) -> None:
        """Stop a run wherever it works; its masks stay."""
        self._store.execute(CancelJob(job_id), done=lambda _: self._look_again_at(job_id), failed=self._failed)

    def resume(self, job_id: int, workers: int) -> None:
        """Go on with what is left of a run, failed images included."""
        if not self._starting and job_id not in self._workers:
            self._set_starting(True)
            self._store.execute(ResumeJob(job_id), done=lambda _: self._spawn(job_id, workers), failed=self._failed)

    def withdraw(self, job_id: int) -> None:
        """Take out what a run stored, save for what somebody has worked on since."""

        def done(found: Withdrawn) -> None:
            kept = f"; {found.kept:,} kept that somebody has worked on since" if found.kept else ""
            self._view.say("success", f"Run {job_id} withdrawn: {found.removed:,} proposals taken out{kept}.")
            self._look_again_at(job_id)

        self._store.execute(WithdrawJob(job_id), done=lambda outcome: done(outcome.value), failed=self._failed)

    def _look_again_at(self, job_id: int) -> None:
        self._ended.pop(job_id, None)
        self.poll()

    def _spawn(self, job_id: int, workers: int) -> None:
        place = self._store.place

        def started(running: JobWorkers) -> None:
            self._set_starting(False)
            if self._store.workspace is None or self._store.place != place:
                running.let_go()
                return
            self._workers[job_id] = running
            self._ended.pop(job_id, None)
            self.list = RunList(self.list.runs, job_id)
            self.poll()

        def failed(error: BaseException) -> None:
            self._set_starting(False)
            if not isinstance(error, EngineError | OSError):
                raise error
            self._view.say("error", f"The run is noted, but no process could be started: {error} Resume it later.")
            self.poll()

        self._lanes.io.run(lambda: spawn_job(place, job_id, workers), done=started, failed=failed)

    def _failed(self, error: EngineError) -> None:
        self._set_starting(False)
        self._view.say("error", str(error))
        self.poll()

    def _set_starting(self, starting: bool) -> None:
        self._starting = starting
        self._view.show_starting(starting)
