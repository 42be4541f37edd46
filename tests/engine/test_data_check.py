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
from engine.datacheck.kinds import Kind
from engine.datacheck.looks import faults
from engine.datacheck.scenes import look, scene_of
from engine.datacheck.sweep import forecast, sweep
from engine.errors import InvalidOp
from engine.ops.box_masks import TOOL, open_boxes
from engine.ops.dismissals import LeaveFaults, TakeUpFaults
from engine.ops.fit_boxes import FitBoxes
from engine.ops.instances import AddInstance, ReplaceMask
from engine.ops.labels import AddLabel
from engine.ops.repairs import RepairData
from engine.ops.reviews import SetLocked, SetState
from engine.ops.skeletons import AddSkeleton
from engine.project import add_images
from engine.records import PromptRecord, Provenance, State
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


def _no_size(workspace: Workspace) -> int:
    return add(workspace, box=(10.0, 10.0, 0.25, 8.0))


def _joints_off_image(workspace: Workspace) -> int:
    return add(workspace, keypoints=((10.0, 10.0, 2), (70.0, 30.0, 1), (-3.0, 5.0, 0)))


def _swapped(workspace: Workspace) -> int:
    """A person seen from behind by shoulders, from in front by hips."""
    skeleton = workspace.execute(AddSkeleton("torso", TORSO, flip_pairs=((0, 1), (2, 3)))).value.id
    label = workspace.execute(AddLabel("person", skeleton_id=skeleton)).value.id
    return add(workspace, label_id=label, keypoints=((10, 5, 2), (26, 5, 2), (24, 30, 2), (12, 30, 2)))


TORSO = ("left_shoulder", "right_shoulder", "left_hip", "right_hip")
MAKERS: dict[Kind, Callable[[Workspace], int]] = {
    Kind.ISLANDS: _islands,
    Kind.DUPLICATES: _duplicates,
    Kind.OVERLAPS: _overlaps,
    Kind.NO_SIZE: _no_size,
    Kind.OFF_IMAGE: _off_image,
    Kind.BOX_AGAINST_MASK: _box_against_mask,
    Kind.NO_LABEL: _no_label,
    Kind.JOINTS_OFF_IMAGE: _joints_off_image,
    Kind.JOINTS_OUTSIDE: _joints_outside,
    Kind.SWAPPED: _swapped,
}


@pytest.mark.parametrize("kind", list(Kind))
def test_found_repaired_in_one_step_and_taken_back(workspace: Workspace, kind: Kind) -> None:
    faulty = MAKERS[kind](workspace)
    before = of(workspace)
    assert found(workspace) == [(kind, faulty)]
    assert workspace.execute(RepairData(kind, (1,), label_id=2)).value == 1
    assert found(workspace) == []
    assert set(before) - set(of(workspace)) == ({faulty} if kind in (Kind.DUPLICATES, Kind.NO_SIZE) else set())
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
            workspace.execute(RepairData(kind, (1,)))
    after = of(workspace)
    assert after[box].bbox == (50.0, 30.0, 10.0, 10.0)
    assert after[pose].keypoints == ((10.0, 10.0, 2), (50.0, 30.0, 1), (55.0, 35.0, 1))
    assert after[island].mask == block(40, 2, 18, 20)
    with pytest.raises(InvalidOp, match="--label"):
        workspace.execute(RepairData(Kind.NO_LABEL, (1,)))


def test_what_is_right_is_left_alone(workspace: Workspace) -> None:
    whole = add(workspace, mask=block(*BIG))
    add(workspace, mask=block(10, 10, 8, 8), label_id=2)
    add(workspace, mask=block(40, 2, 10, 10, (52, 2, 5, 5)), keypoints=((45.0, 5.0, 2), (0.0, 0.0, 0)))
    add(workspace, box=(40.0, 20.0, 20.0, 20.0))
    assert whole and found(workspace) == []


def test_where_and_how_much_is_told(workspace: Workspace) -> None:
    makers = (_islands, _no_size, _joints_outside)
    numbers = [make(workspace) for make in makers]
    with workspace.read() as reader:
        told = {each.fault.instance_id: each.fault for each in look(reader, (1,)) if each.fault.kind in ALONE}
    assert told[numbers[0]].places == ((50.0, 30.0, 2.0, 2.0),) and told[numbers[0]].note == "1 island, 4 px"
    assert told[numbers[1]].note == "0.25 x 8 px"
    assert told[numbers[2]].places == ((47.0, 27.0, 6.0, 6.0),) and told[numbers[2]].note == "1 joint"


ALONE = (Kind.ISLANDS, Kind.NO_SIZE, Kind.JOINTS_OUTSIDE)


