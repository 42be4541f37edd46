"""``maskwright check``: is a project sound?"""

from __future__ import annotations

from typing import Annotated

import typer

from engine.cli.console import JsonOption, ProjectArg, known_errors, opened, print_json, print_table, progress


@known_errors
def check(
    project: ProjectArg,
    data: Annotated[bool, typer.Option("--data", help="Look at the annotations instead of the files.")] = False,
    repair: Annotated[
        list[str] | None,
        typer.Option("--repair", metavar="KIND", help="With --data: repair this kind, or all. Repeat it for more."),
    ] = None,
    label: Annotated[str, typer.Option("--label", metavar="NAME", help="What those without a label get.")] = "",
    images: Annotated[bool, typer.Option("--images/--no-images", help="Also read every image file.")] = True,
    as_json: JsonOption = False,
) -> None:
    """Check a project: database, masks, boxes, image files. Nothing is changed; exit code 1 if anything is found.

    With --data the annotations are looked at: tiny islands, the same object twice, overlaps, boxes off the image, masks
    that disagree with their box, missing labels, joints outside the mask. A repair is one step for each image, which
    'maskwright undo' takes back.

    [bold]Examples[/bold]

      maskwright check street.maskwright

      maskwright check street.maskwright --no-images --json

      maskwright check street.maskwright --data

      maskwright check street.maskwright --data --repair islands --repair duplicates
    """
    if data:
        from engine.cli.check_data import check_data

        check_data(project, repair or [], label, as_json=as_json)
        return
    if repair or label:
        raise typer.BadParameter("it is for --data.", param_hint="--repair" if repair else "--label")
    from engine.check import check as examine

    with opened(project) as workspace, progress("Checking") as control:
        report = examine(workspace, images=images, control=control)
    if as_json:
        print_json(report.to_json())
    else:
        looked = ", ".join(f"{number} {what}" for what, number in report.looked_at.items())
        typer.echo(f"Looked at the database, {looked}: {'all is well.' if report.ok else 'not all is well.'}")
        if not report.ok:
            rows = [(str(line.count), line.what, line.text, ", ".join(line.examples)) for line in report.findings]
            print_table("Found", ("count", "what", "finding", "for example"), rows)
    if not report.ok:
        raise typer.Exit(1)
