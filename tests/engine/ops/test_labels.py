from __future__ import annotations

from typing import Any

import pytest

from engine.errors import InvalidOp
from engine.ops.instances import AddInstance
from engine.ops.labels import AddLabel, DeleteLabel, EditLabel, MergeLabels, MoveLabel
from engine.ops.skeletons import AddSkeleton
from engine.palette import PALETTE


def labels(desk: Any) -> list[Any]:
    with desk.workspace.read() as read:
        return list(read.labels.all())


def test_a_new_label_comes_last_in_the_next_colour(desk: Any) -> None:
    made = desk.workspace.execute(AddLabel("  bird ", parent_id=desk.cat, is_thing=False, supercategory="animal")).value
    assert (made.name, made.color, made.position) == ("bird", PALETTE[2], 2)
    assert (made.parent_id, made.is_thing, made.supercategory) == (desk.cat, False, "animal")
    assert labels(desk)[-1] == made


def test_the_palette_has_no_twins() -> None:
    assert len(set(PALETTE)) == len(PALETTE) == 20


def test_an_edit_keeps_the_instances(desk: Any) -> None:
    desk.add()
    edited = desk.workspace.execute(EditLabel(desk.cat, "Kätzchen", "#ABCDEF", parent_id=desk.dog)).value
    assert (edited.name, edited.color, edited.parent_id) == ("Kätzchen", "#abcdef", desk.dog)


@pytest.mark.parametrize(("position", "expected"), [(0, "cab"), (1, "acb"), (9, "abc"), (-5, "cab")])
def test_moving(desk: Any, position: int, expected: str) -> None:
    bird = desk.workspace.execute(AddLabel("bird")).value.id
    names = dict(zip("abc", (desk.cat, desk.dog, bird), strict=True))
    desk.workspace.execute(MoveLabel(bird, position))
    assert [each.id for each in labels(desk)] == [names[letter] for letter in expected]
    assert [each.position for each in labels(desk)] == [0, 1, 2]


def test_deleting_frees_instances_and_children(desk: Any) -> None:
    instance = desk.add()
    child = desk.workspace.execute(AddLabel("kitten", parent_id=desk.cat)).value.id
    before = desk.dump()
    outcome = desk.workspace.execute(DeleteLabel(desk.cat))
    assert outcome.value == 1 and outcome.changes.instances == {instance}
    assert outcome.changes.labels == {desk.cat, child}
    desk.workspace.undo(None)
    assert desk.dump() == before


def test_merging_moves_instances(desk: Any) -> None:
    instance = desk.add()
    assert desk.workspace.execute(MergeLabels(desk.cat, desk.dog)).value == 1
    with desk.workspace.read() as read:
        assert read.instances.get(instance).label_id == desk.dog
        assert read.instances.count_by_label() == {desk.dog: 1}
    assert [each.id for each in labels(desk)] == [desk.dog]


def test_a_skeleton_keeps_its_parts(desk: Any) -> None:
    made = desk.workspace.execute(AddSkeleton(" duo ", ("l", "r"), ((0, 1),), ((0, 1),), (0.1, 0.2))).value
    assert (made.name, made.joints, made.edges, made.flip_pairs) == ("duo", ("l", "r"), ((0, 1),), ((0, 1),))
    assert made.sigmas == (0.1, 0.2)


def test_stored_poses_bind_the_skeleton(desk: Any) -> None:
    skeleton = desk.workspace.execute(AddSkeleton("duo", ("l", "r"))).value.id
    trio = desk.workspace.execute(AddLabel("other", skeleton_id=skeleton)).value.id
    desk.workspace.execute(AddInstance(desk.images[0], label_id=desk.cat, keypoints=((1, 1, 1),)))
    before = desk.dump(story=True)
    for op in (EditLabel(desk.cat, "cat", "#000000", skeleton_id=skeleton), MergeLabels(desk.cat, trio)):
        with pytest.raises(InvalidOp, match="number of joints"):
            desk.workspace.execute(op)
    with pytest.raises(InvalidOp, match="has a skeleton"):
        desk.workspace.execute(MergeLabels(trio, desk.cat))
    assert desk.dump(story=True) == before


@pytest.mark.parametrize(
    "op",
    [
        AddLabel(" "),
        AddLabel("a\nb"),
        AddLabel("a\0b"),
        AddLabel("\udcff"),
        AddLabel("cat"),
        AddLabel("x", color="red"),
        AddLabel("x", color="#12345"),
        AddLabel("x", parent_id=99),
        AddLabel("x", skeleton_id=99),
        EditLabel(1, "dog", "#000000"),
        EditLabel(1, "cat", "#000000", parent_id=1),
        EditLabel(1, "cat", "#000000", parent_id=99),
        EditLabel(1, "cat", "#000000", skeleton_id=99),
        EditLabel(99, "x", "#000000"),
        MoveLabel(99, 0),
        DeleteLabel(99),
        MergeLabels(1, 1),
        MergeLabels(1, 99),
        MergeLabels(99, 1),
        AddSkeleton("", ("a",)),
        AddSkeleton("s", ()),
        AddSkeleton("s", ("a", "a")),
        AddSkeleton("s", ("a",), ((0, 1),)),
        AddSkeleton("s", ("a",), (), ((-1, 0),)),
        AddSkeleton("s", ("a",), sigmas=(1.0, 2.0)),
        AddSkeleton("s", ("a",), sigmas=(float("nan"),)),
    ],
)
def test_a_refused_op_changes_nothing(desk: Any, op: Any) -> None:
    before = desk.dump(story=True)
    with pytest.raises(InvalidOp):
        desk.workspace.execute(op)
    assert desk.dump(story=True) == before


def test_a_circle_of_three_is_refused(desk: Any) -> None:
    bird = desk.workspace.execute(AddLabel("bird", parent_id=desk.dog)).value.id
    desk.workspace.execute(EditLabel(desk.dog, "dog", "#000000", parent_id=desk.cat))
    with pytest.raises(InvalidOp, match="below itself"):
        desk.workspace.execute(EditLabel(desk.cat, "cat", "#000000", parent_id=bird))


def test_a_taken_skeleton_name_is_refused(desk: Any) -> None:
    desk.workspace.execute(AddSkeleton("s", ("a",)))
    with pytest.raises(InvalidOp, match="empty or taken"):
        desk.workspace.execute(AddSkeleton("s", ("a",)))
