from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from engine.errors import InvalidOp
from engine.ops.reviews import SetLocked
from engine.ops.shapes import AddRing, PaintStroke, RepairMasks, SetRings, SplitParts
from models import masks


def pixels(desk: Any, instance: int) -> np.ndarray:
    with desk.workspace.read() as read:
        mask = read.instances.get(instance).mask
    return masks.decode(mask)


def ring_mask(desk: Any) -> int:
    mask = np.zeros((10, 20), dtype=bool)
    mask[1:8, 1:8] = True
    mask[3:6, 3:6] = False
    mask[8, 15] = True
    return desk.add(mask=masks.encode(mask))


def test_a_stroke_without_an_instance_makes_one(desk: Any) -> None:
    made = desk.workspace.execute(PaintStroke(desk.images[0], ((5.0, 5.0), (10.0, 5.0)), 1.5, label_id=desk.dog)).value
    assert (made.label_id, made.provenance.tool) == (desk.dog, "brush")
    painted = pixels(desk, made.id)
    assert painted[5, 4:10].all()
    assert not painted[:, 13:].any()


def test_two_quick_strokes_both_stay(desk: Any) -> None:
    instance = desk.add()
    before = pixels(desk, instance).sum()
    for x in (12.5, 17.5):
        desk.workspace.execute(PaintStroke(desk.images[0], ((x, 5.5),), 0.5, instance_id=instance))
    assert pixels(desk, instance).sum() == before + 2


def test_erasing_takes_pixels_away_but_never_the_last(desk: Any) -> None:
    instance = desk.add(x=1, size=3)
    desk.workspace.execute(PaintStroke(desk.images[0], ((1.5, 2.5),), 0.5, erase=True, instance_id=instance))
    assert pixels(desk, instance).sum() == 8
    before = desk.dump()
    with pytest.raises(InvalidOp, match="Nothing would be left"):
        desk.workspace.execute(PaintStroke(desk.images[0], ((3.0, 3.0),), 9, erase=True, instance_id=instance))
    assert desk.dump() == before


def test_erasing_nothing_in_particular_is_refused(desk: Any) -> None:
    with pytest.raises(InvalidOp, match="Select the instance"):
        desk.workspace.execute(PaintStroke(desk.images[0], ((3.0, 3.0),), 2, erase=True))


def test_a_ring_holds_the_pixels_whose_centres_lie_inside(desk: Any) -> None:
    ring = ((2.0, 2.0), (6.0, 2.0), (6.0, 5.0), (2.0, 5.0))
    made = desk.workspace.execute(AddRing(desk.images[0], ring)).value
    assert pixels(desk, made.id).sum() == 12
    assert (made.bbox, made.provenance.clicks) == ((2.0, 2.0, 4.0, 3.0), 4)


@pytest.mark.parametrize(
    ("ring", "words"),
    [(((1.0, 1.0), (5.0, 5.0)), "three points"), (((30.0, 30.0), (40.0, 30.0), (40.0, 40.0)), "empty")],
)
def test_a_ring_that_holds_nothing_is_refused(desk: Any, ring: Any, words: str) -> None:
    before = desk.dump()
    with pytest.raises(InvalidOp, match=words):
        desk.workspace.execute(AddRing(desk.images[0], ring))
    assert desk.dump() == before


def test_an_outline_with_a_hole_is_cut_out(desk: Any) -> None:
    instance = desk.add()
    outer = ((0.0, 0.0), (9.0, 0.0), (9.0, 9.0), (0.0, 9.0))
    hole = ((3.0, 3.0), (6.0, 3.0), (6.0, 6.0), (3.0, 6.0))
    desk.workspace.execute(SetRings(instance, (outer, hole)))
    found = pixels(desk, instance)
    assert found.sum() == 81 - 9
    assert not found[4, 4]


def test_holes_are_filled_and_islands_dropped(desk: Any) -> None:
    instance = ring_mask(desk)
    desk.workspace.execute(RepairMasks((instance,), "fill holes"))
    assert pixels(desk, instance).sum() == 50
    desk.workspace.execute(RepairMasks((instance,), "drop islands", min_area=5))
    assert pixels(desk, instance).sum() == 49


def test_where_every_part_is_small_the_largest_stays(desk: Any) -> None:
    instance = ring_mask(desk)
    desk.workspace.execute(RepairMasks((instance,), "drop islands", min_area=1000))
    assert pixels(desk, instance).sum() == 40


def test_a_repair_that_changes_nothing_says_so(desk: Any) -> None:
    instance = desk.add()
    with pytest.raises(InvalidOp, match="nothing to repair"):
        desk.workspace.execute(RepairMasks((instance,), "fill holes"))


def test_parts_become_instances_and_undo_brings_them_back(desk: Any) -> None:
    instance = ring_mask(desk)
    before = desk.dump()
    ids = desk.workspace.execute(SplitParts(instance)).value
    assert ids[0] == instance
    assert [int(pixels(desk, each).sum()) for each in ids] == [40, 1]
    desk.workspace.undo(desk.images[0])
    assert {name: rows for name, rows in desk.dump().items() if name == "instances"} == {
        "instances": before["instances"]
    }


def test_a_locked_instance_is_left_alone(desk: Any) -> None:
    instance = ring_mask(desk)
    desk.workspace.execute(SetLocked((instance,), True))
    for op in (
        PaintStroke(desk.images[0], ((3.0, 3.0),), 2, instance_id=instance),
        SetRings(instance, (((0.0, 0.0), (9.0, 0.0), (9.0, 9.0)),)),
        RepairMasks((instance,), "fill holes"),
        SplitParts(instance),
    ):
        with pytest.raises(InvalidOp, match="locked"):
            desk.workspace.execute(op)
