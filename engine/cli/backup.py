"""``maskwright backup``: a consistent copy, even while others work."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from engine.cli.console import known_errors


@known_errors
def backup(
    project: Annotated[Path, typer.Argument(metavar="PROJECT", help="A .maskwright file.")],
    copy: Annotated[Path, typer.Argument(metavar="COPY", help="The copy to make; must not exist yet.")],
) -> None:
    """Copy a project file, consistent even while somebody annotates.

    Images are not part of it. A copy in another folder finds them only if they lie at the same place relative to it.

    [bold]Example[/bold]

      maskwright backup street.maskwright backups/street-monday.maskwright
    """
    from engine.errors import CannotWrite
    from engine.storage.project_file import back_up, check_header

    check_header(project)
    if copy.exists():
        raise CannotWrite(f"{copy} exists already. Choose another name.")
    try:
        copy.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise CannotWrite(f"{copy.parent} cannot be made: {error.strerror}.") from error
    back_up(project, copy)
    typer.echo(f"{copy} ({copy.stat().st_size:,} bytes)")
