from __future__ import annotations

from typing import Any

import pytest

from engine.errors import InvalidOp, UndoConflict
from engine.ops.instances import AddInstance, SetKeypoints
from engine.ops.labels import AddLabel, EditLabel
from engine.ops.poses import StorePoses
from engine.ops.reviews import SetLocked
from engine.ops.skeletons import AddSkeleton, DeleteSkeleton, EditSkeleton
from engine.records import SkeletonRecord
from engine.skeletons.migration import SkeletonUse, by_name, migration, words
from engine.stages.auto_pose import AutoPose
from models.api import BackendInfo

POSE = ((1.0, 2.0, 2), (3.0, 4.0, 1), (9.0, 8.0, 2))


@pytest.fixture
def person(desk: Any) -> SkeletonRecord:
    """Two labels with one skeleton; on two images a full pose, one without its last joint, one beside a mask's box."""
    made = desk.workspace.execute(
        AddSkeleton("stick", ("head", "hip", "foot"), ((0, 1), (1, 2)), (), (0.1, 0.2, 0.3), ("#00ff00",) * 3)
    ).value
    first, second = (desk.workspace.execute(AddLabel(n, skeleton_id=made.id)).value.id for n in ("man", "doll"))
    desk.poses = [
        desk.workspace.execute(op).value.id
        for op in (
            AddInstance(desk.images[0], keypoints=POSE, label_id=first),
            AddInstance(desk.images[1], keypoints=(*POSE[:2], (0.0, 0.0, 0)), label_id=second),
            AddInstance(desk.images[1], box=(0.0, 0.0, 9.0, 9.0), keypoints=POSE, label_id=first),
        )
    ]
    desk.workspace.execute(AddInstance(desk.images[0], keypoints=POSE, label_id=desk.cat))
    return made


def stored(desk: Any) -> list[Any]:
    with desk.workspace.read() as read:
        return [read.instances.get(each) for each in desk.poses]


def propose(desk: Any, pose: Any, scores: tuple[float, ...]) -> tuple[int, ...]:
    """Propose a pose for a new object of the first label."""
    with desk.workspace.read() as read:
        label = read.labels.by_name("man").id
    box = AddInstance(desk.images[0], box=(0.0, 0.0, 9.0, 9.0), label_id=label)
    source = desk.workspace.execute(box).value.id
    found = AutoPose(source, pose, scores, 0.6)
    return desk.workspace.execute(StorePoses(desk.images[0], (found,), BackendInfo("fake", "pose", "cpu"))).value


def edit(skeleton: SkeletonRecord, joints: tuple[str, ...], sources: tuple[int | None, ...], **more: Any) -> Any:
    return EditSkeleton(skeleton.id, skeleton.name, joints, sources, **more)


def test_a_change_takes_the_poses_along_in_one_step(desk: Any, person: SkeletonRecord) -> None:
    desk.workspace.execute(SetLocked((desk.poses[2],), True))
    before = desk.dump()
    op = edit(person, ("toe", "tail", "head"), (2, None, 0), edges=((0, 2),), sigmas=(0.3, 0.4, 0.1))
    outcome = desk.workspace.execute(op)
    assert outcome.value == 3
    assert outcome.changes.skeletons == {person.id} and outcome.changes.instances == set(desk.poses)
    full, half, boxed = stored(desk)
    assert full.keypoints == ((9.0, 8.0, 2), (0.0, 0.0, 0), (1.0, 2.0, 2))
    assert full.bbox == (1.0, 2.0, 8.0, 6.0)
    assert half.keypoints == ((0.0, 0.0, 0), (0.0, 0.0, 0), (1.0, 2.0, 2))
    assert half.bbox == (1.0, 2.0, 1.0, 1.0) and half.area == 1.0
    assert boxed.bbox == (0.0, 0.0, 9.0, 9.0)
    with desk.workspace.read() as read:
        assert read.skeletons.get(person.id).joints == ("toe", "tail", "head")
    desk.workspace.undo(desk.images[1])
    assert desk.dump() == before
    desk.workspace.redo(None)
    assert [each.keypoints for each in stored(desk)] == [full.keypoints, half.keypoints, boxed.keypoints]


def test_scores_of_a_proposed_pose_stay_with_their_joints(desk: Any, person: SkeletonRecord) -> None:
    (proposed,) = propose(desk, POSE, (0.9, 0.2, 0.7))
    desk.workspace.execute(edit(person, ("tail", "foot", "head"), (None, 2, 0)))
    with desk.workspace.read() as read:
        found = read.instances.get(proposed)
    assert found.joint_scores == (0.0, 0.7, 0.9)
    assert found.keypoints == ((0.0, 0.0, 0), POSE[2], POSE[0])
    before = desk.dump()
    desk.workspace.undo(None)
    desk.workspace.redo(None)
    assert desk.dump() == before


def test_only_names_and_edges_touch_no_pose(desk: Any, person: SkeletonRecord) -> None:
    outcome = desk.workspace.execute(edit(person, ("top", "hip", "foot"), (0, 1, 2), flip_pairs=((0, 2),)))
    assert outcome.value == 0 and not outcome.changes.instances


