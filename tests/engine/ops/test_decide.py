from __future__ import annotations

from typing import Any

import pytest

from engine.changes import MOST_NAMED
from engine.errors import InvalidOp, NotFound, UndoConflict
from engine.history import FEW
from engine.ops.decide import Decided, DecideMany, Decision
from engine.ops.instances import AddInstance, DeleteInstances
from engine.ops.labels import AddLabel
from engine.ops.reviews import SetLocked, SetState
from engine.ops.skeletons import AddSkeleton
from engine.records import Provenance, Stage, State
from engine.review import ReviewFilter


def get(desk: Any, instance: int) -> Any:
    with desk.workspace.read() as reader:
        return reader.instances.get(instance)


def propose(desk: Any, image: int = 0, *, score: float | None = 0.9, **more: Any) -> int:
    told = Provenance(stage=Stage.AUTO, backend="fake", score=score, stability=0.97)
    return desk.add_proposed(image, provenance=told, prompts=(), candidates=(), **more)


def test_a_decision_keeps_who_when_and_how_long(desk: Any) -> None:
    ids = (propose(desk), propose(desk, 1))
    outcome = desk.workspace.execute(DecideMany(Decision.ACCEPT, ids, review_ms=3001))
    assert outcome.value == Decided(ids) and outcome.title == "Accept 2 instances"
    for instance in [get(desk, each) for each in ids]:
        assert (instance.state, instance.reviewed_by, instance.review_ms) == (State.ACCEPTED, "ann", 1500)
        assert instance.reviewed_at == instance.updated_at


def test_one_is_told_as_one(desk: Any) -> None:
    assert DecideMany(Decision.REJECT, (propose(desk),)).title == "Reject instance"


def test_by_threshold_it_is_one_step_and_undone_as_one(desk: Any) -> None:
    ids = [propose(desk, number % 2, score=number / 10, x=number) for number in range(10)]
    before = desk.dump()
    outcome = desk.workspace.execute(DecideMany(Decision.REJECT, among=ReviewFilter(below_score=0.5)))
    assert outcome.value.done == tuple(ids[:5])
    assert [get(desk, each).state for each in ids] == [State.REJECTED] * 5 + [State.PROPOSED] * 5
    after = desk.dump()
    desk.workspace.undo(None)
    assert desk.dump() == before
    desk.workspace.redo(None)
    assert desk.dump() == after


def test_what_people_decided_is_never_touched(desk: Any) -> None:
    mine, other, waiting = propose(desk), propose(desk), propose(desk)
    desk.workspace.execute(SetState((mine,), State.ACCEPTED))
    desk.workspace.execute(SetState((other,), State.REJECTED))
    kept = get(desk, mine), get(desk, other)
    for op in (
        DecideMany(Decision.REJECT, (mine, other, waiting)),
        DecideMany(Decision.REJECT, among=ReviewFilter()),
        DecideMany(Decision.RELABEL, (mine, other), label_id=desk.dog),
    ):
        desk.workspace.execute(op)
        assert (get(desk, mine), get(desk, other)) == kept
    assert get(desk, waiting).state is State.REJECTED


def test_what_is_passed_over_is_counted(desk: Any) -> None:
    mine, locked, gone, waiting = (propose(desk, x=number) for number in range(4))
    desk.workspace.execute(SetState((mine,), State.ACCEPTED))
    desk.workspace.execute(SetLocked((locked,), True))
    desk.workspace.execute(DeleteInstances((gone,)))
    op = DecideMany(Decision.ACCEPT, (mine, locked, gone, waiting, waiting))
    assert desk.workspace.execute(op).value == Decided((waiting,), already=1, locked=1, gone=1)
    before = desk.dump(story=True)
    again = desk.workspace.execute(op)
    assert (again.value.done, again.history_id) == ((), 0) and desk.dump(story=True) == before


def test_a_threshold_that_keeps_nothing_is_no_step(desk: Any) -> None:
    propose(desk, score=0.5)
    before = desk.dump(story=True)
    outcome = desk.workspace.execute(DecideMany(Decision.ACCEPT, among=ReviewFilter(least_score=0.99)))
    assert outcome.value == Decided(()) and desk.dump(story=True) == before


@pytest.mark.parametrize("op", [DecideMany(Decision.ACCEPT), DecideMany(Decision.ACCEPT, (1,), ReviewFilter())])
def test_nothing_or_twice_named_is_refused(desk: Any, op: DecideMany) -> None:
    with pytest.raises(InvalidOp, match="Say which"):
        desk.workspace.execute(op)


