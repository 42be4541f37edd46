"""``maskwright skeletons``: the joints that poses are made of."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from engine.cli.console import JsonOption, ProjectArg, known_errors, opened, print_json, print_table

if TYPE_CHECKING:
    from engine.records import SkeletonRecord
    from engine.skeletons.file import SkeletonFile
    from engine.storage.reader import Reader

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode="rich",
    help=(
        "List, add, change and delete skeletons, and give them to labels.\n\n"
        "[bold]Examples[/bold]\n\n"
        "  maskwright skeletons add street.maskwright --template coco-17\n\n"
        "  maskwright skeletons give street.maskwright COCO-17 person\n\n"
        "  maskwright skeletons show street.maskwright COCO-17 > joints.json   (change the file)\n\n"
        "  maskwright skeletons edit street.maskwright COCO-17 --file joints.json"
    ),
)

NameArg = Annotated[str, typer.Argument(metavar="NAME", help="The skeleton's name.")]
TemplateOption = Annotated[
    str, typer.Option("--template", metavar="NAME", help="A ready-made one: coco-17, lsp-14, hand-21.")
]
FileOption = Annotated[Path | None, typer.Option("--file", metavar="FILE", help="A JSON file as 'show' writes it.")]


@app.command("list")
@known_errors
def list_(project: ProjectArg, as_json: JsonOption = False) -> None:
    """List the skeletons with their labels and the number of poses placed with them."""
    from engine.skeletons.file import to_json

    with opened(project) as workspace, workspace.read() as reader:
        skeletons, labels, counts = reader.skeletons.all(), reader.labels.all(), reader.skeletons.pose_counts()
    used = {each.id: [label.name for label in labels if label.skeleton_id == each.id] for each in skeletons}
    if as_json:
        rows = [{**to_json(each), "labels": used[each.id], "poses": counts.get(each.id, 0)} for each in skeletons]
        print_json(rows)
        return
    table = [
        (each.name, str(len(each.joints)), ", ".join(used[each.id]) or "none", f"{counts.get(each.id, 0):,}")
        for each in skeletons
    ]
    print_table("", ("name", "joints", "labels", "poses"), table)


@app.command()
@known_errors
def show(project: ProjectArg, name: NameArg) -> None:
    """Print a skeleton as JSON, to be changed and given back with 'edit'."""
    from engine.skeletons.file import to_json

    with opened(project) as workspace, workspace.read() as reader:
        skeleton = _named(reader, name)
    typer.echo(json.dumps(to_json(skeleton), ensure_ascii=False, indent=1))


@app.command()
@known_errors
def add(
    project: ProjectArg,
    template: TemplateOption = "",
    file: FileOption = None,
    name: Annotated[str, typer.Option("--name", metavar="NAME", help="Another name than the one given.")] = "",
) -> None:
    """Add a ready-made skeleton or one of your own."""
    from engine.ops.skeletons import AddSkeleton

    wanted = _wanted(template, file)
    op = AddSkeleton(name or wanted.name, wanted.joints, wanted.edges, wanted.flip_pairs, wanted.sigmas, wanted.colors)
    with opened(project) as workspace:
        skeleton = workspace.execute(op).value
    typer.echo(f"Added {skeleton.name} with {len(skeleton.joints)} joints")


@app.command()
@known_errors
def edit(
    project: ProjectArg,
    name: NameArg,
    template: TemplateOption = "",
    file: FileOption = None,
    rename: Annotated[str, typer.Option("--name", metavar="NAME", help="Give the skeleton another name.")] = "",
    yes: Annotated[bool, typer.Option("--yes", help="Do it also where poses lose joints.")] = False,
) -> None:
    """Change a skeleton and the poses placed with it, in one step that 'maskwright undo' takes back.

    Joints are matched by name; in a file, "was" names the joint that one was before. What would happen to stored poses
    is printed first; where they would lose joints, nothing is done without --yes.
    """
    from engine.errors import InvalidOp
    from engine.ops.skeletons import EditSkeleton
    from engine.skeletons.migration import migration, words

    with opened(project) as workspace:
        with workspace.read() as reader:
            before = _named(reader, name)
            use = reader.skeletons.use(before.id)
        wanted = _wanted(template, file)
        sources = wanted.sources(before.joints)
        found = migration(before.joints, wanted.joints, sources, use)
        if found.poses:
            typer.echo(words(found))
        if found.loses and not yes:
            raise InvalidOp("Poses would lose joints. Say --yes to do it all the same. Nothing was changed.")
        op = EditSkeleton(
            before.id,
            rename or before.name,
            wanted.joints,
            sources,
            wanted.edges,
            wanted.flip_pairs,
            wanted.sigmas,
            wanted.colors,
            seen=before.joints,
        )
        changed = workspace.execute(op).value
    typer.echo(f"Changed {op.name}; {changed} poses changed with it")


@app.command()
@known_errors
def delete(project: ProjectArg, name: NameArg) -> None:
    """Remove a skeleton; poses stay as points without bones. 'maskwright undo' brings it back."""
    from engine.ops.skeletons import DeleteSkeleton

    with opened(project) as workspace:
        with workspace.read() as reader:
            skeleton = _named(reader, name)
        bare = workspace.execute(DeleteSkeleton(skeleton.id)).value
    typer.echo(f"Removed {skeleton.name}; {bare} poses have no skeleton now")


@app.command()
@known_errors
def give(
    project: ProjectArg,
    name: Annotated[str, typer.Argument(metavar="NAME", help="The skeleton's name; '' takes it away.")],
    label: Annotated[str, typer.Argument(metavar="LABEL", help="The label's name.")],
) -> None:
    """Give a label its skeleton."""
    from engine.cli.labels import named_label
    from engine.ops.labels import EditLabel

    with opened(project) as workspace:
        with workspace.read() as reader:
            skeleton_id = _named(reader, name).id if name else None
            given = named_label(reader, label)
        op = EditLabel(
            given.id, given.name, given.color, given.parent_id, given.is_thing, given.supercategory, skeleton_id
        )
        workspace.execute(op)
    typer.echo(f"{given.name} has {f'the skeleton {name}' if name else 'no skeleton'} now")


def _wanted(template: str, file: Path | None) -> SkeletonFile:
    from engine.errors import NotFound
    from engine.skeletons.file import SkeletonFile, read
    from engine.skeletons.templates import TEMPLATES, template_named

    if bool(template) == (file is not None):
        raise typer.BadParameter("give either --template or --file.")
    if file is not None:
        return read(file)
    found = template_named(template)
    if found is None:
        known = ", ".join(each.name for each in TEMPLATES)
        raise NotFound(f"There is no template '{template}'. Templates: {known}. Nothing was changed.")
    none = (None,) * len(found.joints)
    return SkeletonFile(found.name, found.joints, none, found.edges, found.flip_pairs, found.sigmas, found.colors)


def _named(reader: Reader, name: str) -> SkeletonRecord:
    from engine.errors import NotFound

    found = reader.skeletons.by_name(name.strip())
    if found is None:
        known = ", ".join(each.name for each in reader.skeletons.all()[:10]) or "none"
        raise NotFound(f"There is no skeleton '{name}'. Skeletons: {known}. Nothing was changed.")
    return found
