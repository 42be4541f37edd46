"""``maskwright history``, ``undo`` and ``redo``: who did what, and taking it back."""

from __future__ import annotations

from typing import Annotated

import typer

from engine.cli.console import JsonOption, ProjectArg, find_image, known_errors, opened, print_json, print_table

ImageOption = Annotated[
    str | None, typer.Option("--image", metavar="PATH", help="An image, by its path as listed or its file.")
]


@known_errors
def history(
    project: ProjectArg,
    image: ImageOption = None,
    limit: Annotated[int, typer.Option("--limit", min=1, help="How many steps to show.")] = 50,
    as_json: JsonOption = False,
) -> None:
    """Show what was done, newest first: the audit trail.

    [bold]Examples[/bold]

      maskwright history street.maskwright

      maskwright history street.maskwright --image north/0001.jpg --json
    """
    with opened(project) as workspace, workspace.read() as reader:
        image_id = None if image is None else find_image(reader, image).id
        steps = reader.history(image_id, limit=limit)
    if as_json:
        print_json(
            [
                {
                    "id": step.id,
                    "title": step.title,
                    "op": step.op,
                    "author": step.author,
                    "at": step.at,
                    "image_id": step.image_id,
                    "state": step.state,
                    "undone_by": step.undone_by,
                }
                for step in steps
            ]
        )
        return
    rows = [(str(s.id), f"{s.at:%Y-%m-%d %H:%M:%S} UTC", s.author, s.title, s.state) for s in steps]
    print_table("", ("number", "when", "who", "what", "state"), rows)


@known_errors
def undo(project: ProjectArg, image: ImageOption = None) -> None:
    """Take back the newest step on an image, or without --image the newest on the whole project.

    [bold]Example[/bold]

      maskwright undo street.maskwright --image north/0001.jpg
    """
    _turn(project, image, back=True)


@known_errors
def redo(project: ProjectArg, image: ImageOption = None) -> None:
    """Do again what was undone last on an image, or without --image on the whole project."""
    _turn(project, image, back=False)


def _turn(project: str, image: str | None, *, back: bool) -> None:
    with opened(project) as workspace:
        image_id: int | None = None
        if image is not None:
            with workspace.read() as reader:
                image_id = find_image(reader, image).id
        outcome = workspace.undo(image_id) if back else workspace.redo(image_id)
    typer.echo(f"{'Undone' if back else 'Done again'}: {outcome.title}")
