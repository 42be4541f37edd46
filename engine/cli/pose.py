"""``maskwright pose``: boxes and masks get proposed poses, as a job that survives its program."""

from __future__ import annotations

from typing import Annotated

import typer

from engine.cli.console import JsonOption, ProjectArg, known_errors, opened
from engine.cli.job_watch import alone, resumed, run_and_tell


@known_errors
def pose(
    project: ProjectArg,
    backend: Annotated[str, typer.Option("--backend", metavar="NAME", help="Who answers; the best by default.")] = "",
    labels: Annotated[
        list[str] | None,
        typer.Option("--label", metavar="NAME", help="Whose poses; all labels with a skeleton by default. Repeatable."),
    ] = None,
    images: Annotated[
        list[str] | None,
        typer.Option("--images", metavar="QUERY", help="Which images; all by default. Repeat it for more."),
    ] = None,
    workers: Annotated[int, typer.Option("--workers", min=1, max=64, help="Processes that share the images.")] = 1,
    device: Annotated[str | None, typer.Option("--device", help="cpu, cuda, mps; the best by default.")] = None,
    time_limit: Annotated[
        float, typer.Option("--time-limit", metavar="SECONDS", help="Longest work on 20 poses of one image.")
    ] = 600.0,
    resume: Annotated[int | None, typer.Option("--resume", metavar="JOB", help="Go on with this job.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Propose a pose for every box or mask that lacks one and whose label has a skeleton.

    Nothing is overwritten: an accepted pose goes over to its box or mask, a rejected one is not proposed again. Joints
    are matched by their names; those that the backend does not know are left to you. QUERY is as for auto. Stopped by
    Ctrl+C or a crash, the job goes on with --resume; 'maskwright withdraw' takes back what nobody has decided yet.

    [bold]Examples[/bold]

      maskwright pose street.maskwright

      maskwright pose street.maskwright --label person --images state:todo

      maskwright review street.maskwright --by joint
    """
    if resume is not None:
        alone(backend, labels, images, device)
    from engine.jobs.choosing import default_backend
    from engine.jobs.planning import plan
    from engine.jobs.poses import create_pose_job

    with opened(project) as workspace:
        if resume is not None:
            job_id = resumed(workspace, resume)
        else:
            with workspace.read() as reader:
                image_ids = plan(reader, images or [])
            job_id = create_pose_job(
                workspace,
                backend or default_backend("pose"),
                image_ids,
                labels=labels or [],
                device=device,
                time_limit=time_limit,
                about={"images": images or []},
            )
        run_and_tell(workspace, project, job_id, workers, as_json=as_json)
