"""``maskwright find``: words become proposed masks, as a job that survives its program."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from engine.cli.console import JsonOption, ProjectArg, known_errors, opened, say
from engine.cli.job_watch import alone, resumed, run_and_tell

if TYPE_CHECKING:
    from engine.workspace import Workspace


@known_errors
def find(
    project: ProjectArg,
    text: Annotated[
        str, typer.Option("--text", metavar="WORDS", help='What to find, parted by commas: "dog, person".')
    ] = "",
    detector: Annotated[
        str, typer.Option("--detector", metavar="NAME", help="Who looks for the words; the best by default.")
    ] = "",
    backend: Annotated[str, typer.Option("--backend", metavar="NAME", help="Who makes masks of the boxes.")] = "",
    images: Annotated[
        list[str] | None,
        typer.Option("--images", metavar="QUERY", help="Which images; all by default. Repeat it for more."),
    ] = None,
    min_score: Annotated[
        float | None, typer.Option("--min-score", help="The detector's least score, 0 to 1; its authors' by default.")
    ] = None,
    create_labels: Annotated[
        bool, typer.Option("--create-labels", help="Make a label of each word that finds something and has none.")
    ] = False,
    workers: Annotated[int, typer.Option("--workers", min=1, max=64, help="Processes that share the images.")] = 1,
    device: Annotated[str | None, typer.Option("--device", help="cpu, cuda, mps; the best by default.")] = None,
    time_limit: Annotated[
        float, typer.Option("--time-limit", metavar="SECONDS", help="Longest work on one image or box.")
    ] = 600.0,
    resume: Annotated[int | None, typer.Option("--resume", metavar="JOB", help="Go on with this job.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Find what words name and make a mask of each. They are proposals with words and box as their prompt.

    A detector finds boxes for the words, a backend makes the masks. A word that means a label of the project ("dogs",
    "Dog") gives its masks that label. What is stored already is not proposed again. QUERY is as for auto. Stopped by
    Ctrl+C or a crash, the job goes on with --resume; 'maskwright withdraw' takes a run back as a whole.

    [bold]Examples[/bold]

      maskwright find street.maskwright --text "dog, person, traffic light"

      maskwright find street.maskwright --text bicycles --images state:todo --min-score 0.4 --create-labels

      maskwright review street.maskwright
    """
    if resume is not None:
        alone(text, detector, backend, images, min_score is not None, create_labels, device)

    with opened(project) as workspace:
        if resume is not None:
            job_id = resumed(workspace, resume)
        else:
            job_id = _created(
                workspace, text, detector, backend, images or [], min_score, device, time_limit, new=create_labels
            )
        run_and_tell(workspace, project, job_id, workers, as_json=as_json)


def _created(
    workspace: Workspace,
    text: str,
    detector: str,
    backend: str,
    queries: list[str],
    min_score: float | None,
    device: str | None,
    time_limit: float,
    *,
    new: bool,
) -> int:
    from engine.jobs.choosing import default_backend
    from engine.jobs.planning import plan
    from engine.jobs.words import FindRequest, word_job
    from engine.stages.wording import parse

    request = FindRequest(parse(text), detector, min_score, new)
    with workspace.read() as reader:
        op = word_job(
            reader,
            backend or default_backend("mask"),
            request,
            plan(reader, queries),
            device=device,
            time_limit=time_limit,
            about={"images": queries},
        )
    missing = ", ".join(f"'{word}'" for word in op.params.unlabelled)
    if missing and new:
        say(f"The project has no label for {missing}: one is made when something is found.")
    elif missing:
        say(f"The project has no label for {missing}: such masks come without one; --create-labels makes them.")
    return workspace.execute(op).value
