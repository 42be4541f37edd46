from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from engine.changes import Changes
from engine.errors import InvalidOp, NotFound
from engine.ops.base import Op
from engine.ops.combine import DuplicateInstances, MergeInstances, SplitInstance, SubtractInstances
from engine.ops.instances import AddInstance, DeleteInstances, RefineInstance, ReplaceMask, SetBox, SetKeypoints
from engine.ops.labels import AddLabel
from engine.ops.reviews import SetLocked
from engine.ops.skeletons import AddSkeleton
from engine.records import CandidateRecord, Level, PromptRecord, Provenance, Rle, Stage, State
from models import masks


def get(desk: Any, instance: int) -> Any:
    with desk.workspace.read() as read:
        return read.instances.get(instance)


def story(desk: Any, instance: int) -> tuple[Any, Any]:
    with desk.workspace.read() as read:
        return read.instances.prompts(instance), read.instances.candidates(instance)


def posed_label(desk: Any) -> int:
    skeleton = desk.workspace.execute(AddSkeleton("stick", ("top", "bottom"), ((0, 1),))).value.id
    return desk.workspace.execute(AddLabel("stick", skeleton_id=skeleton)).value.id


def test_an_instance_keeps_its_whole_story(desk: Any) -> None:
    told = Provenance(Stage.SEMI, "net", "abc", "cpu", 0.75, 0.5, 3, 900, "smart")
    mask = desk.square(4)
    outcome = desk.workspace.execute(
        AddInstance(
            desk.images[0],
            mask=mask,
            label_id=desk.dog,
            level=Level.PART,
            attributes={"ünï": [1, {"$rle": None}]},
            provenance=told,
            prompts=(PromptRecord("box", 1, 2, 3, 4), PromptRecord("point", 1.25, 2, positive=False, at_ms=5)),
            candidates=(CandidateRecord(0, 0.5, 0.25, 9, Level.WHOLE, True, np.eye(3, dtype=np.float16)),),
        )
    )
    instance = outcome.value
    assert outcome.changes == Changes(instances=frozenset({instance.id}), image_contents=frozenset({desk.images[0]}))
    assert (instance.mask, instance.bbox, instance.area) == (mask, (4.0, 2.0, 3.0, 3.0), 9.0)
    assert (instance.provenance, instance.author, instance.state) == (told, "ann", State.ACCEPTED)
    assert instance.attributes == {"ünï": [1, {"$rle": None}]}
    prompts, candidates = story(desk, instance.id)
    assert prompts == (PromptRecord("box", 1, 2, 3, 4), PromptRecord("point", 1.25, 2, positive=False, at_ms=5))
    assert np.array_equal(candidates[0].logits, np.eye(3))
    assert get(desk, instance.id) == instance


def test_only_the_chosen_candidate_keeps_logits(desk: Any) -> None:
    logits = np.zeros((2, 2), np.float16)
    each = tuple(CandidateRecord(rank, 0.5, 0.5, 9, Level.NONE, rank == 1, logits) for rank in range(3))
    _, candidates = story(desk, desk.add(candidates=each))
    assert [candidate.logits is not None for candidate in candidates] == [False, True, False]


def test_the_next_instance_lies_on_top(desk: Any) -> None:
    assert [get(desk, desk.add()).z for _ in range(3)] == [0, 1, 2]


def test_a_pose_brings_its_box(desk: Any) -> None:
    label = posed_label(desk)
    op = AddInstance(desk.images[0], label_id=label, keypoints=((1, 2, 2), (5, 8, 1)))
    instance = desk.workspace.execute(op).value
    assert (instance.keypoints, instance.bbox, instance.area) == (((1, 2, 2), (5, 8, 1)), (1, 2, 4, 6), 24)
    nothing_seen = desk.workspace.execute(AddInstance(desk.images[0], keypoints=((0, 0, 0),))).value
    assert nothing_seen.bbox is None and nothing_seen.area == 0


def test_refining_adds_prompts_and_replaces_candidates(desk: Any) -> None:
    instance = desk.add_proposed()
    told = Provenance(Stage.ASSISTED, "other", score=0.5, clicks=1, active_ms=50)
    better = desk.square(2, size=4)
    op = RefineInstance(
        instance, better, told, (PromptRecord("point", 7, 7),), (CandidateRecord(0, 0.5, 0.5, 16, Level.NONE, True),)
    )
    after = desk.workspace.execute(op).value
    assert (after.mask, after.area, after.bbox) == (better, 16, (2, 2, 4, 4))
    assert (after.state, after.reviewed_by) == (State.ACCEPTED, "ann")
    assert (after.provenance.clicks, after.provenance.active_ms, after.provenance.backend) == (3, 750, "other")
    prompts, candidates = story(desk, instance)
    assert [prompt.x0 for prompt in prompts] == [1.5, 3.0, 7.0] and len(candidates) == 1


