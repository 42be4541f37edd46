"""``maskwright export``: a project into another tool's file."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from engine.cli.console import JsonOption, ProjectArg, known_errors, opened, print_report, progress


class Format(StrEnum):
    """Formats that can be written."""

    COCO = "coco"
    SA1B = "sa1b"
    YOLO = "yolo"
    VOC = "voc"


class Segmentation(StrEnum):
    """How masks are written."""

    RLE = "rle"
    POLYGON = "polygon"


class Task(StrEnum):
    """What a YOLO dataset is for."""

    SEGMENT = "segment"
    DETECT = "detect"


class Which(StrEnum):
    """Which instances are written."""

    ACCEPTED = "accepted"
    PROPOSED = "proposed"
    ALL = "all"


@known_errors
def export(
    project: ProjectArg,
    file: Annotated[
        Path,
        typer.Argument(metavar="FILE", help="The file to write (all but coco: the folder). Replaced when complete."),
    ],
    format_: Annotated[
        Format,
        typer.Option(
            "--format", help="coco is one file; sa1b (masks), yolo and voc (boxes) are a file for each image."
        ),
    ] = Format.COCO,
    segmentation: Annotated[
        Segmentation,
        typer.Option("--segmentation", help="rle keeps every mask exactly; polygon loses holes, and counts it."),
    ] = Segmentation.RLE,
    which: Annotated[
        Which, typer.Option("--state", help="Which instances: all is accepted and proposed, never rejected.")
    ] = Which.ACCEPTED,
    scores: Annotated[
        bool,
        typer.Option(
            "--scores",
            help="coco: add predicted_iou, stability_score, point_coords and crop_box where known (sa1b has them).",
        ),
    ] = False,
    task: Annotated[Task, typer.Option("--task", help="yolo: segment writes outlines, detect boxes.")] = Task.SEGMENT,
    pictures: Annotated[
        bool, typer.Option("--with-images", help="yolo, voc: copy the images into the folder as well.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Export annotations. The same project gives the same bytes.

    [bold]Examples[/bold]

      maskwright export street.maskwright street.json

      maskwright export street.maskwright street.json --segmentation polygon --state all

      maskwright export street.maskwright masks/ --format sa1b --state all

      maskwright export street.maskwright dataset/ --format yolo --with-images
    """
    folders = (Format.YOLO, Format.VOC)
    if format_ is Format.SA1B and segmentation is Segmentation.POLYGON:
        raise typer.BadParameter("sa1b knows run lengths only.", param_hint="--segmentation")
    if format_ in folders and (segmentation is Segmentation.POLYGON or scores):
        raise typer.BadParameter(f"{format_} has no choice of segmentation and no scores.", param_hint="--format")
    if format_ not in folders and pictures:
        raise typer.BadParameter(f"{format_} does not copy images.", param_hint="--with-images")
    if format_ is not Format.YOLO and task is not Task.SEGMENT:
        raise typer.BadParameter("it is for --format yolo only.", param_hint="--task")
    from engine.formats import coco, sa1b, voc, yolo
    from engine.records import State

    states = (State.ACCEPTED, State.PROPOSED) if which is Which.ALL else (State(which),)
    written: coco.Segmentation = "polygon" if segmentation is Segmentation.POLYGON else "rle"
    with opened(project) as workspace, progress(f"Exporting {format_}") as control:
        if format_ is Format.SA1B:
            report = sa1b.write(workspace, file, states=states, control=control)
        elif format_ is Format.YOLO:
            as_: yolo.Task = "detect" if task is Task.DETECT else "segment"
            report = yolo.write(workspace, file, task=as_, states=states, pictures=pictures, control=control)
        elif format_ is Format.VOC:
            report = voc.write(workspace, file, states=states, pictures=pictures, control=control)
        else:
            report = coco.write(workspace, file, segmentation=written, states=states, scores=scores, control=control)
    print_report(report, as_json=as_json)
