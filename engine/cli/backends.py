"""``maskwright backends``: which models can help here, and how to bring the weights of those that cannot yet."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from engine.cli.console import JsonOption, bytes_shown, known_errors, print_json, print_table, say

app = typer.Typer(help="List the backends; fetch or add the weights of those that need some.", no_args_is_help=False)
NameArg = Annotated[str, typer.Argument(metavar="NAME", help="A backend, as 'maskwright backends' lists it.")]


@app.callback(invoke_without_command=True)
@known_errors
def backends(
    context: typer.Context,
    everything: Annotated[bool, typer.Option("--all", help="Also list test doubles.")] = False,
    as_json: JsonOption = False,
) -> None:
    """List the backends, those that cannot be used with the reason. The first of a task is its default."""
    if context.invoked_subcommand is not None:
        return
    from models import registry

    listed = [status for status in registry.available() if everything or not status.spec.hidden]
    if as_json:
        print_json(
            [
                {
                    "name": status.spec.name,
                    "task": status.spec.task,
                    "title": status.spec.title,
                    "prompts": sorted(status.spec.prompts),
                    "licence": status.spec.licence,
                    "available": status.available,
                    "reason": status.reason,
                }
                for status in listed
            ]
        )
        return
    rows = [
        (
            status.spec.name,
            status.spec.task,
            "yes" if status.available else "no",
            ", ".join(sorted(status.spec.prompts)),
            status.reason or status.spec.description,
        )
        for status in listed
    ]
    print_table("", ("name", "task", "ready", "prompts", ""), rows)
    if any(not status.available and status.spec.weights for status in listed):
        say("'backends info NAME' tells sizes and licences; for files you have: maskwright backends add NAME PATH")


@app.command("info")
@known_errors
def info(name: NameArg, as_json: JsonOption = False) -> None:
    """Tell what a backend is, where its weights lie or come from, how large they are and under which licence."""
    from engine.measure.words import size
    from models import keeping, registry

    status = next((each for each in registry.available() if each.spec.name == name), None)
    spec = registry.find(name) if status is None else status.spec
    weights = spec.weights
    where = None if weights is None else keeping.kept(name)
    told = {
        "name": spec.name,
        "title": spec.title,
        "description": spec.description,
        "ready": status is not None and status.available,
        "reason": "" if status is None else status.reason,
        "file": "" if weights is None else weights.file,
        "bytes": 0 if weights is None else weights.bytes,
        "licence": spec.licence if weights is None else weights.licence,
        "from": "" if weights is None else keeping.address(weights),
        "kept": "" if where is None else str(where),
    }
    if as_json:
        print_json(told)
        return
    count = 0 if weights is None else weights.bytes
    shown = told | {"ready": "yes" if told["ready"] else "no", "bytes": size(count) if count else ""}
    print_table("", ("", ""), [(key, str(value)) for key, value in shown.items() if value])


@app.command("pull")
@known_errors
def pull(
    name: NameArg,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask before fetching.")] = False,
) -> None:
    """Fetch the weights of a backend from their authors; interrupted, it goes on where it stopped the next time.

    MASKWRIGHT_MIRROR names another address to fetch from; MASKWRIGHT_WEIGHTS names a folder of weights for machines
    without a network.
    """
    from engine.measure.words import size
    from models import keeping

    weights = keeping.described(name)[1]
    say(f"{weights.file}: {size(weights.bytes)} from {keeping.address(weights)}, licence {weights.licence}")
    if weights.accept:
        say(f"This licence must be accepted: {weights.accept}")
    if not yes and not typer.confirm("Fetch it?", err=True):
        raise typer.Exit(1)
    with bytes_shown(weights.file) as shown:
        path = keeping.pull(name, progress=shown)
    say(f"Kept as {path}. {_use(name)}")


@app.command("add")
@known_errors
def add(
    name: NameArg,
    path: Annotated[Path, typer.Argument(metavar="PATH", help="The authors' file, or a Hugging Face folder.")],
) -> None:
    """Copy weights that are on this machine to where the backend finds them, after loading them once."""
    from models import keeping

    say(f"Kept as {keeping.add(name, path)}. {_use(name)}")


def _use(name: str) -> str:
    """Say how a backend is chosen: detectors are asked beside the one that makes masks."""
    from models import keeping

    option = "--detector" if keeping.described(name)[0].task == "detect" else "--backend"
    return f"Use it with {option} {name}."


@app.command("clear")
@known_errors
def clear() -> None:
    """Delete all encoded images that are kept on disk; they are encoded again when they are needed."""
    from engine.inference.disk_cache import DiskCache
    from engine.inference.settings import default_folder
    from engine.measure.words import size

    say(f"Freed {size(DiskCache(default_folder(), 0).clear())}.")


@app.command("remove")
@known_errors
def remove(name: NameArg) -> None:
    """Delete the weights that were fetched or added for a backend; those in a folder of your own stay."""
    from engine.measure.words import size
    from models import keeping

    say(f"Freed {size(keeping.remove(name))}.")
