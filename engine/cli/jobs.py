"""``maskwright jobs``, ``cancel`` and ``withdraw``: runs and imports, stopping one, taking one back as a whole."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from engine.cli.console import JsonOption, ProjectArg, known_errors, opened, print_json, print_table
from engine.cli.job_words import job_words, made, print_failures

if TYPE_CHECKING:
    from engine.records import JobProgress, JobRecord

JobArg = Annotated[int, typer.Argument(metavar="JOB", help="The job's number, as 'maskwright jobs' shows it.")]


@known_errors
def jobs(
    project: ProjectArg,
    job: Annotated[int | None, typer.Argument(metavar="[JOB]", help="Show this one with what failed and why.")] = None,
    as_json: JsonOption = False,
) -> None:
    """List the project's jobs: automatic runs and imports, newest first, and how far they are.

    [bold]Examples[/bold]

      maskwright jobs street.maskwright

      maskwright jobs street.maskwright 3
    """
    with opened(project) as workspace, workspace.read() as reader:
        found = reader.jobs.all() if job is None else [reader.jobs.get(job)]
        progress = {each.id: reader.jobs.progress(each.id) for each in found}
        failures = [] if job is None else reader.jobs.failures(job)
        account = {} if job is None else reader.jobs.account(job)
    if as_json:
        told = [job_words(each, progress[each.id], failures, account) for each in found]
        print_json(told if job is None else told[0])
        return
    rows = [_row(each, progress[each.id]) for each in found]
    print_table("", ("number", "kind", "state", "when", "images", "stored", "time left", "with"), rows)
    if job is not None and found[0].error:
        typer.echo(found[0].error)
    print_failures(failures)


def _row(job: JobRecord, progress: JobProgress) -> tuple[str, ...]:
    from engine.measure.words import duration

    done = f"{progress.ended:,} of {progress.total:,}" if progress.total else ""
    failed = f" ({progress.failed:,} failed)" if progress.failed else ""
    left = duration(progress.left) if progress.left and progress.alive else ""
    state = str(job.state)
    if state == "running" and not progress.alive:
        state = "running, but nobody works on it"
    what = str(job.params.get("file", "")) or " ".join(filter(None, (job.backend, str(job.params.get("preset", "")))))
    masks = f"{progress.instances:,}" if progress.total else ""
    return str(job.id), job.kind, state, f"{job.created_at:%Y-%m-%d %H:%M} UTC", done + failed, masks, left, what


@known_errors
def cancel(project: ProjectArg, job: JobArg) -> None:
    """Stop a job, wherever it runs. What it stored stays; go on with --resume, or take them back with 'withdraw'.

    [bold]Example[/bold]

      maskwright cancel street.maskwright 3
    """
    from engine.ops.jobs import CancelJob

    with opened(project) as workspace:
        workspace.execute(CancelJob(job))
        with workspace.read() as reader:
            progress, things = reader.jobs.progress(job), made(reader.jobs.get(job))
    typer.echo(f"Job {job} is cancelled: {progress.instances:,} {things} on {progress.done:,} images stay.")


@known_errors
def withdraw(
    project: ProjectArg,
    job: JobArg,
    as_json: JsonOption = False,
) -> None:
    """Take out what a job or import stored, save for what a person has changed or reviewed since.

    [bold]Example[/bold]

      maskwright withdraw street.maskwright 3
    """
    from engine.ops.imports import WithdrawJob

    with opened(project) as workspace:
        done = workspace.execute(WithdrawJob(job)).value
    if as_json:
        print_json({"removed": done.removed, "kept": done.kept})
        return
    typer.echo(f"{done.removed} instances removed, {done.kept} kept because somebody has worked on them since.")
