"""What every command shares: opening a project, progress on stderr, tables or JSON on stdout, errors as exit codes."""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Any, ParamSpec, TypeVar

import typer

if TYPE_CHECKING:
    from rich.console import Console

    from engine.control import Control
    from engine.records import ImageRecord
    from engine.report import Report
    from engine.storage.reader import Reader
    from engine.workspace import Workspace

P = ParamSpec("P")
R = TypeVar("R")

ProjectArg = Annotated[
    str, typer.Argument(metavar="PROJECT", help="A .maskwright file, or a database URL (postgresql://...).")
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON object on stdout, for scripts.")]

KNOWN_ERROR = 1
INTERRUPTED = 130


def known_errors(command: Callable[P, R]) -> Callable[P, R]:
    """Turn a known error into one line on stderr and exit code 1, Ctrl+C into 130; bugs pass with their traceback."""

    @functools.wraps(command)
    def wrapped(*args: P.args, **kwargs: P.kwargs) -> R:
        from engine.errors import EngineError
        from models.errors import ModelError

        try:
            return command(*args, **kwargs)
        except (EngineError, ModelError) as error:
            say(" ".join(str(error).split()))
            raise typer.Exit(KNOWN_ERROR) from error
        except KeyboardInterrupt as error:
            say("Interrupted. Nothing was left half-done.")
            raise typer.Exit(INTERRUPTED) from error

    return wrapped


def say(text: str) -> None:
    """Write one line to stderr."""
    typer.echo(f"maskwright: {text}", err=True)


@contextmanager
def opened(project: str) -> Iterator[Workspace]:
    """Open a project for the length of a command."""
    from engine.workspace import Workspace

    workspace = Workspace.open(project)
    try:
        yield workspace
    finally:
        workspace.close()


@contextmanager
def progress(what: str) -> Iterator[Control]:
    """Show a progress bar on stderr where a person watches; otherwise stay quiet."""
    from engine.control import QUIET, Control

    if not sys.stderr.isatty():
        yield QUIET
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(what, total=None)
        yield Control(lambda done, total: bar.update(task, completed=done, total=total))


@contextmanager
def bytes_shown(what: str) -> Iterator[Callable[[int, int | None], None]]:
    """Show how much of a download is here where a person watches; otherwise stay quiet."""
    if not sys.stderr.isatty():
        yield lambda done, total: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TimeRemainingColumn, TransferSpeedColumn

    columns = (BarColumn(), DownloadColumn(), TransferSpeedColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(what, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def print_json(value: Any) -> None:
    """Print one JSON object on stdout."""
    import orjson

    typer.echo(orjson.dumps(value, option=orjson.OPT_INDENT_2).decode())


def out() -> Console:
    """Return Rich's console on stdout; wide where nobody watches, so that lines are not broken in files."""
    from rich.console import Console

    return Console(soft_wrap=True, highlight=False) if sys.stdout.isatty() else Console(width=200, highlight=False)


def print_table(title: str, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print a table; cells are plain text."""
    from rich import box
    from rich.table import Table
    from rich.text import Text

    table = Table(box=box.SIMPLE_HEAD)
    for column in columns:
        table.add_column(column, justify="right" if column in ("in", "out", "count", "number") else "left")
    for row in rows:
        table.add_row(*(Text(cell) for cell in row))
    console = out()
    if title:
        console.print(Text(title, style="bold"))
    console.print(table)


def print_report(report: Report, *, as_json: bool) -> None:
    """Print the account of an import or export: in, out, dropped and why."""
    if as_json:
        print_json(report.to_json())
        return
    rows = [(line.what, str(line.came_in), str(line.went_out), str(report.drops(line.what))) for line in report.counts]
    print_table(report.title, ("", "in", "out", "dropped"), rows)
    for title, lines in (("Dropped", report.dropped), ("Notes", report.notes)):
        if lines:
            told = [(str(line.count), line.what, line.text, _examples(line.examples, line.count)) for line in lines]
            print_table(title, ("count", "what", "why" if title == "Dropped" else "note", "for example"), told)
    if report.job_id is not None:
        typer.echo(f"Stored as job {report.job_id}; take it back with: maskwright withdraw PROJECT {report.job_id}")


def _examples(examples: Sequence[str], count: int) -> str:
    shown = list(examples[:3])
    return ", ".join(shown) + (" ..." if shown and count > len(shown) else "")


def find_image(reader: Reader, path: str) -> ImageRecord:
    """Return the image at ``path``: below a root as listed, or the file itself. Raises NotFound or InvalidOp."""
    from engine.errors import InvalidOp, NotFound
    from engine.project import known_files, real_key

    slashed = path.replace("\\", "/")
    below = [reader.images.find(root_id, slashed) for root_id in reader.images.roots()]
    found = [image for image in below if image is not None]
    if len(found) > 1:
        raise InvalidOp(f"Several folders of the project have an image {path}. Name its file with the whole path.")
    if found:
        return found[0]
    image_id = known_files(reader).get(real_key(path))
    if image_id is None:
        raise NotFound(f"The project has no image {path}. Nothing was changed.")
    return reader.images.get(image_id)