def test_the_preview_says_what_will_happen(desk: Any, person: SkeletonRecord) -> None:
    with desk.workspace.read() as read:
        use = read.skeletons.use(person.id)
        counts = read.skeletons.pose_counts()
    assert use.labels == ("man", "doll") and use.poses == 3 and counts == {person.id: 3}
    sources = (1, 0, None)
    found = migration(person.joints, ("middle", "head", "nose"), sources, use)
    assert found.lost == (("foot", 2),)
    assert (found.kept, found.emptied, found.loses, found.moved) == (1, 0, True, True)
    op = edit(person, ("middle", "head", "nose"), sources)
    before = [sum(v > 0 for _, _, v in each.keypoints) for each in stored(desk)]
    desk.workspace.execute(op)
    after = [sum(v > 0 for _, _, v in each.keypoints) for each in stored(desk)]
    assert sum(a < b for a, b in zip(after, before, strict=True)) == found.poses - found.kept
    assert words(found) == (
        "2 of 3 poses lose foot. 1 pose keeps all joints. Renamed: hip to middle. "
        "New and not labelled yet: nose. Joints change their order."
    )


def test_words_for_what_loses_nothing_or_everything() -> None:
    use = SkeletonUse(("man",), {0b01: 4, 0b10: 1})
    same = migration(("a", "b"), ("a", "b"), (0, 1), use)
    assert words(same) == "5 poses keep all joints."
    assert not same.loses
    gone = migration(("a", "b"), ("b",), (1,), use)
    assert gone.emptied == 4
    assert words(gone) == "4 of 5 poses lose a. 4 poses are left without a joint. 1 pose keeps all joints."
    assert words(migration(("a",), ("b",), (None,), SkeletonUse())) == ""
    unused = migration(("a", "b", "c"), ("a", "b"), (0, 1), use)
    assert words(unused) == "No pose has c. 5 poses keep all joints."


def test_joints_are_matched_by_name_in_any_spelling() -> None:
    assert by_name(("Left Knee", "nose"), ("nose", "left_knee", "tail", "nose")) == (1, 0, None, None)


def test_undo_is_refused_where_newer_poses_would_not_fit(desk: Any, person: SkeletonRecord) -> None:
    desk.workspace.execute(edit(person, ("head", "hip"), (0, 1)))
    with desk.workspace.read() as read:
        man = read.labels.by_name("man").id
    desk.workspace.execute(AddInstance(desk.images[0], keypoints=POSE[:2], label_id=man))
    before = desk.dump(story=True)
    with pytest.raises(UndoConflict, match="placed since do not fit the skeleton stick"):
        desk.workspace.undo(desk.images[1])
    assert desk.dump(story=True) == before


def test_undo_is_refused_where_a_pose_was_moved_since(desk: Any, person: SkeletonRecord) -> None:
    desk.workspace.execute(edit(person, ("hip", "head"), (1, 0)))
    desk.workspace.execute(SetKeypoints(desk.poses[0], ((5.0, 5.0, 2), (1.0, 2.0, 2))))
    before = desk.dump(story=True)
    with pytest.raises(UndoConflict, match="changed by something else"):
        desk.workspace.undo(None)
    assert desk.dump(story=True) == before


def test_a_deleted_skeleton_leaves_bare_poses(desk: Any, person: SkeletonRecord) -> None:
    before = desk.dump()
    assert desk.workspace.execute(DeleteSkeleton(person.id)).value == 3
    assert stored(desk)[0].keypoints == POSE
    with desk.workspace.read() as read:
        assert read.skeletons.all() == []
        assert read.labels.by_name("man").skeleton_id is None
    desk.workspace.undo(None)
    assert desk.dump() == before


def test_a_label_with_poses_gets_no_skeleton_of_other_joints(desk: Any, person: SkeletonRecord) -> None:
    other = desk.workspace.execute(AddSkeleton("other", ("x", "y", "z"))).value.id
    twin = desk.workspace.execute(AddSkeleton("twin", person.joints)).value.id
    with desk.workspace.read() as read:
        man = read.labels.by_name("man")
    with pytest.raises(InvalidOp, match="Edit stick instead"):
        desk.workspace.execute(EditLabel(man.id, "man", man.color, skeleton_id=other))
    assert desk.workspace.execute(EditLabel(man.id, "man", man.color, skeleton_id=twin)).value.skeleton_id == twin


@pytest.mark.parametrize(
    ("joints", "sources", "more"),
    [
        (("a", "b"), (0,), {}),
        (("a", "b"), (0, 0), {}),
        (("a", "b"), (0, 3), {}),
        (("a", "b"), (0, -1), {}),
        (("a", "a"), (0, 1), {}),
        (("a", " "), (0, 1), {}),
        (("a\n", "b"), (0, 1), {}),
        (("a", "b"), (0, 1), {"edges": ((0, 0),)}),
        (("a", "b", "c"), (0, 1, 2), {"flip_pairs": ((0, 1), (1, 2))}),
        (("a", "b"), (0, 1), {"sigmas": (0.1, 0.0)}),
        (("a", "b"), (0, 1), {"colors": ("#000000",)}),
        (("a", "b"), (0, 1), {"colors": ("red", "#000000")}),
        (("a", "b"), (0, 1), {"seen": ("head", "hip")}),
    ],
)
def test_what_makes_no_sense_is_refused(
    desk: Any, person: SkeletonRecord, joints: tuple[str, ...], sources: Any, more: Any
) -> None:
    before = desk.dump(story=True)
    with pytest.raises(InvalidOp):
        desk.workspace.execute(edit(person, joints, sources, **more))
    assert desk.dump(story=True) == before


def test_a_skeleton_that_is_gone(desk: Any) -> None:
    for op in (EditSkeleton(9, "x", ("a",), (None,)), DeleteSkeleton(9)):
        with pytest.raises(InvalidOp, match="no longer there"):
            desk.workspace.execute(op)
