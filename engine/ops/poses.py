"""Ops that propose poses: the run over many images, and what one image's answers become.

A pose is proposed beside its instance, as an instance of its own (its twin), so that nothing a person has made is
touched; ``engine.ops.joining`` brings the two together when both are accepted.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

from engine.joint_scores import score_values
from engine.ops import checks
from engine.ops.base import Op
from engine.ops.box_masks import corners
from engine.ops.instances import delete_one
from engine.ops.jobs import POSES, create
from engine.ops.proposals import box_prompt, insert_proposed, machine_story
from engine.records import InstanceRecord, Json, State
from engine.stages.auto_pose import AutoPose
from engine.stages.poses import Figure, PoseParams
from engine.storage.reader import Reader
from engine.transaction import Tx
from models.api import BackendInfo

TOOL = "pose"


@dataclass(frozen=True)
class CreatePoseJob(Op[int]):
    """Note a run that proposes poses, with one item an image; returns the job's number."""

    backend: str
    params: PoseParams
    image_ids: Sequence[int] = field(repr=False)
    about: Json = field(default_factory=dict)
    undoable: ClassVar[bool] = False

    @property
    def title(self) -> str:
        """Say on how much."""
        return f"Start poses on {len(self.image_ids)} images"

    def apply(self, tx: Tx) -> int:
        """Write the job and its items."""
        return create(tx, POSES, self.backend, {**self.about, POSES: self.params.to_json()}, self.image_ids)


@dataclass(frozen=True)
class StorePoses(Op[tuple[int, ...]]):
    """Propose poses for instances of one image, as one step; returns the ids of the proposals.

    ``again`` also takes instances that a pose was proposed for before: the person has asked for just these, and what
    was proposed and nobody has touched is replaced.
    """

    image_id: int
    found: tuple[AutoPose, ...] = field(repr=False)
    backend: BackendInfo
    again: bool = False

    @property
    def title(self) -> str:
        """Say how many."""
        return "Propose a pose" if len(self.found) == 1 else f"Propose {len(self.found)} poses"

    def apply(self, tx: Tx) -> tuple[int, ...]:
        """Write the proposals and the boxes as their prompts."""
        return store_answers(tx, self.image_id, self.found, self.backend, None, again=self.again)


def joints_of_labels(reader: Reader, label_ids: Collection[int] = ()) -> dict[int, tuple[str, ...]]:
    """Return the joints of every label that has a skeleton by label id, narrowed to ``label_ids`` if there are any."""
    skeletons = {each.id: each.joints for each in reader.skeletons.all()}
    return {
        label.id: skeletons[label.skeleton_id]
        for label in reader.labels.all()
        if label.skeleton_id is not None and (not label_ids or label.id in label_ids)
    }


def open_figures(
    reader: Reader, image_id: int, label_ids: Collection[int] = (), *, again: bool = False
) -> tuple[Figure, ...]:
    """Return an image's instances that a pose is wanted for, those left out that one was proposed for already.

    A pose that a person rejected counts too: it is not proposed a second time. ``again`` takes those as well, save
    where somebody has corrected a proposal that still waits.
    """
    joints = joints_of_labels(reader, label_ids)
    fit = [each for each in reader.instances.of_image(image_id) if each.label_id in joints and lacks_pose(each)]
    done = _done(reader.instances.twins([each.id for each in fit]), again=again)
    return tuple(
        Figure(each.id, each.bbox, joints[each.label_id])
        for each in fit
        if each.id not in done and each.bbox is not None and each.label_id is not None
    )


def lacks_pose(instance: InstanceRecord) -> bool:
    """Tell whether an instance could be given a pose: it has a place, no labelled joint, and may be changed."""
    plain = not (instance.iscrowd or instance.locked or instance.posed)
    return plain and instance.bbox is not None and instance.pose_of is None


def _done(twins: Sequence[InstanceRecord], *, again: bool) -> set[int | None]:
    return {each.pose_of for each in twins if not again or (each.state is State.PROPOSED and each.edits)}


def store_answers(
    tx: Tx,
    image_id: int,
    found: Sequence[AutoPose],
    backend: BackendInfo,
    job_id: int | None,
    *,
    again: bool = False,
) -> tuple[int, ...]:
    """Write a proposed twin for each pose, with the label of its instance and that one's box as its prompt.

    An instance that was removed, locked, or got a pose meanwhile is passed over.
    """
    still = {figure.source: figure for figure in open_figures(tx.read, image_id, again=again)}
    fit = [pose for pose in found if pose.source in still and len(pose.keypoints) == len(still[pose.source].joints)]
    if again:
        _clear(tx, [pose.source for pose in fit])
    sources = {each.id: each for each in tx.read.instances.some([pose.source for pose in fit])}
    z = tx.read.instances.top_z(image_id) + 1
    rows = [{**_row(tx, pose, sources[pose.source], backend), "z": z + place} for place, pose in enumerate(fit)]
    prompts = [box_prompt(*corners(still[pose.source].box)) for pose in fit]
    return insert_proposed(tx, image_id, rows, prompts, job_id)


def _clear(tx: Tx, sources: Sequence[int]) -> None:
    """Remove what was proposed for these before and nobody has touched."""
    for twin in tx.read.instances.twins(sources):
        if twin.state is State.PROPOSED and not twin.locked:
            delete_one(tx, twin.id)


def _row(tx: Tx, pose: AutoPose, source: InstanceRecord, backend: BackendInfo) -> dict[str, Any]:
    checks.finite(pose.scores, "scores")
    around = checks.keypoint_box(pose.keypoints)
    place: Mapping[str, Any] = {} if around is None else {**checks.box_values(around), "area": around[2] * around[3]}
    return {
        "label_id": source.label_id,
        "pose_of": source.id,
        "keypoints": checks.keypoint_values(tx, source.label_id, pose.keypoints),
        **score_values(pose.keypoints, pose.scores),
        **place,
        **machine_story(backend, TOOL, pose.score),
    }
