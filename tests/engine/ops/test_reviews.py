from __future__ import annotations

from typing import Any

import pytest

from engine.errors import InvalidOp
from engine.ops.instances import AddInstance
from engine.ops.labels import AddLabel
from engine.ops.reviews import Reorder, SetAttributes, SetLabel, SetLevel, SetLocked, SetState
from engine.ops.skeletons import AddSkeleton
from engine.records import Level, State


def get(desk: Any, instance: int) -> Any:
    with desk.workspace.read() as read:
        return read.instances.get(instance)


def order(desk: Any) -> list[int]:
    with desk.workspace.read() as read:
        return [each.id for each in read.instances.of_image(desk.images[0], tuple(State))]


def test_labels_are_given_and_taken(desk: Any) -> None:
    ids = (desk.add(0), desk.add(1))
    desk.workspace.execute(SetLabel(ids, desk.dog))
    assert [get(desk, each).label_id for each in ids] == [desk.dog] * 2
    desk.workspace.execute(SetLabel(ids, None))
    assert get(desk, ids[0]).label_id is None


def test_a_pose_must_fit_the_new_label(desk: Any) -> None:
    skeleton = desk.workspace.execute(AddSkeleton("pair", ("a", "b"))).value.id
    pair = desk.workspace.execute(AddLabel("pair", skeleton_id=skeleton)).value.id
    made = desk.workspace.execute(AddInstance(desk.images[0], keypoints=((1, 1, 1),))).value.id
    with pytest.raises(InvalidOp, match="2 joints"):
        desk.workspace.execute(SetLabel((made,), pair))


def test_a_decision_keeps_who_and_when(desk: Any) -> None:
    instance = desk.add_proposed()
    desk.workspace.execute(SetState((instance,), State.ACCEPTED, review_ms=420))
    after = get(desk, instance)
    assert (after.state, after.reviewed_by) == (State.ACCEPTED, "ann") and after.reviewed_at == after.updated_at


def test_the_same_decision_again_is_no_step(desk: Any) -> None:
    instance = desk.add()
    before = desk.dump(story=True)
    assert desk.workspace.execute(SetState((instance,), State.ACCEPTED)).history_id == 0
    assert desk.dump(story=True) == before


@pytest.mark.parametrize(("count", "title"), [(1, "Reject instance"), (3, "Reject 3 instances")])
def test_titles_count(count: int, title: str) -> None:
    assert SetState(tuple(range(count)), State.REJECTED).title == title


def test_locks_open_again(desk: Any) -> None:
    instance = desk.add()
    for locked in (True, False):
        desk.workspace.execute(SetLocked((instance,), locked))
        assert get(desk, instance).locked is locked


def test_levels_and_attributes(desk: Any) -> None:
    instance = desk.add()
    desk.workspace.execute(SetLevel((instance,), Level.SUBPART))
    desk.workspace.execute(SetAttributes(instance, {"occluded": 1}, iscrowd=True))
    desk.workspace.execute(SetAttributes(instance, {"occluded": True}))
    after = get(desk, instance)
    assert (after.level, after.iscrowd) == (Level.SUBPART, True)
    assert after.attributes["occluded"] is True


@pytest.mark.parametrize(
    ("moved", "to", "expected"),
    [
        ((0,), "top", (1, 2, 3, 0)),
        ((3,), "bottom", (3, 0, 1, 2)),
        ((0, 2), "top", (1, 3, 0, 2)),
        ((1,), "up", (0, 2, 1, 3)),
        ((0, 1), "up", (2, 0, 1, 3)),
        ((2, 3), "up", (0, 1, 2, 3)),
        ((2, 3), "down", (0, 2, 3, 1)),
        ((0, 1), "down", (0, 1, 2, 3)),
    ],
)
def test_order(desk: Any, moved: tuple[int, ...], to: Any, expected: tuple[int, ...]) -> None:
    ids = [desk.add(), desk.add_proposed(), desk.add(), desk.add(state=State.REJECTED)]
    before = desk.dump()
    outcome = desk.workspace.execute(Reorder(tuple(ids[each] for each in moved), to))
    assert order(desk) == [ids[each] for each in expected]
    if outcome.history_id:
        desk.workspace.undo(desk.images[0])
    assert desk.dump() == before


@pytest.mark.parametrize(
    "op",
    [
        SetLabel((), None),
        SetLabel((99,), None),
        SetState((99,), State.ACCEPTED),
        SetLevel((), Level.PART),
        SetLocked((1, 99), True),
        SetLocked((), True),
        SetAttributes(99, {}),
        SetAttributes(1, {"a": object()}),
        SetAttributes(1, {"a": float("inf")}),
        Reorder((), "top"),
        Reorder((1, 99), "top"),
        SetLabel((1,), 99),
    ],
)
def test_a_refused_op_changes_nothing(desk: Any, op: Any) -> None:
    assert desk.add() == 1
    before = desk.dump(story=True)
    with pytest.raises(InvalidOp):
        desk.workspace.execute(op)
    assert desk.dump(story=True) == before