def test_a_mask_edited_by_hand_loses_its_logits(desk: Any) -> None:
    instance = desk.add()
    after = desk.workspace.execute(ReplaceMask(instance, desk.square(5), "Paint")).value
    assert after.mask == desk.square(5) and after.updated_at > after.created_at
    _, candidates = story(desk, instance)
    assert len(candidates) == 3 and all(candidate.logits is None for candidate in candidates)


def test_boxes_move_only_without_masks(desk: Any) -> None:
    instance = desk.add_box()
    desk.workspace.execute(SetBox(instance, (0, 0, 5, 2)))
    assert (get(desk, instance).bbox, get(desk, instance).area) == ((0, 0, 5, 2), 10)


def test_keypoints_change_and_go(desk: Any) -> None:
    instance = desk.add(label_id=posed_label(desk))
    desk.workspace.execute(SetKeypoints(instance, ((1, 1, 2), (2, 2, 2))))
    assert get(desk, instance).bbox == (1, 2, 3, 3)
    desk.workspace.execute(SetKeypoints(instance, None))
    assert get(desk, instance).keypoints is None


def test_a_pose_moves_its_own_box(desk: Any) -> None:
    made = desk.workspace.execute(AddInstance(desk.images[0], keypoints=((1, 1, 2), (3, 3, 2)))).value
    desk.workspace.execute(SetKeypoints(made.id, ((4, 4, 2), (9, 9, 2))))
    assert get(desk, made.id).bbox == (4, 4, 5, 5)


def test_deleting_takes_the_story_and_frees_the_parts(desk: Any) -> None:
    empty = desk.dump()
    whole = desk.add()
    part = desk.add(x=2, parent_id=whole)
    outcome = desk.workspace.execute(DeleteInstances((whole, whole)))
    assert outcome.changes.instances == {whole, part}
    assert get(desk, part).parent_id is None
    desk.workspace.execute(DeleteInstances((part,)))
    after = desk.dump()
    assert all(after[table] == empty[table] for table in ("instances", "prompts", "candidates"))


def test_ids_are_never_used_twice(desk: Any) -> None:
    first = desk.add()
    desk.workspace.execute(DeleteInstances((first,)))
    assert desk.add() > first


def test_merging_joins_masks(desk: Any) -> None:
    first, second = desk.add(x=1), desk.add(x=6)
    merged = desk.workspace.execute(MergeInstances((first, second))).value
    assert merged.id == first and merged.area == 18
    with pytest.raises(NotFound):
        get(desk, second)


def test_subtracting_leaves_the_rest(desk: Any) -> None:
    target, cutter = desk.add(x=1, size=4), desk.add(x=3)
    left = desk.workspace.execute(SubtractInstances(target, (cutter,))).value
    assert left.area == 16 - 6 and get(desk, cutter).area == 9


def test_splitting_counts_the_clicks_once(desk: Any) -> None:
    instance = desk.add(job_id=None)
    ids = desk.workspace.execute(SplitInstance(instance, (desk.square(1), desk.square(9)))).value
    assert ids[0] == instance
    parts = [get(desk, each) for each in ids]
    assert [part.label_id for part in parts] == [desk.cat] * 2
    assert [part.provenance.clicks for part in parts] == [2, 0]


def test_copies_are_new_and_unlocked(desk: Any) -> None:
    instance = desk.add()
    desk.workspace.execute(SetLocked((instance,), True))
    (copy,) = desk.workspace.execute(DuplicateInstances((instance, instance), desk.images[1])).value
    made = get(desk, copy)
    assert (made.image_id, made.mask, made.locked) == (desk.images[1], get(desk, instance).mask, False)
    assert (made.provenance.tool, made.provenance.clicks) == ("duplicate", 0)