def test_a_forecast_says_what_repair_then_does(workspace: Workspace) -> None:
    faulty = _islands(workspace)
    locked = add(workspace, label_id=2, mask=block(2, 2, 30, 30, (50, 2, 1, 1)))
    workspace.execute(SetLocked((locked,), True))
    found_ = [each for each in sweep(workspace) if each.fault.kind is Kind.ISLANDS]
    assert [each.locked for each in found_] == [False, True]
    told = forecast(workspace, found_)
    assert (told.images, told.changed, told.deleted, told.pixels, told.locked) == (1, 1, 0, 4, 1)
    assert told.sentence() == "On 1 image: 1 object changed, 4 pixels, 1 locked one left as it is."
    before = of(workspace)[faulty].area
    assert workspace.execute(RepairData(Kind.ISLANDS, (1,))).value == 1
    assert before - of(workspace)[faulty].area == told.pixels


def test_all_of_a_kind_on_two_images_is_one_step(workspace: Workspace) -> None:
    Image.new("RGB", (60, 40)).save(Path(str(workspace.place)).parent / "photos" / "b.png")
    add_images(workspace, [Path(str(workspace.place)).parent / "photos"])
    for image_id in (1, 2):
        workspace.execute(AddInstance(image_id, mask=block(*BIG, (50, 30, 2, 2)), label_id=1))
    assert workspace.execute(RepairData(Kind.ISLANDS, (1, 2))).value == 2
    assert sweep(workspace) == []
    workspace.undo(1)
    assert [each.image_id for each in sweep(workspace)] == [1, 2]
    (_, other) = sweep(workspace)
    only = frozenset({(other.fault.instance_id, other.fault.other_id)})
    assert workspace.execute(RepairData(Kind.ISLANDS, (1, 2), only=only)).value == 1
    assert [each.image_id for each in sweep(workspace)] == [1]


def test_what_is_left_alone_comes_back_when_the_object_changes(workspace: Workspace) -> None:
    faulty = _islands(workspace)
    (finding,) = sweep(workspace)
    assert workspace.execute(LeaveFaults(((1, finding.fault),))).value == 1
    workspace.execute(SetState((faulty,), State.ACCEPTED))
    assert [each.left for each in sweep(workspace)] == [True]
    assert workspace.execute(RepairData(Kind.ISLANDS, (1,))).value == 0
    workspace.undo(1)
    assert [each.left for each in sweep(workspace)] == [False]
    workspace.redo(1)
    workspace.execute(ReplaceMask(faulty, block(*BIG, (50, 30, 2, 1))))
    assert [each.left for each in sweep(workspace)] == [False]
    workspace.undo(1)
    assert workspace.execute(TakeUpFaults(((1, finding.fault),))).value == 1
    assert [each.left for each in sweep(workspace)] == [False]
    workspace.execute(LeaveFaults(((1, finding.fault),)))
    # Named by a person it is repaired all the same.
    assert workspace.execute(RepairData(Kind.ISLANDS, (1,), only=frozenset({(faulty, None)}))).value == 1


def _asked(workspace: Workspace, box: tuple[float, float, float, float], **values: Any) -> int:
    x, y, w, h = box
    prompt = PromptRecord("box", x, y, x + w, y + h)
    return add(workspace, provenance=Provenance(tool=TOOL), prompts=(prompt,), **values)


def test_a_mask_that_hardly_fills_its_box(workspace: Workspace) -> None:
    box = (0.0, 0.0, 50.0, 40.0)
    drawn = add(workspace, box=box)
    accepted = _asked(workspace, box, mask=block(5, 5, 10, 10))
    proposed = _asked(workspace, box, mask=block(30, 5, 10, 10), state=State.PROPOSED)
    assert [kind for kind, _ in found(workspace)] == [Kind.BOX_AGAINST_MASK] * 2
    assert workspace.execute(RepairData(Kind.BOX_AGAINST_MASK, (1,))).value == 2
    after = of(workspace)
    assert proposed not in after and after[drawn].bbox == (5.0, 5.0, 10.0, 10.0)
    assert after[accepted].mask == block(5, 5, 10, 10) and found(workspace) == []
    with workspace.read() as reader:
        # The fitted box is not asked for once more.
        assert open_boxes(reader, 1) == ()
    workspace.undo(1)
    assert len(found(workspace)) == 2 and of(workspace)[drawn].bbox == box


def test_box_from_mask(workspace: Workspace) -> None:
    mine = _asked(workspace, (0.0, 0.0, 30.0, 30.0), mask=block(5, 5, 20, 20))
    outcome = workspace.execute(FitBoxes((mine,)))
    assert outcome.value == 1 and outcome.changes.instances == {mine}
    assert workspace.execute(FitBoxes((mine,))).value == 0
    assert workspace.undo(1).changes.instances == {mine}
    assert workspace.execute(FitBoxes((mine,))).value == 1
    other = add(workspace, mask=block(40, 5, 10, 10))
    with pytest.raises(InvalidOp, match="made from a box"):
        workspace.execute(FitBoxes((other,)))


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
    assert some.exit_code == 1 and "gets the label you choose (--label)" in " ".join(some.stdout.split())
    done = run("--repair", "no-label", "--label", "dog")
    assert done.exit_code == 0, done.output
    assert "Nothing looks wrong" in run().stdout
    assert run("--repair", "everything").exit_code == 2
    assert run("--repair", "no-label", "--label", "bird").exit_code == 1
    assert CliRunner().invoke(app, ["check", place, "--label", "dog"]).exit_code == 2
