"""``maskwright jobs`` and ``withdraw``: runs and imports, and taking one back as a whole."""

from __future__ import annotations

from typing import Annotated

import typer

from engine.cli.console import JsonOption, ProjectArg, known_errors, opened, print_json, print_table


@known_errors
def jobs(project: ProjectArg, as_json: JsonOption = False) -> None:
    """List the project's jobs: automatic runs and imports, newest first."""
    with opened(project) as workspace, workspace.read() as reader:
        found = reader.jobs.all()
    if as_json:
        print_json(
            [
                {
                    "id": job.id,
                    "kind": job.kind,
                    "state": job.state,
                    "author": job.author,
                    "at": job.created_at,
                    "params": job.params,
                }
                for job in found
            ]
        )
        return
    rows = [
        (str(job.id), job.kind, job.state, f"{job.created_at:%Y-%m-%d %H:%M} UTC", str(job.params.get("file", "")))
        for job in found
    ]
    print_table("", ("number", "kind", "state", "when", "file"), rows)


@known_errors
def withdraw(
    project: ProjectArg,
    job: Annotated[int, typer.Argument(metavar="JOB", help="The job's number, as 'maskwright jobs' shows it.")],
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
