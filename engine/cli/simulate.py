"""``maskwright simulate``: a person with known answers plays the three stages; what each costs and how good it is."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from engine.cli.console import JsonOption, known_errors, print_json, print_table, progress, say


class Where(StrEnum):
    """Where the simulated person clicks."""

    CENTER = "center"
    RANDOM = "random"


@known_errors
def simulate(
    coco: Annotated[Path, typer.Option("--coco", metavar="FILE", help="A COCO instances file: the known answers.")],
    images: Annotated[Path, typer.Option("--images", metavar="DIR", help="The folder of its images.")],
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="Projects, report and pictures go here.")],
    backend: Annotated[
        str, typer.Option("--backend", metavar="NAME", help="Who answers; the default backend if not named.")
    ] = "",
    stages: Annotated[str, typer.Option("--stages", metavar="NAME[,NAME...]", help="What is played.")] = (
        "assisted,semi,auto"
    ),
    protocol: Annotated[Where, typer.Option("--protocol", help="Middle of the largest error, or anywhere in it.")] = (
        Where.CENTER
    ),
    limit: Annotated[int | None, typer.Option("--limit", min=1, help="Take this many images.")] = None,
    good: Annotated[float, typer.Option("--good", min=0, max=1, help="IoU from which a mask is accepted.")] = 0.85,
    patience: Annotated[int, typer.Option("--patience", min=1, max=100, help="Most clicks on an object.")] = 10,
    preset: Annotated[str, typer.Option("--preset", help="Of the automatic stage: fast, default, sa1b.")] = "default",
    score: Annotated[
        float | None, typer.Option("--min-score", min=0, max=1, help="Predicted IoU filled in and kept.")
    ] = None,
    stability: Annotated[
        float | None, typer.Option("--min-stability", min=0, max=1, help="Stability filled in and kept.")
    ] = None,
    seed: Annotated[int, typer.Option("--seed", min=0, help="Of the random clicks.")] = 1,
    device: Annotated[str | None, typer.Option("--device", help="cpu, cuda, mps; the best by default.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Play an annotator who knows the answers through the stages, in real projects that you can open afterwards.

    [bold]Example[/bold]

      maskwright simulate --coco val.json --images photos/ --backend compact --limit 20 --out simulation/
    """
    from engine.simulate import report
    from engine.simulate.habits import Habits
    from engine.simulate.run import Simulation, params_of, stages_named
    from engine.simulate.run import simulate as play
    from models import registry

    filled, kept = params_of(preset, score, stability)
    order = Simulation(
        coco, images, out, backend or registry.default("mask").name,
        stages=stages_named(stages), habits=Habits(good=good, patience=patience, protocol=protocol.value),
        limit=limit, seed=seed, device=device, prefill=filled, auto=kept,
    )  # fmt: skip
    with progress("Annotating") as control:
        result = play(order, control=control)
    files = report.write(result)
    if as_json:
        print_json(report.to_json(result))
        return
    figures = result.figures()
    title = f"{figures[0]['images']} images, {figures[0]['objects']} objects, {order.backend}, {protocol.value} clicks"
    print_table(title, ("", *(each["stage"] for each in figures)), report.table(figures))
    told = report.verdict(figures)
    if told:
        typer.echo(told)
    say(f"Wrote {files[-1]}; the projects beside it open in the window.")
