"""A proposed pose and its object become one when both are accepted; nothing accepted is lost, and undo parts them."""

from __future__ import annotations

import numpy as np
import pytest

from engine.errors import InvalidOp
from engine.ops.decide import DecideMany, Decision
from engine.ops.instances import AddInstance, DeleteInstances, SetKeypoints
from engine.ops.labels import AddLabel
from engine.ops.poses import StorePoses, open_figures
from engine.ops.reviews import SetLabel, SetLocked, SetState
from engine.ops.skeletons import AddSkeleton
from engine.records import InstanceRecord, State
from engine.review import ReviewBy, ReviewOrder
from engine.stages.auto_pose import AutoPose
from engine.workspace import Workspace
from models.api import BackendInfo
from models.masks import encode
from tests.engine.conftest import Desk

BACKEND = BackendInfo("fake-pose", "pose", "cpu", "w1")
POSE = ((8.0, 6.0, 2), (0.0, 0.0, 0), (12.0, 9.0, 2))
SCORES = (0.75, 0.0, 0.25)


@pytest.fixture
def workspace(desk: Desk) -> Workspace:
    return desk.workspace


@pytest.fixture
def image_id(desk: Desk) -> int:
    return desk.images[0]


@pytest.fixture
def person(workspace: Workspace, image_id: int) -> int:
    """An accepted mask of a label with three joints."""
    skeleton = workspace.execute(AddSkeleton("three", ("a", "b", "c"))).value.id
    label = workspace.execute(AddLabel("person", skeleton_id=skeleton)).value.id
    with workspace.read() as reader:
        image = reader.images.get(image_id)
    mask = np.zeros((image.height, image.width), dtype=bool)
    mask[4:12, 5:15] = True
    return workspace.execute(AddInstance(image_id, mask=encode(mask), label_id=label)).value.id


def propose(workspace: Workspace, image_id: int, source: int, *, again: bool = False) -> int:
    found = (AutoPose(source, POSE, SCORES, 0.5),)
    (twin,) = workspace.execute(StorePoses(image_id, found, BACKEND, again)).value
    return twin


def get(workspace: Workspace, instance_id: int) -> InstanceRecord:
    with workspace.read() as reader:
        return reader.instances.get(instance_id)


def least(workspace: Workspace, instance_id: int) -> float:
    with workspace.read() as reader:
        place = reader.review.place_of(ReviewOrder(ReviewBy.JOINT), instance_id)
    assert place is not None
    return place.key


def test_accepted_joints_go_over_to_the_mask_and_the_row_stays_as_their_story(
    workspace: Workspace, image_id: int, person: int
) -> None:
    twin = propose(workspace, image_id, person)
    before = get(workspace, person)
    workspace.execute(DecideMany(Decision.ACCEPT, (twin,), review_ms=900))
    joined, story = get(workspace, person), get(workspace, twin)
    assert (joined.keypoints, joined.joint_scores) == (POSE, SCORES)
    assert (joined.mask, joined.bbox, joined.edits, joined.state) == (before.mask, before.bbox, 0, State.ACCEPTED)
    assert (story.state, story.pose_of, story.review_ms, story.provenance.backend) == (
        State.JOINED, person, 900, "fake-pose",
    )  # fmt: skip
    with workspace.read() as reader:
        assert [each.id for each in reader.instances.of_image(image_id)] == [person]
    workspace.undo(image_id)
    assert get(workspace, person) == before and get(workspace, twin).state is State.PROPOSED


def test_a_pose_accepted_before_its_object_waits_for_it(workspace: Workspace, image_id: int, person: int) -> None:
    workspace.execute(SetState((person,), State.PROPOSED))
    twin = propose(workspace, image_id, person)
    workspace.execute(SetState((twin,), State.ACCEPTED))
    assert get(workspace, person).keypoints is None and get(workspace, twin).state is State.ACCEPTED
    workspace.execute(SetState((person,), State.ACCEPTED))
    assert get(workspace, person).keypoints == POSE and get(workspace, twin).state is State.JOINED