def test_relabel_leaves_the_decision_open(desk: Any) -> None:
    ids = (propose(desk, label_id=None), propose(desk, 1))
    desk.workspace.execute(DecideMany(Decision.RELABEL, ids, label_id=desk.dog))
    assert [(get(desk, each).label_id, get(desk, each).state) for each in ids] == [(desk.dog, State.PROPOSED)] * 2
    assert get(desk, ids[0]).reviewed_by == ""
    with pytest.raises(NotFound):
        desk.workspace.execute(DecideMany(Decision.RELABEL, ids, label_id=99))


def test_a_pose_must_fit_the_new_label(desk: Any) -> None:
    skeleton = desk.workspace.execute(AddSkeleton("pair", ("a", "b"))).value.id
    pair = desk.workspace.execute(AddLabel("pair", skeleton_id=skeleton)).value.id
    op = AddInstance(desk.images[0], keypoints=((1, 1, 1),), state=State.PROPOSED)
    made = desk.workspace.execute(op).value.id
    with pytest.raises(InvalidOp, match="2 joints"):
        desk.workspace.execute(DecideMany(Decision.RELABEL, (made,), label_id=pair))


def test_large_steps_are_undone_row_for_row_like_small_ones(desk: Any) -> None:
    ids = [propose(desk, number % 2, x=number % 15, label_id=None) for number in range(FEW + 5)]
    # Some rows change other columns than the rest: proposed again after a decision, they carry a reviewer already.
    desk.workspace.execute(SetState(tuple(ids[:3]), State.REJECTED, review_ms=5))
    desk.workspace.execute(SetState(tuple(ids[:3]), State.PROPOSED))
    before = desk.dump()
    outcome = desk.workspace.execute(DecideMany(Decision.ACCEPT, among=ReviewFilter(), review_ms=40_000))
    after = desk.dump()
    undone = desk.workspace.undo(None)
    assert desk.dump() == before and undone.changes == outcome.changes
    redone = desk.workspace.redo(None)
    assert desk.dump() == after and redone.changes == outcome.changes


def test_a_large_step_is_not_undone_over_a_later_change(desk: Any) -> None:
    ids = [propose(desk, number % 2, x=number % 15) for number in range(FEW + 5)]
    desk.workspace.execute(DecideMany(Decision.ACCEPT, among=ReviewFilter()))
    with desk.workspace._writing() as connection:
        connection.exec_driver_sql(f"UPDATE instances SET state = 'rejected' WHERE id = {ids[7]}")
    before = desk.dump(story=True)
    with pytest.raises(UndoConflict, match=f"instance {ids[7]} was changed"):
        desk.workspace.undo(None)
    assert desk.dump(story=True) == before


def test_a_label_deleted_since_stops_a_large_redo(desk: Any) -> None:
    for number in range(FEW + 5):
        propose(desk, number % 2, x=number % 15, label_id=None)
    bird = desk.workspace.execute(AddLabel("bird")).value.id
    desk.workspace.execute(DecideMany(Decision.RELABEL, among=ReviewFilter(), label_id=bird))
    desk.workspace.undo(None)
    with desk.workspace._writing() as connection:
        connection.exec_driver_sql(f"DELETE FROM labels WHERE id = {bird}")
    with pytest.raises(UndoConflict, match="tied to another step"):
        desk.workspace.redo(None)


def test_a_decision_on_one_image_is_undone_there(desk: Any) -> None:
    first, second = propose(desk, 0), propose(desk, 1)
    desk.workspace.execute(DecideMany(Decision.ACCEPT, (first,)))
    desk.workspace.execute(DecideMany(Decision.ACCEPT, (second,)))
    desk.workspace.undo(desk.images[0])
    assert (get(desk, first).state, get(desk, second).state) == (State.PROPOSED, State.ACCEPTED)


def test_more_than_can_be_named_tells_to_read_everything(desk: Any) -> None:
    """Views would otherwise read back every one of a hundred thousand rows."""
    first = get(desk, propose(desk, 0))
    with desk.workspace._writing() as connection:
        names = [
            column[1]
            for column in connection.exec_driver_sql("PRAGMA table_info(instances)")
            if column[1] not in ("id", "image_id", "coco_id")
        ]
        told = ", ".join(names)
        connection.exec_driver_sql(
            f"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {MOST_NAMED + 5}) "
            f"INSERT INTO instances (image_id, {told}) SELECT 1 + i % 2, {told} FROM instances, n WHERE id = {first.id}"
        )
    outcome = desk.workspace.execute(DecideMany(Decision.ACCEPT, among=ReviewFilter()))
    assert len(outcome.value.done) == MOST_NAMED + 6
    assert outcome.changes.everything and not outcome.changes.instances
    assert desk.workspace.undo(None).changes.everything
    with desk.workspace.read() as reader:
        assert reader.review.count() == MOST_NAMED + 6
