"""``maskwright auto`` and the hidden ``run-job``: masks of everything, as a job that survives its program."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from engine.cli.console import JsonOption, ProjectArg, known_errors, opened
from engine.cli.job_watch import alone, resumed, run_and_tell

if TYPE_CHECKING:
    from engine.stages.params import AutoParams
    from engine.workspace import Workspace


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
    if resume is not None:
        alone(backend, preset != "default", images, min_score, min_stability, constants, device, fill_in)
    with opened(project) as workspace:
        if resume is not None:
            job_id = resumed(workspace, resume)
        else:
            if fill_in:
                min_score, min_stability = _floor(min_score, min_stability)
            params = _params(preset, min_score, min_stability, constants or [])
            about = {"preset": preset, "images": images or []}
            job_id = _created(workspace, backend, params, images or [], device, time_limit, about, fill_in=fill_in)
        run_and_tell(workspace, project, job_id, workers, as_json=as_json)


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
