"""``maskwright check --data``: what looks wrong in the annotations, and its repair."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import typer

from engine.cli.console import opened, print_json, print_table, progress

if TYPE_CHECKING:
    from engine.control import Control
    from engine.data_check import Kind
    from engine.workspace import Workspace

_EXAMPLES = 3
_STOPPED = "The check was stopped. What was repaired before stays."


def check_data(project: str, repair: list[str], label: str, *, as_json: bool) -> None:
    """List what was found on all images and repair the kinds named; exit code 1 if anything is left."""
    from engine.data_check import WORDS, Kind

    kinds = _kinds(repair)
    with opened(project) as workspace, progress("Checking annotations") as control:
        label_id = _label_id(workspace, label)
        if repair == ["all"] and label_id is None:
            kinds = [kind for kind in kinds if kind is not Kind.NO_LABEL]
        found, repaired, left = _go(workspace, kinds, label_id, control)
    if as_json:
        told = {
            str(kind): {"found": len(each), "repaired": repaired[kind], "examples": each}
            for kind, each in found.items()
        }
        print_json({"ok": left == 0, "findings": told})
    elif not any(found.values()):
        typer.echo("Nothing looks wrong in the annotations.")
    else:
        rows = [
            (kind, str(len(each)), str(repaired[kind]), WORDS[kind][0], WORDS[kind][1], ", ".join(each[:_EXAMPLES]))
            for kind, each in found.items()
            if each
        ]
        print_table("Found", ("kind", "count", "repaired", "what", "repair", "for example"), rows)
    if left:
        raise typer.Exit(1)


def _kinds(repair: list[str]) -> list[Kind]:
    from engine.data_check import Kind

    if repair == ["all"]:
        return list(Kind)
    try:
        return [Kind(each) for each in dict.fromkeys(repair)]
    except ValueError as error:
        known = ", ".join(Kind)
        raise typer.BadParameter(f"there is: all, {known}.", param_hint="--repair") from error


def _label_id(workspace: Workspace, label: str) -> int | None:
    from engine.errors import NotFound

    if not label:
        return None
    with workspace.read() as reader:
        found = reader.labels.by_name(label)
    if found is None:
        raise NotFound(f"The project has no label '{label}'. Nothing was changed.")
    return found.id


def _go(
    workspace: Workspace, kinds: list[Kind], label_id: int | None, control: Control
) -> tuple[dict[Kind, list[str]], dict[Kind, int], int]:
    """Look at every image and repair what was asked for; the number is what is found afterwards."""
    from engine.data_check import Kind, faults
    from engine.ops.repairs import RepairData, scene_of

    found: dict[Kind, list[str]] = {kind: [] for kind in Kind}
    repaired: dict[Kind, int] = dict.fromkeys(Kind, 0)
    left = 0
    with workspace.read() as reader:
        images = [(image.id, image.path) for image in reader.images.stream()]
    for done, (image_id, path) in enumerate(images):
        control.step(done, len(images), what=_STOPPED)
        with workspace.read() as reader:
            here: list[Any] = faults(scene_of(reader, image_id))
        for fault in here:
            found[fault.kind].append(f"{fault.instance_id} on {path}")
        for kind in kinds:
            if any(fault.kind is kind for fault in here):
                repaired[kind] += workspace.execute(RepairData(image_id, kind, label_id)).value
        with workspace.read() as reader:
            # One repair may undo the cause of another, so what is left is looked at anew.
            left += len(faults(scene_of(reader, image_id))) if here and kinds else len(here)
    control.step(len(images), len(images), what=_STOPPED)
    return found, repaired, left
