"""``maskwright box2mask``: boxes become proposed masks, as a job that survives its program."""

from __future__ import annotations

from typing import Annotated

import typer

from engine.cli.console import JsonOption, ProjectArg, known_errors, opened
from engine.cli.job_watch import alone, resumed, run_and_tell


@known_errors
def box2mask(
    project: ProjectArg,
    backend: Annotated[str, typer.Option("--backend", metavar="NAME", help="Who answers; the best by default.")] = "",
    images: Annotated[
        list[str] | None,
        typer.Option("--images", metavar="QUERY", help="Which images; all by default. Repeat it for more."),
    ] = None,
    workers: Annotated[int, typer.Option("--workers", min=1, max=64, help="Processes that share the images.")] = 1,
    once: Annotated[bool, typer.Option("--once", help="Do not ask a second time with box and first mask.")] = False,
    device: Annotated[str | None, typer.Option("--device", help="cpu, cuda, mps; the best by default.")] = None,
    time_limit: Annotated[
        float, typer.Option("--time-limit", metavar="SECONDS", help="Longest work on one image or box.")
    ] = 600.0,
    resume: Annotated[int | None, typer.Option("--resume", metavar="JOB", help="Go on with this job.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Make a mask of every box that has none. They are proposals with the box as their prompt, to be reviewed.

    The boxes stay as they are, and a box that a mask was made from is not asked again. QUERY is as for auto. Stopped
    by Ctrl+C or a crash, the job goes on with --resume; 'maskwright withdraw' takes a run back as a whole.

    [bold]Examples[/bold]

      maskwright import street.maskwright dataset/ --format yolo

      maskwright box2mask street.maskwright

      maskwright review street.maskwright
    """
    if resume is not None:
        alone(backend, images, once, device)
    from engine.jobs.boxes import create_box_job
    from engine.jobs.planning import plan
    from engine.stages.boxes import BoxParams
    from models import registry

    with opened(project) as workspace:
        if resume is not None:
            job_id = resumed(workspace, resume)
        else:
            with workspace.read() as reader:
                image_ids = plan(reader, images or [])
            job_id = create_box_job(
                workspace,
                backend or registry.default("mask").name,
                BoxParams(second_pass=not once),
                image_ids,
                device=device,
                time_limit=time_limit,
                about={"images": images or []},
            )
        run_and_tell(workspace, project, job_id, workers, as_json=as_json)
