"""The ``maskwright`` command: puts the verbs together."""

from __future__ import annotations

import os
import sys
import traceback
from importlib.metadata import version
from types import TracebackType
from typing import Annotated

import typer

from engine.cli import (
    audit,
    auto,
    backends,
    backup,
    bench,
    box2mask,
    bring,
    check,
    confirm,
    demo,
    doctor,
    embed,
    export,
    find,
    gui,
    history,
    info,
    jobs,
    labels,
    new,
    pose,
    review,
    simulate,
    skeletons,
    stats,
    train,
)

_BUG = 70  # EX_SOFTWARE of BSD's sysexits.h

app = typer.Typer(
    name="maskwright",
    no_args_is_help=False,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"]},
    help=(
        "Annotate images with model help: clicks become masks, every mask keeps its story.\n\n"
        "Without a command the window opens. PROJECT is a .maskwright file or a database URL.\n\n"
        "[bold]Examples[/bold]\n\n"
        "  maskwright demo                            a sample project to try\n\n"
        "  maskwright new a.maskwright photos/        a project of your own images\n\n"
        "  maskwright gui a.maskwright                annotate in the window\n\n"
        "  maskwright export a.maskwright a.json      a COCO file for other tools"
    ),
    epilog="Exit codes: 0 done, 1 a known error (one line on stderr, nothing changed), 2 wrong usage, 130 interrupted.",
)


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"maskwright {version('maskwright')}")
        raise typer.Exit


@app.callback(invoke_without_command=True)
def root(
    context: typer.Context,
    _version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    """Open the window when no command is given."""
    if context.invoked_subcommand is None:
        gui.gui(None)


_START, _DATA, _MODELS, _CARE = "Start", "Data", "Models", "Care"

app.command("gui", rich_help_panel=_START)(gui.gui)
app.command("demo", rich_help_panel=_START)(demo.demo)
app.command("new", rich_help_panel=_START)(new.new)
app.command("add", rich_help_panel=_DATA)(new.add)
app.command("import", rich_help_panel=_DATA)(bring.bring)
app.command("export", rich_help_panel=_DATA)(export.export)
app.command("info", rich_help_panel=_DATA)(info.info)
app.command("stats", rich_help_panel=_DATA)(stats.stats)
app.add_typer(audit.app, name="audit", rich_help_panel=_DATA)
app.add_typer(labels.app, name="labels", rich_help_panel=_DATA)
app.add_typer(skeletons.app, name="skeletons", rich_help_panel=_DATA)
app.command("auto", rich_help_panel=_MODELS)(auto.auto)
app.command("confirm", rich_help_panel=_MODELS)(confirm.confirm)
app.command("box2mask", rich_help_panel=_MODELS)(box2mask.box2mask)
app.command("find", rich_help_panel=_MODELS)(find.find)
app.command("pose", rich_help_panel=_MODELS)(pose.pose)
app.command("review", rich_help_panel=_MODELS)(review.review)
app.command("run-job", hidden=True)(auto.run_job)
app.command("embed", rich_help_panel=_MODELS)(embed.embed)
app.command("train", rich_help_panel=_MODELS)(train.train)
app.command("simulate", rich_help_panel=_MODELS)(simulate.simulate)
app.add_typer(bench.app, name="bench", rich_help_panel=_MODELS)
app.command("history", rich_help_panel=_CARE)(history.history)
app.command("undo", rich_help_panel=_CARE)(history.undo)
app.command("redo", rich_help_panel=_CARE)(history.redo)
app.command("jobs", rich_help_panel=_CARE)(jobs.jobs)
app.command("cancel", rich_help_panel=_CARE)(jobs.cancel)
app.command("withdraw", rich_help_panel=_CARE)(jobs.withdraw)
app.command("check", rich_help_panel=_CARE)(check.check)
app.command("backup", rich_help_panel=_CARE)(backup.backup)
app.add_typer(backends.app, name="backends", rich_help_panel=_CARE)
app.command("doctor", rich_help_panel=_CARE)(doctor.doctor)


def _on_bug(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """Show a bug's traceback whole and leave with a code of its own, so that scripts can tell it from known errors."""
    traceback.print_exception(kind, error, trace)
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(_BUG)


def main() -> None:
    """Run the command line."""
    sys.excepthook = _on_bug
    # Calling the app itself would put Typer's own hook in place of ours.
    typer.main.get_command(app)()
