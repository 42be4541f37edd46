"""``maskwright auto`` and the hidden ``run-job``: masks of everything, as a job that survives its program."""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Any

import typer

from engine.cli.console import INTERRUPTED, KNOWN_ERROR, JsonOption, ProjectArg, known_errors, opened, print_json, say
from engine.cli.job_words import explain_joints, job_words, made, print_failures

if TYPE_CHECKING:
    from engine.jobs.start import JobWorkers
    from engine.records import JobProgress, JobRecord
    from engine.stages.params import AutoParams
    from engine.workspace import Workspace

_WATCH_SECONDS = 0.5
_VERBS = {"auto": "auto", "boxes": "box2mask", "words": "find", "poses": "pose"}
"""The command that goes on with a job that has constants of this name."""


@known_errors
def auto(
    project: ProjectArg,
    backend: Annotated[str, typer.Option("--backend", metavar="NAME", help="Who looks; the best by default.")] = "",
    preset: Annotated[
        str, typer.Option("--preset", metavar="NAME", help="fast (16 x 16 points), default (32 x 32) or sa1b (crops).")
    ] = "default",
    images: Annotated[
        list[str] | None,
        typer.Option("--images", metavar="QUERY", help="Which images; all by default. Repeat it for more."),
    ] = None,
    workers: Annotated[int, typer.Option("--workers", min=1, max=64, help="Processes that share the images.")] = 1,
    min_score: Annotated[float | None, typer.Option("--min-score", help="Least predicted IoU, 0 to 1.")] = None,
    min_stability: Annotated[float | None, typer.Option("--min-stability", help="Least stability, 0 to 1.")] = None,
    constants: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="NAME=VALUE", help="Any other constant, such as min_region=100."),
    ] = None,
    device: Annotated[str | None, typer.Option("--device", help="cpu, cuda, mps; the best by default.")] = None,
    time_limit: Annotated[
        float, typer.Option("--time-limit", metavar="SECONDS", help="Longest work on one window of an image.")
    ] = 600.0,
    fill_in: Annotated[
        bool, typer.Option("--fill-in", help="For the Semi mode: few and sure objects, for people to complete.")
    ] = False,
    resume: Annotated[int | None, typer.Option("--resume", metavar="JOB", help="Go on with this job.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Find the masks of everything, without a person. They are proposals, to be reviewed.

    QUERY is the path of an image or words that must all hold: state:todo, split:val, tag:night, label:dog,
    accepted:no, proposed:no, or a part of the path. What is stored already is left alone and not proposed again.
    Stopped by Ctrl+C or a crash, the job goes on with --resume; failed images are then tried once more.

    [bold]Examples[/bold]

      maskwright auto street.maskwright

      maskwright auto street.maskwright --preset sa1b --images accepted:no --workers 2

      maskwright auto street.maskwright --fill-in --preset fast

      maskwright auto street.maskwright --resume 3
    """
    changed = any((backend, preset != "default", images, min_score, min_stability, constants, device, fill_in))
    if resume is not None and changed:
        raise typer.BadParameter("a job goes on as it began; give --resume and --workers alone.", param_hint="--resume")
    with opened(project) as workspace:
        if resume is not None:
            job_id = _resumed(workspace, resume)
        else:
            if fill_in:
                min_score, min_stability = _floor(min_score, min_stability)
            params = _params(preset, min_score, min_stability, constants or [])
            about = {"preset": preset, "images": images or []}
            job_id = _created(workspace, backend, params, images or [], device, time_limit, about, fill_in=fill_in)
        stopped, complaints = watched(workspace, project, job_id, workers)
        tell(workspace, job_id, stopped, complaints, as_json=as_json)


@known_errors
def run_job(
    project: ProjectArg,
    job: Annotated[int, typer.Argument(metavar="JOB", help="The job's number.")],
    worker: Annotated[int, typer.Option("--worker", min=1, help="Which of the workers this is.")] = 1,
    of: Annotated[int, typer.Option("--of", min=1, help="How many workers there are.")] = 1,
) -> None:
    """Work on a job in this process. PROJECT may be - and then comes as the first line of the input."""
    from engine.jobs.start import run_job as run
    from engine.jobs.stop import Stop

    place = sys.stdin.readline().strip() if project == "-" else project
    stop = Stop()
    try:
        with stop.on_signals():
            run(place, job, number=worker, of=of, stop=stop)
    finally:
        stop.close()


def _params(preset: str, min_score: float | None, min_stability: float | None, constants: list[str]) -> AutoParams:
    from engine.stages.params import AutoParams
    from engine.stages.params import preset as named

    given: dict[str, Any] = named(preset).to_json()
    for text in constants:
        name, equals, value = text.partition("=")
        if not equals:
            raise typer.BadParameter(f"'{text}' must be NAME=VALUE.", param_hint="--set")
        given[name.strip()] = _value(value.strip())
    named_options = {"min_score": min_score, "min_stability": min_stability}
    return AutoParams.from_json(given | {key: each for key, each in named_options.items() if each is not None})


def _floor(min_score: float | None, min_stability: float | None) -> tuple[float, float]:
    """Return thresholds low enough that people can move theirs both ways, unless others were asked for."""
    from engine.stages.semi import FLOOR

    return (
        FLOOR.min_score if min_score is None else min_score,
        FLOOR.min_stability if min_stability is None else min_stability,
    )


def _value(text: str) -> Any:
    """Return a number, or a list of numbers where there are commas; other text as it is, to be refused by name."""
    if "," in text:
        return [_value(part.strip()) for part in text.split(",") if part.strip()]
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return text


def _created(
    workspace: Workspace,
    backend: str,
    params: AutoParams,
    queries: list[str],
    device: str | None,
    time_limit: float,
    about: dict[str, Any],
    *,
    fill_in: bool,
) -> int:
    from engine.jobs.planning import plan
    from engine.jobs.start import create_auto_job
    from engine.records import Stage
    from models import registry

    with workspace.read() as reader:
        image_ids = plan(reader, queries)
    chosen = backend or registry.default("mask").name
    stage = Stage.SEMI if fill_in else Stage.AUTO
    return create_auto_job(
        workspace, chosen, params, image_ids, stage, device=device, time_limit=time_limit, about=about
    )


def _resumed(workspace: Workspace, job_id: int) -> int:
    from engine.ops.jobs import ResumeJob

    workspace.execute(ResumeJob(job_id))
    return job_id


def watched(workspace: Workspace, project: str, job_id: int, workers: int) -> tuple[bool, list[str]]:
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


def tell(workspace: Workspace, job_id: int, stopped: bool, complaints: list[str], *, as_json: bool) -> None:
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
