"""Runs over poses: what is proposed, told and refused; joined when accepted; withdrawn as a whole."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from engine.errors import BackendFailed, InvalidOp, NotFound
from engine.inference.draft import ImageRef
from engine.jobs.finder import LocalFinder
from engine.jobs.poses import create_pose_job
from engine.jobs.start import run_job
from engine.jobs.stop import Stop
from engine.ops.imports import WithdrawJob
from engine.ops.instances import AddInstance
from engine.ops.labels import AddLabel
from engine.ops.reviews import SetLocked, SetState
from engine.ops.skeletons import AddSkeleton
from engine.records import JobState, PromptRecord, Stage, State
from models import registry
from tests.engine.jobs.conftest import Shop, Watched

BOX = (5.0, 4.0, 30.0, 20.0)
JOINTS = ("head", "foot")


def posing(before: Callable[[ImageRef], None] = lambda _: None) -> Watched:
    watched = Watched(before)
    watched.finder = LocalFinder(registry.load("fake-pose"))
    return watched


@pytest.fixture
def people(shop: Shop) -> Shop:
    """Three images; the first has two people and a dog, the second a person, the third one with a pose."""
    do = shop.workspace.execute
    skeleton = do(AddSkeleton("two", JOINTS, ((0, 1),))).value.id
    person, dog = do(AddLabel("person", skeleton_id=skeleton)).value.id, do(AddLabel("dog")).value.id
    first, second, third = shop.ids()
    do(AddInstance(first, label_id=person, box=BOX))
    do(AddInstance(first, label_id=person, box=(1.0, 1.0, 9.0, 9.0), state=State.PROPOSED))
    do(AddInstance(first, label_id=dog, box=BOX))
    do(AddInstance(second, label_id=person, box=BOX))
    do(AddInstance(third, label_id=person, box=BOX, keypoints=((9.0, 9.0, 2), (9.0, 19.0, 1))))
    return shop


def start(shop: Shop, **more: object) -> int:
    return create_pose_job(shop.workspace, "fake-pose", shop.ids(), **more)  # type: ignore[arg-type]


def test_each_box_gets_a_proposal_beside_it_and_stays_as_it_is(people: Shop) -> None:
    before = {each.id: each for each in people.instances()}
    job_id = start(people)
    progress = run_job(people.file, job_id, finder=posing())
    assert (progress.state, progress.total, progress.instances) == (JobState.DONE, 2, 3)
    after = {each.id: each for each in people.instances()}
    assert {row: after[row] for row in before} == before
    new = [each for row, each in after.items() if row not in before]
    assert {(each.state, each.provenance.stage, each.provenance.tool, each.job_id, each.label_id) for each in new} == {
        (State.PROPOSED, Stage.AUTO, "pose", job_id, 1)
    }
    assert [each.pose_of for each in new] == [1, 2, 4]
    assert new[0].keypoints == ((12.5, 9.0, 2), (27.5, 19.0, 2)) and new[0].joint_scores == (0.9, 0.9)
    assert new[0].bbox == (12.5, 9.0, 15.0, 10.0) and new[0].mask is None
    with people.workspace.read() as reader:
        assert reader.instances.prompts(new[0].id) == (PromptRecord("box", 5.0, 4.0, 35.0, 24.0),)


def test_a_second_run_asks_only_what_is_new_and_never_what_was_rejected(people: Shop) -> None:
    run_job(people.file, start(people), finder=posing())
    proposed = [each.id for each in people.instances() if each.pose_of]
    people.workspace.execute(SetState((proposed[0],), State.REJECTED))
    with pytest.raises(InvalidOp, match="lacks a pose"):
        start(people)
    people.workspace.execute(AddInstance(people.ids()[2], label_id=1, box=BOX))
    assert run_job(people.file, start(people), finder=posing()).instances == 1


def test_a_stopped_run_goes_on_and_stores_nothing_twice(people: Shop) -> None:
    job_id, stop = start(people), Stop()
    run_job(people.file, job_id, finder=posing(lambda _: stop.ask()), stop=stop)
    assert people.progress(job_id).done == 1
    assert run_job(people.file, job_id, finder=posing()).instances == 3
    stop.close()


def test_what_is_locked_or_posed_meanwhile_is_passed_over(people: Shop) -> None:
    def meanwhile(image: object) -> None:
        people.workspace.execute(SetLocked((1,), True))

    assert run_job(people.file, start(people), finder=posing(meanwhile)).instances == 2


def test_the_run_is_withdrawn_save_for_what_was_decided(people: Shop) -> None:
    job_id = start(people)
    run_job(people.file, job_id, finder=posing())
    people.workspace.execute(SetState((6,), State.ACCEPTED))
    done = people.workspace.execute(WithdrawJob(job_id)).value
    assert (done.removed, done.kept) == (2, 1)
    assert people.instances()[0].keypoints == ((12.5, 9.0, 2), (27.5, 19.0, 2))


def test_a_run_through_the_inference_process(people: Shop) -> None:
    assert run_job(people.file, start(people)).instances == 3


def test_a_segmenter_does_no_poses_and_nothing_to_do_is_said(people: Shop, shop: Shop) -> None:
    with pytest.raises(InvalidOp, match="'fake' finds no poses"):
        create_pose_job(people.workspace, "fake", people.ids())
    with pytest.raises(BackendFailed, match="no backend called 'nobody'"):
        create_pose_job(people.workspace, "nobody", people.ids())
    with pytest.raises(NotFound, match="no label 'cow'"):
        start(people, labels=["cow"])
    with pytest.raises(InvalidOp, match="'dog' has no skeleton"):
        start(people, labels=["dog"])
    with pytest.raises(InvalidOp, match="box or mask of 'person' that lacks a pose"):
        create_pose_job(people.workspace, "fake-pose", people.ids()[2:])


def test_without_a_skeleton_the_remedy_is_named(shop: Shop) -> None:
    shop.workspace.execute(AddInstance(shop.ids()[0], box=BOX))
    with pytest.raises(InvalidOp, match="No label of the project has a skeleton"):
        start(shop)


def test_masks_are_not_made_of_the_boxes_around_proposed_poses(people: Shop) -> None:
    run_job(people.file, start(people), finder=posing())
    for each in people.instances():
        if each.pose_of is None:
            people.workspace.execute(SetState((each.id,), State.REJECTED))
    with people.workspace.read() as reader:
        assert reader.instances.images_with_boxes() == set()
