"""``maskwright gui``: open the window, in a process of its own so that this storey knows no Qt."""

from __future__ import annotations

import subprocess
import sys
from typing import Annotated

import typer

from engine.cli.console import known_errors, say


@known_errors
def gui(
    project: Annotated[
        str | None, typer.Argument(metavar="[PROJECT]", help="The project to open; without it the start page shows.")
    ] = None,
) -> None:
    """Open the window.

    [bold]Examples[/bold]

      maskwright gui

      maskwright gui street.maskwright
    """
    raise typer.Exit(open_window(project))


def open_window(project: str | None) -> int:
    """Run the window until it is closed and return its exit code; 1 and a line on stderr where there is no display."""
    from engine.doctor import has_display

    if not has_display():
        say("There is no display, so no window can open. 'maskwright demo --headless' shows the rest; see --help.")
        return 1
    # -P: a folder called "annotator" or "models" where we were started must not come before ours.
    command = [sys.executable, "-P", "-m", "annotator", *([project] if project else [])]
    return subprocess.run(command, check=False).returncode
