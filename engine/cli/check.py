"""``maskwright check``: is a project sound?"""

from __future__ import annotations

from typing import Annotated

import typer

from engine.cli.console import JsonOption, ProjectArg, known_errors, opened, print_json, print_table, progress


@known_errors
def check(
    project: ProjectArg,
    images: Annotated[bool, typer.Option("--images/--no-images", help="Also read every image file.")] = True,
    as_json: JsonOption = False,
) -> None:
    """Check a project: database, masks, boxes, image files. Nothing is changed; exit code 1 if anything is found.

    [bold]Examples[/bold]

      maskwright check street.maskwright

      maskwright check street.maskwright --no-images --json
    """
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
