"""``maskwright new`` and ``maskwright add``: images into a project."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from engine.cli.console import JsonOption, ProjectArg, known_errors, opened, print_json, print_table, progress

if TYPE_CHECKING:
    from engine.project import AddReport, ClassesReport
    from engine.workspace import Workspace

ImagesArg = Annotated[list[Path], typer.Argument(metavar="IMAGES...", help="Image files and folders of images.")]
ClassesOption = Annotated[
    Path | None, typer.Option("--classes", metavar="FILE", help="A class list: one name a line, UTF-8.")
]


@known_errors
def new(
    project: ProjectArg,
    images: ImagesArg,
    classes: ClassesOption = None,
    name: Annotated[str, typer.Option("--name", help="The project's name (default: the file's).")] = "",
    as_json: JsonOption = False,
) -> None:
    """Make a project of images; the images stay where they are.

    [bold]Examples[/bold]

      maskwright new street.maskwright photos/

      maskwright new street.maskwright photos/ extra.jpg --classes classes.txt
    """
    from engine.project import read_classes, require_images
    from engine.storage.connect import is_url
    from engine.storage.project_file import SUFFIX
    from engine.workspace import Workspace

    require_images(images)
    names = read_classes(classes) if classes is not None else ()
    place = project if is_url(project) or project.endswith(SUFFIX) else project + SUFFIX
    workspace = Workspace.create(place, name=name)
    try:
        _fill(workspace, images, names, as_json=as_json)
    finally:
        workspace.close()


@known_errors
def add(project: ProjectArg, images: ImagesArg, classes: ClassesOption = None, as_json: JsonOption = False) -> None:
    """Add images to a project; those it has already are left alone.

    [bold]Examples[/bold]

      maskwright add street.maskwright more-photos/

      maskwright add street.maskwright one.jpg two.png --json
    """
    from engine.project import read_classes, require_images

    require_images(images)
    names = read_classes(classes) if classes is not None else ()
    with opened(project) as workspace:
        _fill(workspace, images, names, as_json=as_json)


def _fill(workspace: Workspace, images: list[Path], names: tuple[str, ...], *, as_json: bool) -> None:
    from engine.project import add_classes, add_images

    labels = add_classes(workspace, names)
    with progress("Adding images") as control:
        report = add_images(workspace, images, control=control)
    if as_json:
        print_json({"project": workspace.place, **_plain(report, labels)})
        return
    typer.echo(f"{workspace.place}: {len(report.added)} images added, {len(report.known)} were there already.")
    if names:
        typer.echo(f"Labels: {len(labels.added)} added, {len(labels.known)} were there already.")
    if labels.skipped:
        typer.echo(f"Lines of the class list that name no class: {', '.join(labels.skipped)}")
    if report.unreadable:
        rows = [(str(problem.path), problem.reason) for problem in report.unreadable]
        print_table(f"{len(rows)} could not be read", ("file", "why"), rows)


def _plain(report: AddReport, labels: ClassesReport) -> dict[str, Any]:
    return {
        "added": len(report.added),
        "known": len(report.known),
        "unreadable": [{"path": str(each.path), "reason": each.reason} for each in report.unreadable],
        "labels": {"added": labels.added, "known": labels.known, "skipped": labels.skipped},
    }