def test_joints_that_a_person_placed_meanwhile_are_never_overwritten(
    workspace: Workspace, image_id: int, person: int
) -> None:
    twin = propose(workspace, image_id, person)
    mine = ((1.0, 1.0, 2), (2.0, 2.0, 2), (3.0, 3.0, 1))
    workspace.execute(SetKeypoints(person, mine))
    workspace.execute(SetState((twin,), State.ACCEPTED))
    assert get(workspace, person).keypoints == mine and get(workspace, twin).state is State.ACCEPTED


@pytest.mark.parametrize("what", ["locked", "relabelled", "deleted"])
def test_what_cannot_be_joined_stays_by_itself(workspace: Workspace, image_id: int, person: int, what: str) -> None:
    twin = propose(workspace, image_id, person)
    workspace.execute(DecideMany(Decision.ACCEPT, (twin,)))
    workspace.undo(image_id)
    if what == "locked":
        workspace.execute(SetLocked((person,), True))
    elif what == "relabelled":
        workspace.execute(SetLabel((person,), None))
    else:
        workspace.execute(DeleteInstances((person,)))
        with workspace.read() as reader:
            assert reader.instances.some([twin]) == []
        workspace.undo(image_id)
        assert get(workspace, twin).state is State.PROPOSED
        return
    workspace.execute(SetState((twin,), State.ACCEPTED))
    assert get(workspace, twin).state is State.ACCEPTED and get(workspace, person).keypoints is None


def test_object_and_pose_are_deleted_together_whatever_their_order(
    workspace: Workspace, image_id: int, person: int
) -> None:
    twin = propose(workspace, image_id, person)
    workspace.execute(DeleteInstances((person, twin)))
    with workspace.read() as reader:
        assert reader.instances.of_image(image_id, tuple(State)) == []
    workspace.undo(image_id)
    assert get(workspace, twin).pose_of == person


def test_a_joined_pose_can_still_be_rejected_until_its_joints_are_changed(
    workspace: Workspace, image_id: int, person: int
) -> None:
    twin = propose(workspace, image_id, person)
    workspace.execute(SetState((twin,), State.ACCEPTED))
    workspace.execute(SetState((twin,), State.ACCEPTED))
    workspace.execute(SetState((twin,), State.REJECTED))
    assert get(workspace, person).keypoints is None and get(workspace, twin).state is State.REJECTED
    workspace.execute(SetState((twin,), State.ACCEPTED))
    workspace.execute(SetKeypoints(person, ((8.5, 6.0, 2), *POSE[1:])))
    with pytest.raises(InvalidOp, match="changed or locked since"):
        workspace.execute(SetState((twin,), State.REJECTED))
    with pytest.raises(InvalidOp, match="joins its object when it is accepted"):
        workspace.execute(SetState((twin,), State.JOINED))


def test_moved_joints_are_certain_and_the_others_keep_their_scores(
    workspace: Workspace, image_id: int, person: int
) -> None:
    twin = propose(workspace, image_id, person)
    assert least(workspace, twin) == 0.25
    workspace.execute(SetKeypoints(twin, (POSE[0], POSE[1], (12.0, 9.5, 2))))
    corrected = get(workspace, twin)
    assert (corrected.joint_scores, corrected.edits, corrected.state) == ((0.75, 0.0, 1.0), 1, State.PROPOSED)
    assert least(workspace, twin) == 0.75
    workspace.undo(image_id)
    assert get(workspace, twin).joint_scores == SCORES and least(workspace, twin) == 0.25


def test_asked_again_what_nobody_touched_is_replaced_and_what_somebody_corrected_stays(
    workspace: Workspace, image_id: int, person: int
) -> None:
    first = propose(workspace, image_id, person)
    assert workspace.execute(StorePoses(image_id, (AutoPose(person, POSE, SCORES, 0.5),), BACKEND)).value == ()
    second = propose(workspace, image_id, person, again=True)
    with workspace.read() as reader:
        assert [each.id for each in reader.instances.twins([person])] == [second] != [first]
    workspace.execute(SetKeypoints(second, (POSE[0], POSE[1], (12.0, 9.5, 2))))
    with workspace.read() as reader:
        assert open_figures(reader, image_id, again=True) == ()
