"""Every kind of fault: found, repaired in one step that undo takes back, and not found any more."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner

from engine.cli.main import app
from engine.data_check import Kind, faults
from engine.errors import InvalidOp
from engine.ops.box_masks import TOOL
from engine.ops.instances import AddInstance
from engine.ops.labels import AddLabel
from engine.ops.repairs import RepairData, scene_of
from engine.project import add_images
from engine.records import PromptRecord, Provenance
from engine.workspace import Workspace
from models import masks


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    (tmp_path / "photos").mkdir()
    Image.new("RGB", (60, 40)).save(tmp_path / "photos" / "a.png")
    with Workspace.create(tmp_path / "p.maskwright", author="ann") as opened:
        add_images(opened, [tmp_path / "photos"])
        opened.execute(AddLabel("cat"))
        opened.execute(AddLabel("dog"))
        yield opened


def block(x: int, y: int, w: int, h: int, *more: tuple[int, int, int, int]) -> masks.Rle:
    mask = np.zeros((40, 60), dtype=np.bool_)
    for left, top, wide, high in ((x, y, w, h), *more):
        mask[top : top + high, left : left + wide] = True
    return masks.encode(mask)


def add(workspace: Workspace, **values: Any) -> int:
    return workspace.execute(AddInstance(1, **{"label_id": 1, **values})).value.id


def found(workspace: Workspace) -> list[tuple[Kind, int]]:
    with workspace.read() as reader:
        return [(fault.kind, fault.instance_id) for fault in faults(scene_of(reader, 1))]


def of(workspace: Workspace) -> dict[int, Any]:
    with workspace.read() as reader:
        return {each.id: each for each in reader.instances.of_image(1)}


BIG = (2, 2, 30, 30)
JOINTS = ((10.0, 10.0, 2), (50.0, 30.0, 2), (55.0, 35.0, 1))


def _islands(workspace: Workspace) -> int:
    return add(workspace, mask=block(*BIG, (50, 30, 2, 2)))


def _duplicates(workspace: Workspace) -> int:
    add(workspace, mask=block(*BIG))
    return add(workspace, mask=block(2, 2, 30, 29))


def _overlaps(workspace: Workspace) -> int:
    large = add(workspace, mask=block(*BIG))
    add(workspace, mask=block(20, 10, 20, 10))
    return large


def _off_image(workspace: Workspace) -> int:
    return add(workspace, box=(50.0, 30.0, 20.0, 20.0))


def _box_against_mask(workspace: Workspace) -> int:
    story = Provenance(tool=TOOL)
    prompt = PromptRecord("box", 2, 2, 10, 10)
    return add(workspace, mask=block(*BIG), provenance=story, prompts=(prompt,))


def _no_label(workspace: Workspace) -> int:
    return add(workspace, mask=block(*BIG), label_id=None)


def _joints_outside(workspace: Workspace) -> int:
    return add(workspace, mask=block(*BIG), keypoints=JOINTS)


MAKERS: dict[Kind, Callable[[Workspace], int]] = {
    Kind.ISLANDS: _islands,
    Kind.DUPLICATES: _duplicates,
    Kind.OVERLAPS: _overlaps,
    Kind.OFF_IMAGE: _off_image,
    Kind.BOX_AGAINST_MASK: _box_against_mask,
    Kind.NO_LABEL: _no_label,
    Kind.JOINTS_OUTSIDE: _joints_outside,
}


@pytest.mark.parametrize("kind", list(Kind))
def test_found_repaired_in_one_step_and_taken_back(workspace: Workspace, kind: Kind) -> None:
    faulty = MAKERS[kind](workspace)
    before = of(workspace)
    assert found(workspace) == [(kind, faulty)]
    assert workspace.execute(RepairData(1, kind, label_id=2)).value == 1
    assert found(workspace) == []
    assert set(before) - set(of(workspace)) == ({faulty} if kind is Kind.DUPLICATES else set())
    workspace.undo(1)
    assert found(workspace) == [(kind, faulty)]
    assert {row: (each.mask, each.bbox, each.keypoints, each.label_id) for row, each in of(workspace).items()} == {
        row: (each.mask, each.bbox, each.keypoints, each.label_id) for row, each in before.items()
    }


def test_what_repairs_leave(workspace: Workspace) -> None:
    box, pose, island = (
        _off_image(workspace),
        _joints_outside(workspace),
        add(workspace, label_id=2, mask=block(40, 2, 18, 20, (2, 38, 1, 1))),
    )
    for kind in Kind:
        if kind is not Kind.NO_LABEL:
            workspace.execute(RepairData(1, kind))
    after = of(workspace)
    assert after[box].bbox == (50.0, 30.0, 10.0, 10.0)
    assert after[pose].keypoints == ((10.0, 10.0, 2), (50.0, 30.0, 1), (55.0, 35.0, 1))
    assert after[island].mask == block(40, 2, 18, 20)
    with pytest.raises(InvalidOp, match="--label"):
        workspace.execute(RepairData(1, Kind.NO_LABEL))


def test_what_is_right_is_left_alone(workspace: Workspace) -> None:
    whole = add(workspace, mask=block(*BIG))
    add(workspace, mask=block(10, 10, 8, 8), label_id=2)
    add(workspace, mask=block(40, 2, 10, 10, (52, 2, 5, 5)), keypoints=((45.0, 5.0, 2), (0.0, 0.0, 0)))
    add(workspace, box=(40.0, 20.0, 20.0, 20.0))
    assert whole and found(workspace) == []


def test_from_the_command_line(workspace: Workspace) -> None:
    _islands(workspace)
    faulty = _no_label(workspace)
    place = str(workspace.place)

    def run(*words: str) -> Any:
        return CliRunner().invoke(app, ["check", place, "--data", *words], catch_exceptions=False)

    listed = run("--json")
    assert listed.exit_code == 1
    told = json.loads(listed.stdout)["findings"]
    assert told["islands"]["found"] == 1 and told["no-label"]["examples"] == [f"{faulty} on a.png"]
    some = run("--repair", "all")
    assert some.exit_code == 1 and "gets the label named by --label" in " ".join(some.stdout.split())
    done = run("--repair", "no-label", "--label", "dog")
    assert done.exit_code == 0, done.output
    assert "Nothing looks wrong" in run().stdout
    assert run("--repair", "everything").exit_code == 2
    assert run("--repair", "no-label", "--label", "bird").exit_code == 1
    assert CliRunner().invoke(app, ["check", place, "--label", "dog"]).exit_code == 2
