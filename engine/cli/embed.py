"""``maskwright embed``: images encoded ahead, so that the first click on each is answered at once."""

from __future__ import annotations

from typing import Annotated

import typer

from engine.cli.console import JsonOption, ProjectArg, known_errors, opened, print_json, print_table, progress, say


@known_errors
def embed(
    project: ProjectArg,
    backend: Annotated[
        str, typer.Option("--backend", metavar="NAME", help="Who encodes; the default one if empty.")
    ] = "",
    images: Annotated[
        list[str] | None,
        typer.Option("--images", metavar="QUERY", help="Which images, as for 'maskwright auto'. Repeat it for more."),
    ] = None,
    device: Annotated[str | None, typer.Option("--device", help="cpu, cuda, mps; the best by default.")] = None,
    size: Annotated[float, typer.Option("--size", metavar="GB", min=0, help="Disk space for all embeddings.")] = 4.0,
    as_json: JsonOption = False,
) -> None:
    """Encode a project's images ahead and keep the result on disk. Stopped at any moment, it goes on the next time."""
    from engine.inference.ahead import embed as fill
    from engine.inference.settings import GIB, CacheSettings
    from engine.jobs.planning import plan
    from models import registry

    chosen = backend or registry.default("mask").name
    with opened(project) as workspace, workspace.read() as reader:
        records = reader.images.some(plan(reader, images or []))
    with progress("Encoding") as control:
        done = fill(records, chosen, CacheSettings(disk_bytes=int(size * GIB)), device=device, control=control)
    if as_json:
        told = {"asked": done.asked, "made": done.made, "there": done.there, "full": done.full}
        print_json({"backend": chosen, **told, "failed": [{"image": name, "why": why} for name, why in done.failed]})
    else:
        say(f"{chosen}: {done.made} images encoded, {done.there} were there already, {len(done.failed)} failed.")
        if done.failed:
            print_table("", ("image", "why"), done.failed)
    if done.full:
        say(f"The disk space ({size:g} GB) was spent before all images were done. Give more with --size.")
        raise typer.Exit(1)
    if done.failed:
        raise typer.Exit(1)
