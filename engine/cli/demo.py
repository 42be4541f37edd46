"""``maskwright demo``: a sample project to try, in the window or without one."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from engine.cli.console import JsonOption, known_errors, print_json, progress
from engine.cli.gui import open_window


@known_errors
def demo(
    headless: Annotated[
        bool, typer.Option("--headless", help="Open no window: make masks, a COCO file and preview pictures.")
    ] = False,
    folder: Annotated[
        Path | None, typer.Option("--dir", metavar="DIR", help="Where to put it (default: your data folder).")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Make the sample project and open it.

    The photographs come with scikit-image; nothing is downloaded. What is there from an earlier run is kept. Without a
    display, or with --headless, the default backend makes masks of the sample objects instead.

    [bold]Examples[/bold]

      maskwright demo

      maskwright demo --headless --dir demo/
    """
    from engine.doctor import has_display

    place = folder or _default_folder()
    if not headless and has_display():
        from engine.demo import make_sample

        raise typer.Exit(open_window(str(make_sample(place))))
    if not headless and not as_json:
        typer.echo("There is no display, so no window can open. Doing the same job without one.")
    from engine.demo import run_headless

    with progress("Making masks") as control:
        report = run_headless(place, control=control)
    if as_json:
        print_json(
            {
                "project": str(report.project),
                "coco": str(report.coco_file),
                "previews": [str(each) for each in report.previews],
                "backend": report.backend,
                "made": report.made,
                "instances": report.instances,
            }
        )
        return
    made = f"{report.made} masks made by '{report.backend}'" if report.made else "masks were there already"
    typer.echo(f"Project   {report.project} ({report.instances} instances; {made})")
    typer.echo(f"COCO      {report.coco_file} ({report.export.count('annotations').went_out} annotations)")
    typer.echo(f"Pictures  {report.previews[0].parent} ({len(report.previews)} files)")
    typer.echo(f"Open it on a machine with a display: maskwright gui {report.project}")


def _default_folder() -> Path:
    import platformdirs

    return platformdirs.user_data_path("maskwright", appauthor=False) / "demo"
