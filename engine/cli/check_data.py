"""``maskwright check --data``: what looks wrong in the annotations, and its repair."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from engine.cli.console import opened, print_json, print_table, progress

if TYPE_CHECKING:
    from engine.control import Control
    from engine.datacheck.kinds import Kind
    from engine.datacheck.scenes import Finding
    from engine.workspace import Workspace

_EXAMPLES = 3
_STOPPED = "The check was stopped. What was repaired before stays."


def check_data(project: str, repair: list[str], label: str, *, as_json: bool) -> None:
    """List what was found on all images and repair the kinds named; exit code 1 if anything is left."""
    from engine.datacheck.kinds import WORDS, Kind
    from engine.datacheck.sweep import sweep

    kinds = _kinds(repair)
    with opened(project) as workspace, progress("Checking annotations") as control:
        label_id = _label_id(workspace, label)
        if repair == ["all"] and label_id is None:
            kinds = [kind for kind in kinds if kind is not Kind.NO_LABEL]
        found = sweep(workspace, control=control)
        repaired = _repair(workspace, found, kinds, label_id, control)
        # One repair may undo the cause of another, or leave one, so what is left is looked at anew.
        images = sorted({each.image_id for each in found})
        still = sweep(workspace, images=images, control=control) if any(repaired.values()) else found
    open_, left = [each for each in found if not each.left], sum(each.left for each in found)
    if as_json:
        told = {str(kind): _told(open_, kind, repaired[kind]) for kind in Kind}
        print_json({"ok": all(each.left for each in still), "left_alone": left, "findings": told})
    elif not open_:
        typer.echo(f"Nothing looks wrong in the annotations.{_left(left)}")
    else:
        rows = [
            (
                kind,
                str(len(mine)),
                str(repaired[kind]),
                WORDS[kind].found,
                WORDS[kind].repair,
                ", ".join(_name(each) for each in mine[:_EXAMPLES]),
            )
            for kind in Kind
            if (mine := [each for each in open_ if each.fault.kind is kind])
        ]
        print_table("Found", ("kind", "count", "repaired", "what", "repair", "for example"), rows)
        if left:
            typer.echo(_left(left).strip())
    if not all(each.left for each in still):
        raise typer.Exit(1)


def _told(found: list[Finding], kind: Kind, repaired: int) -> dict[str, object]:
    mine = [each for each in found if each.fault.kind is kind]
    return {"found": len(mine), "repaired": repaired, "examples": [_name(each) for each in mine]}


def _name(finding: Finding) -> str:
    return f"{finding.fault.instance_id} on {finding.path}"


def _left(number: int) -> str:
    return f" {number} left alone by people are not listed." if number else ""


def _kinds(repair: list[str]) -> list[Kind]:
    from engine.datacheck.kinds import Kind

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


def _repair(
    workspace: Workspace, found: list[Finding], kinds: list[Kind], label_id: int | None, control: Control
) -> dict[Kind, int]:
    """Repair image by image, each a step of its own history; returns how many by kind."""
    from engine.datacheck.kinds import Kind
    from engine.ops.repairs import RepairData

    repaired: dict[Kind, int] = dict.fromkeys(Kind, 0)
    work = sorted({(each.image_id, each.fault.kind) for each in found if not each.left and each.fault.kind in kinds})
    for done, (image_id, kind) in enumerate(work):
        control.step(done, len(work), what=_STOPPED)
        repaired[kind] += workspace.execute(RepairData(kind, (image_id,), label_id)).value
    return repaired