BROKEN: list[tuple[str, Callable[[Any, int], Op[Any]]]] = [
    ("not in the project", lambda d, i: AddInstance(99, box=(0, 0, 1, 1))),
    ("label 99", lambda d, i: AddInstance(d.images[0], box=(0, 0, 1, 1), label_id=99)),
    ("instance 99", lambda d, i: AddInstance(d.images[0], box=(0, 0, 1, 1), parent_id=99)),
    ("job 99", lambda d, i: AddInstance(d.images[0], box=(0, 0, 1, 1), job_id=99)),
    ("another image", lambda d, i: AddInstance(d.images[1], box=(0, 0, 1, 1), parent_id=i)),
    ("needs a mask", lambda d, i: AddInstance(d.images[0])),
    ("mask is 20 x 10", lambda d, i: AddInstance(d.images[2], mask=d.square(1))),
    ("mask is empty", lambda d, i: AddInstance(d.images[0], mask=masks.encode(np.zeros((10, 20), np.bool_)))),
    ("mask cannot be read", lambda d, i: AddInstance(d.images[0], mask=Rle(10, 20, b"\xff"))),
    ("mask cannot be read", lambda d, i: AddInstance(d.images[0], mask=Rle(10, 20, b"11"))),
    ("has no size", lambda d, i: AddInstance(d.images[0], box=(1, 1, 0, 5))),
    ("has no size", lambda d, i: AddInstance(d.images[0], box=(1, math.nan, 2, 5))),
    ("visibility", lambda d, i: AddInstance(d.images[0], keypoints=((1, 1, 3),))),
    ("finite", lambda d, i: AddInstance(d.images[0], keypoints=((math.inf, 1, 2),))),
    ("finite", lambda d, i: AddInstance(d.images[0], box=(0, 0, 1, 1), provenance=Provenance(score=math.nan))),
    ("finite", lambda d, i: AddInstance(d.images[0], box=(0, 0, 1, 1), attributes={"a": [{"b": math.nan}]})),
    ("JSON", lambda d, i: AddInstance(d.images[0], box=(0, 0, 1, 1), attributes={"a": 1j})),
    ("finite", lambda d, i: AddInstance(d.images[0], mask=d.square(1), prompts=(PromptRecord("point", math.nan, 0),))),
    (
        "finite",
        lambda d, i: RefineInstance(i, d.square(2), candidates=(CandidateRecord(0, math.inf, 0, 1, Level.NONE, True),)),
    ),
    ("mask is empty", lambda d, i: ReplaceMask(i, masks.encode(np.zeros((10, 20), np.bool_)))),
    ("mask is 8 x 8", lambda d, i: RefineInstance(i, d.square(1, width=8, height=8))),
    ("follows the mask", lambda d, i: SetBox(i, (1, 1, 2, 2))),
    ("instance 99", lambda d, i: SetKeypoints(99, None)),
    ("Select an instance", lambda d, i: DeleteInstances(())),
    ("instance 99", lambda d, i: DeleteInstances((i, 99))),
    ("at least two", lambda d, i: MergeInstances((i, i))),
    ("at least one", lambda d, i: SubtractInstances(i, ())),
    ("Nothing would be left", lambda d, i: SubtractInstances(i, (i,))),
    ("only one part", lambda d, i: SplitInstance(i, (d.square(1),))),
    ("mask is 8 x 8", lambda d, i: SplitInstance(i, (d.square(1), d.square(1, width=8, height=8)))),
    ("another size", lambda d, i: DuplicateInstances((i,), d.images[2])),
    ("image 99", lambda d, i: DuplicateInstances((i,), 99)),
]


@pytest.mark.parametrize(("words", "op"), BROKEN, ids=[f"{n}-{words}" for n, (words, _) in enumerate(BROKEN)])
def test_a_refused_op_changes_nothing(desk: Any, words: str, op: Callable[[Any, int], Op[Any]]) -> None:
    instance = desk.add()
    before = desk.dump(story=True)
    with pytest.raises(InvalidOp, match=words):
        desk.workspace.execute(op(desk, instance))
    assert desk.dump(story=True) == before


LOCKED: list[Callable[[Any, int], Op[Any]]] = [
    lambda d, i: DeleteInstances((i,)),
    lambda d, i: ReplaceMask(i, d.square(1)),
    lambda d, i: RefineInstance(i, d.square(1)),
    lambda d, i: SetKeypoints(i, ((1, 1, 1),)),
    lambda d, i: MergeInstances((i - 1, i)),
    lambda d, i: SplitInstance(i, (d.square(1), d.square(9))),
    lambda d, i: SubtractInstances(i, (i,)),
]


@pytest.mark.parametrize("op", LOCKED)
def test_a_locked_instance_stays(desk: Any, op: Callable[[Any, int], Op[Any]]) -> None:
    desk.add(x=7)
    instance = desk.add()
    desk.workspace.execute(SetLocked((instance,), True))
    before = desk.dump(story=True)
    with pytest.raises(InvalidOp, match="locked"):
        desk.workspace.execute(op(desk, instance))
    assert desk.dump(story=True) == before


def test_mixed_images_are_refused(desk: Any) -> None:
    here, there = desk.add(0), desk.add(1)
    for op in (MergeInstances((here, there)), SubtractInstances(here, (there,))):
        with pytest.raises(InvalidOp, match="different images"):
            desk.workspace.execute(op)


def test_joints_must_match_the_skeleton(desk: Any) -> None:
    label = posed_label(desk)
    with pytest.raises(InvalidOp, match="2 joints, 1 were given"):
        desk.workspace.execute(AddInstance(desk.images[0], label_id=label, keypoints=((1, 1, 1),)))


def test_a_lone_pose_is_not_taken_away(desk: Any) -> None:
    made = desk.workspace.execute(AddInstance(desk.images[0], keypoints=((0, 0, 0),))).value
    with pytest.raises(InvalidOp, match="delete the instance"):
        desk.workspace.execute(SetKeypoints(made.id, None))


def test_an_instance_without_a_mask_cannot_be_merged(desk: Any) -> None:
    with pytest.raises(InvalidOp, match="no mask"):
        desk.workspace.execute(MergeInstances((desk.add(), desk.add_box())))
