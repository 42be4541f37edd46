"""``maskwright import``: another tool's file into a project."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from engine.cli.console import JsonOption, ProjectArg, known_errors, opened, print_report, progress


class Format(StrEnum):
    """Formats that can be read."""

    COCO = "coco"
    YOLO = "yolo"
    VOC = "voc"


class As(StrEnum):
    """The state in which imported instances are stored."""

    ACCEPTED = "accepted"
    PROPOSED = "proposed"


@known_errors
def bring(
    project: ProjectArg,
    file: Annotated[
        Path,
        typer.Argument(metavar="FILE", help="The file to import (yolo, voc: the dataset's folder, or one file of it)."),
    ],
    format_: Annotated[
        Format,
        typer.Option("--format", help="coco is one JSON file; yolo a folder of text files; voc a folder of XML files."),
    ] = Format.COCO,
    images: Annotated[
        Path | None,
        typer.Option("--images", metavar="DIR", help="The folder that the file's image names are relative to."),
    ] = None,
    state: Annotated[As, typer.Option("--as", help="Store as accepted, or as proposed for review.")] = As.ACCEPTED,
    as_json: JsonOption = False,
) -> None:
    """Import annotations. All is stored or nothing; importing twice stores nothing twice.

    Images are matched by path below --images, then by unique base name; those found there but not yet in the project
    are added. For yolo and voc, --images is the dataset's own folder unless given. A table says what came in, what
    was dropped, and why.

    [bold]Examples[/bold]

      maskwright import street.maskwright instances.json --images photos/

      maskwright import street.maskwright machine.json --images photos/ --as proposed

      maskwright import street.maskwright dataset/data.yaml --format yolo
    """
    from engine.formats import coco, voc, yolo
    from engine.records import State

    read = {Format.COCO: coco.read, Format.YOLO: yolo.read, Format.VOC: voc.read}[format_]

    with opened(project) as workspace, progress(f"Importing {format_}") as control:
        report = read(workspace, file, images=images, state=State(state), control=control)
    print_report(report, as_json=as_json)
