"""``maskwright labels``: the classes of a project."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from engine.cli.console import JsonOption, ProjectArg, known_errors, opened, print_json, print_table

if TYPE_CHECKING:
    from engine.records import LabelRecord
    from engine.storage.reader import Reader

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode="rich",
    help=(
        "List, add, rename, merge and delete labels.\n\n"
        "[bold]Example[/bold]\n\n"
        "  maskwright labels merge street.maskwright car auto"
    ),
)

NameArg = Annotated[str, typer.Argument(metavar="NAME", help="The label's name.")]


def named_label(reader: Reader, name: str) -> LabelRecord:
    """Return the label of this name; raises NotFound with those there are."""
    from engine.errors import NotFound

    found = reader.labels.by_name(name.strip())
    if found is None:
        known = ", ".join(label.name for label in reader.labels.all()[:10]) or "none"
        raise NotFound(f"There is no label '{name}'. Labels: {known}. Nothing was changed.")
    return found


@app.command("list")
@known_errors
def list_(project: ProjectArg, as_json: JsonOption = False) -> None:
    """List the labels in their order, with the number of their instances."""
    with opened(project) as workspace, workspace.read() as reader:
        labels = reader.labels.all()
        counts = reader.instances.count_by_label()
    if as_json:
        print_json(
            [
                {
                    "name": label.name,
                    "color": label.color,
                    "supercategory": label.supercategory,
                    "coco_id": label.coco_id,
                    "instances": counts.get(label.id, 0),
                }
                for label in labels
            ]
        )
        return
    rows = [(label.name, label.color, label.supercategory, str(counts.get(label.id, 0))) for label in labels]
    print_table("", ("name", "colour", "above", "number"), rows)


@app.command()
@known_errors
def add(
    project: ProjectArg,
    name: NameArg,
    color: Annotated[str, typer.Option("--color", metavar="#RRGGBB", help="Its colour (default: the next free).")] = "",
) -> None:
    """Add a label at the end of the list."""
    from engine.ops.labels import AddLabel

    with opened(project) as workspace:
        label = workspace.execute(AddLabel(name, color=color)).value
    typer.echo(f"Added {label.name} ({label.color})")


@app.command()
@known_errors
def rename(
    project: ProjectArg, name: NameArg, to: Annotated[str, typer.Argument(metavar="TO", help="The new name.")]
) -> None:
    """Give a label another name."""
    from engine.ops.labels import EditLabel

    with opened(project) as workspace:
        with workspace.read() as reader:
            label = named_label(reader, name)
        edited = EditLabel(
            label.id, to, label.color, label.parent_id, label.is_thing, label.supercategory, label.skeleton_id
        )
        workspace.execute(edited)
    typer.echo(f"{name} is now called {to.strip()}")


@app.command()
@known_errors
def merge(
    project: ProjectArg,
    name: NameArg,
    into: Annotated[str, typer.Argument(metavar="INTO", help="The label that takes its instances.")],
) -> None:
    """Give all instances of one label another one, and remove the first."""
    from engine.ops.labels import MergeLabels

    with opened(project) as workspace:
        with workspace.read() as reader:
            source, target = named_label(reader, name), named_label(reader, into)
        moved = workspace.execute(MergeLabels(source.id, target.id)).value
    typer.echo(f"{moved} instances are now {into}")


@app.command()
@known_errors
def delete(project: ProjectArg, name: NameArg) -> None:
    """Remove a label; its instances stay, without a label. 'maskwright undo' brings it back."""
    from engine.ops.labels import DeleteLabel

    with opened(project) as workspace:
        with workspace.read() as reader:
            label = named_label(reader, name)
        bare = workspace.execute(DeleteLabel(label.id)).value
    typer.echo(f"Removed {name}; {bare} instances have no label now")


@app.command("demand")
@known_errors
def demand(
    project: ProjectArg,
    demanded: Annotated[bool | None, typer.Option("--yes/--no", help="Demand it, or no longer.")] = None,
) -> None:
    """Ask everybody who draws for a label before an object is stored, or say whether that is so.

    [bold]Example[/bold]

      maskwright labels demand street.maskwright --yes
    """
    from engine.ops.project import DemandLabel

    with opened(project) as workspace:
        if demanded is not None:
            workspace.execute(DemandLabel(demanded))
        with workspace.read() as reader:
            is_so = reader.project().demands_label
    typer.echo("A label is demanded for every object." if is_so else "Objects may be stored without a label.")
