"""``maskwright train``: a backend learns from labelled photographs."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer

from engine.cli.console import known_errors, say


@known_errors
def train(
    backend: Annotated[str, typer.Argument(metavar="BACKEND", help="What to train, for instance compact.")],
    data: Annotated[
        list[Path] | None,
        typer.Option("--data", metavar="PATH", help="A folder of labelled photographs or a project; repeatable."),
    ] = None,
    coco: Annotated[
        list[Path] | None, typer.Option("--coco", metavar="FILE", help="A COCO file; needs --images.")
    ] = None,
    images: Annotated[Path | None, typer.Option("--images", metavar="DIR", help="The images of --coco.")] = None,
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="Where the training and its weights are kept.")] = (
        Path("training")
    ),
    minutes: Annotated[float, typer.Option("--minutes", min=0.01, help="How long, in processor minutes a thread.")] = (
        60.0
    ),
    start: Annotated[Path | None, typer.Option("--start", metavar="FILE", help="Go on from these weights.")] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Go on with the training in --out.")] = False,
    device: Annotated[str | None, typer.Option("--device", help="cpu, cuda, mps; the best by default.")] = None,
    label: Annotated[
        str, typer.Option("--label", metavar="NAME", help="Of projects, learn from this class only.")
    ] = "",
    threads: Annotated[int, typer.Option("--threads", min=0, help="Processor threads; 0 takes all.")] = 0,
) -> None:
    """Train a backend. It can be stopped at any moment and goes on with --resume.

    One photograph in seven, by a hash of its file name, is kept from training and measures it. To use the weights, put
    the file named at the end into the folder that MASKWRIGHT_WEIGHTS names.

    [bold]Examples[/bold]

      maskwright train compact --data photos/ --minutes 60 --out training/

      maskwright train compact --data street.maskwright --start compact.safetensors --minutes 10

      maskwright train pose --data people/ --data dance.maskwright --label dancer --minutes 60

      maskwright train deeppose --data tools.maskwright --minutes 20
    """
    from engine.errors import InvalidOp
    from engine.training import TrainingOrder
    from engine.training import train as run

    if coco and images is None:
        raise InvalidOp("--coco needs --images, the folder of its photographs.")
    pairs = tuple((file, images) for file in coco or [] if images is not None)
    order = TrainingOrder(
        backend, tuple(data or []), out, pairs,
        minutes=minutes, resume=resume, device=device, threads=threads, start=start, label=label,
    )  # fmt: skip
    with _shown() as told:
        weights = run(order, told)
    typer.echo(str(weights))


@contextmanager
def _shown() -> Iterator[Callable[[Mapping[str, Any]], None]]:
    """Show a bar with loss and validation IoU where a person watches, else one line a validation."""
    if not sys.stderr.isatty():
        yield _say_validation
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("Reading the photographs", total=1.0)
        held = ""

        def told(line: Mapping[str, Any]) -> None:
            nonlocal held
            held = _held(line) or held
            if "loss" in line:
                bar.update(
                    task, description=f"Step {line['step']}  loss {line['loss']:.3g}  {held}", completed=line["done"]
                )

        yield told


def _say_validation(line: Mapping[str, Any]) -> None:
    if words := _held(line):
        say(f"step {line['step']}, {line['minutes']:.1f} min: {words}")


def _held(line: Mapping[str, Any]) -> str:
    """Return in words what a line tells of the validation part; nothing where it does not."""
    if "held_1" in line:
        return f"held-out IoU {line['held_1']:.3f} after 1 click, {line['held_5']:.3f} after 5"
    if "held_close" in line:
        return f"held-out joints within 5 / 10 % of the box: {line['held_near']:.3f} / {line['held_close']:.3f}"
    return ""
