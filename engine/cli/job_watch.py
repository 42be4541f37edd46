"""Runs a job for whoever types: shows how far it is, stops on Ctrl+C, and says what came of it."""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import typer

from engine.cli.console import INTERRUPTED, KNOWN_ERROR, print_json, say
from engine.cli.job_words import explain_joints, job_words, made, print_failures

if TYPE_CHECKING:
    from engine.jobs.start import JobWorkers
    from engine.records import JobProgress, JobRecord
    from engine.workspace import Workspace

_WATCH_SECONDS = 0.5
_VERBS = {"auto": "auto", "boxes": "box2mask", "words": "find", "poses": "pose"}
"""The command that goes on with a job that has constants of this name."""


def alone(*others: object) -> None:
    """Refuse options beside --resume; raises BadParameter if any of ``others`` was given."""
    if any(others):
        raise typer.BadParameter("a job goes on as it began; give --resume and --workers alone.", param_hint="--resume")


def resumed(workspace: Workspace, job_id: int) -> int:
    """Let a job go on and return its number; raises InvalidOp if there is nothing to go on with."""
    from engine.ops.jobs import ResumeJob

    workspace.execute(ResumeJob(job_id))
    return job_id


def run_and_tell(workspace: Workspace, project: str, job_id: int, workers: int, *, as_json: bool) -> None:
    """Run a job in processes of its own and say what came of it.

    Exits with 1 if the job has failed or has images left, with 130 if a person stopped it.
    """
    stopped, complaints = _watched(workspace, project, job_id, workers)
    _tell(workspace, job_id, stopped, complaints, as_json=as_json)


def _watched(workspace: Workspace, project: str, job_id: int, workers: int) -> tuple[bool, list[str]]:
    """Run the job and show how far it is; return whether it was stopped by hand, and what went wrong with workers."""
    from engine.jobs.start import spawn_job

    running = spawn_job(project, job_id, workers)
    stopped = 0
    try:
        with _endings_as_interrupts(), _bar() as show:
            while True:
                try:
                    ended = running.wait(_WATCH_SECONDS)
                    with workspace.read() as reader:
                        show(reader.jobs.progress(job_id))
                    if ended:
                        break
                except KeyboardInterrupt:
                    stopped += 1
                    _stop(running, stopped)
        return stopped > 0, running.complaints()
    finally:
        if running.running:
            running.stop()
        running.close()


@contextmanager
def _endings_as_interrupts() -> Iterator[None]:
    """Treat the end of the session as Ctrl+C: a closed terminal must not leave workers behind that nobody sees."""
    numbers = [getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)]
    before = [signal.signal(number, signal.default_int_handler) for number in numbers]
    try:
        yield
    finally:
        for number, old in zip(numbers, before, strict=True):
            signal.signal(number, old)


def _stop(running: JobWorkers, times: int) -> None:
    if times == 1:
        say("stopping after the image in hand; press Ctrl+C again to stop at once.")
        running.stop()
    elif times == 2:
        running.stop()
    else:
        running.kill()


@contextmanager
def _bar() -> Iterator[Any]:
    """Show images, masks and the time left on stderr where a person watches; otherwise stay quiet."""
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[masks]}"),
        TimeElapsedColumn(),
        TextColumn("{task.fields[left]}"),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("Loading the backend", total=None, masks="", left="")

        def seen(progress: JobProgress) -> bool:
            return progress.workers > 0 or progress.ended > 0

        def show(progress: JobProgress) -> None:
            from engine.measure.words import duration

            failed = f"{progress.failed} failed" if progress.failed else ""
            bar.update(
                task,
                description=f"Job {progress.job_id} {failed}".strip() if seen(progress) else "Loading the backend",
                completed=progress.ended,
                total=progress.total,
                masks=f"{progress.instances:,} proposed",
                left="" if progress.left is None else f"{duration(progress.left)} left",
            )

        yield show


def _tell(workspace: Workspace, job_id: int, stopped: bool, complaints: list[str], *, as_json: bool) -> None:
    """Say what came of it; exit code 1 if the job has failed or has images left, 130 if a person stopped it."""
    from engine.records import JobState

    with workspace.read() as reader:
        job, progress = reader.jobs.get(job_id), reader.jobs.progress(job_id)
        failures, account = reader.jobs.failures(job_id), reader.jobs.account(job_id)
    if as_json:
        print_json(job_words(job, progress, failures, account))
    else:
        seconds = account.get("wall", 0.0)
        typer.echo(
            f"Job {job_id} is {progress.state}: {progress.instances:,} {made(job)} proposed on {progress.done:,} of "
            f"{progress.total:,} images" + (f", {seconds / progress.done:.1f} s an image." if progress.done else ".")
        )
        print_failures(failures)
        if "auto" in job.params:
            _explain_nothing(progress, account, job.params["auto"])
        elif "words" in job.params:
            _explain_no_words(progress, account, job.params["words"])
        elif "poses" in job.params:
            explain_joints(account)
    for complaint in complaints:
        say(complaint)
    if progress.state in (JobState.WAITING, JobState.RUNNING):
        left, go_on = progress.total - progress.ended, f"maskwright {_verb(job)} {workspace.place} --resume {job_id}"
        say(f"{left:,} images are left. Go on with: {go_on}")
        raise typer.Exit(INTERRUPTED if stopped else KNOWN_ERROR)
    if progress.state is JobState.FAILED:
        raise typer.Exit(KNOWN_ERROR)


def _verb(job: JobRecord) -> str:
    return next((verb for kind, verb in _VERBS.items() if kind in job.params), "auto")


def _explain_nothing(progress: JobProgress, account: Any, params: dict[str, Any]) -> None:
    """Say what to do when thresholds kept nothing, or when all was stored already."""
    if progress.instances or not progress.done:
        return
    asked, offered, kept = (int(account.get(name, 0)) for name in ("asked", "offered", "kept"))
    if kept:
        typer.echo(f"All {kept:,} masks found are stored already, or nearly the same as one that is.")
    else:
        typer.echo(
            f"0 masks kept of {asked:,} points asked ({offered:,} passed the thresholds): lower --min-score "
            f"({params['min_score']:g}) or --min-stability ({params['min_stability']:g})."
        )


def _explain_no_words(progress: JobProgress, account: Any, params: dict[str, Any]) -> None:
    """Say what to do when a detector found nothing, or when all was stored already."""
    if progress.instances or not progress.done:
        return
    if int(account.get("asked", 0)):
        typer.echo("What was found is stored already, or nearly the same as something that is.")
    else:
        words = ", ".join(params["words"])
        typer.echo(
            f"'{params['detector']}' found nothing for: {words}. Use other words, or lower --min-score "
            f"({params['min_score']:g})."
        )
