"""Ops that make, change and remove one instance."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from engine.errors import InvalidOp
from engine.ops import checks
from engine.ops.base import Op
from engine.records import (
    Box,
    CandidateRecord,
    ImageRecord,
    InstanceRecord,
    Keypoints,
    Level,
    PromptRecord,
    Provenance,
    Rle,
    State,
)
from engine.transaction import Tx


@dataclass(frozen=True)
class AddInstance(Op[InstanceRecord]):
    """Store one object with its mask, box or keypoints and the whole story of how it came to be."""

    image_id: int
    mask: Rle | None = None
    box: Box | None = None
    keypoints: Keypoints | None = None
    label_id: int | None = None
    state: State = State.ACCEPTED
    level: Level = Level.NONE
    parent_id: int | None = None
    iscrowd: bool = False
    attributes: Mapping[str, Any] = field(default_factory=dict)
    provenance: Provenance = field(default_factory=Provenance)
    prompts: tuple[PromptRecord, ...] = ()
    candidates: tuple[CandidateRecord, ...] = ()
    job_id: int | None = None

    @property
    def title(self) -> str:
        """Name it by its tool."""
        return f"Add {self.provenance.tool} instance" if self.provenance.tool else "Add instance"

    def apply(self, tx: Tx) -> InstanceRecord:
        """Write the instance, its prompts and the candidates it was chosen from."""
        image = tx.read.images.get(self.image_id)
        if self.label_id is not None:
            tx.read.labels.get(self.label_id)
        if self.parent_id is not None and tx.read.instances.get(self.parent_id).image_id != self.image_id:
            raise InvalidOp("The parent lies on another image.")
        if self.job_id is not None:
            tx.read.jobs.get(self.job_id)
        checks.story(self.prompts, self.candidates)
        geometry = _geometry(tx, image, self.label_id, self.mask, self.box, self.keypoints)
        values = {
            "image_id": self.image_id,
            "label_id": self.label_id,
            "state": str(self.state),
            "level": str(self.level),
            "parent_id": self.parent_id,
            "z": tx.read.instances.top_z(self.image_id) + 1,
            "iscrowd": self.iscrowd,
            "attributes": checks.json_values(self.attributes),
            "author": tx.author,
            "job_id": self.job_id,
            "created_at": tx.now,
            "updated_at": tx.now,
            **geometry,
            **provenance_values(self.provenance),
        }
        instance_id = tx.rows.insert("instances", values)
        _add_story(tx, instance_id, 0, self.prompts, self.candidates)
        return tx.read.instances.get(instance_id)


@dataclass(frozen=True)
class RefineInstance(Op[InstanceRecord]):
    """Replace a stored mask by a refined one; new prompts are appended, candidates replaced."""

    instance_id: int
    mask: Rle
    provenance: Provenance = field(default_factory=Provenance)
    prompts: tuple[PromptRecord, ...] = ()
    candidates: tuple[CandidateRecord, ...] = ()
    level: Level | None = None

    @property
    def title(self) -> str:
        """A constant."""
        return "Refine instance"

    def apply(self, tx: Tx) -> InstanceRecord:
        """Write the new mask; clicks and seconds add up, and what a person refined a person has accepted."""
        (old,) = checks.unlocked(tx, [self.instance_id])
        checks.story(self.prompts, self.candidates)
        told = provenance_values(self.provenance)
        told["stage"] = str(old.provenance.stage)
        told["clicks"] = old.provenance.clicks + self.provenance.clicks
        told["active_ms"] = old.provenance.active_ms + self.provenance.active_ms
        image = tx.read.images.get(old.image_id)
        values = checks.mask_values(image, self.mask) | told | {"state": str(State.ACCEPTED)}
        if self.level is not None:
            values["level"] = str(self.level)
        if old.state is not State.ACCEPTED:
            values |= {"reviewed_by": tx.author, "reviewed_at": tx.now}
        tx.touch(self.instance_id, values)
        for row_id in _row_ids(tx, "candidates", self.instance_id):
            tx.rows.delete("candidates", row_id)
        first = len(_row_ids(tx, "prompts", self.instance_id))
        _add_story(tx, self.instance_id, first, self.prompts, self.candidates)
        return tx.read.instances.get(self.instance_id)


@dataclass(frozen=True)
class ReplaceMask(Op[InstanceRecord]):
    """Give an instance another mask by hand: brush, eraser, fill holes, drop islands, smooth, vertices."""

    instance_id: int
    mask: Rle
    what: str = "Edit mask"

    @property
    def title(self) -> str:
        """Name the edit."""
        return self.what

    def apply(self, tx: Tx) -> InstanceRecord:
        """Write the mask; the backend's logits no longer belong to it and go."""
        (old,) = checks.unlocked(tx, [self.instance_id])
        tx.touch(self.instance_id, checks.mask_values(tx.read.images.get(old.image_id), self.mask))
        forget_logits(tx, self.instance_id)
        return tx.read.instances.get(self.instance_id)


@dataclass(frozen=True)
class SetBox(Op[None]):
    """Move or resize the box of an instance that has no mask."""

    instance_id: int
    box: Box

    @property
    def title(self) -> str:
        """A constant."""
        return "Edit box"

    def apply(self, tx: Tx) -> None:
        """Write the box; a mask's box follows the mask and cannot be set."""
        (old,) = checks.unlocked(tx, [self.instance_id])
        if old.mask is not None:
            raise InvalidOp("The box of a mask follows the mask; edit the mask instead.")
        tx.touch(self.instance_id, checks.box_values(self.box) | {"area": self.box[2] * self.box[3]})


@dataclass(frozen=True)
class SetKeypoints(Op[None]):
    """Give an instance another pose; ``None`` removes it where a mask or box remains."""

    instance_id: int
    keypoints: Keypoints | None

    @property
    def title(self) -> str:
        """A constant."""
        return "Edit keypoints"

    def apply(self, tx: Tx) -> None:
        """Write the joints; an instance that is only a pose gets the box around them."""
        (old,) = checks.unlocked(tx, [self.instance_id])
        if self.keypoints is None:
            if old.mask is None and old.bbox is None:
                raise InvalidOp("The pose is all this instance has; delete the instance instead.")
            tx.touch(self.instance_id, {"keypoints": None})
            return
        values: dict[str, Any] = {"keypoints": checks.keypoint_values(tx, old.label_id, self.keypoints)}
        around = checks.keypoint_box(self.keypoints)
        if old.mask is None and around is not None and _is_pose_only(old):
            values |= checks.box_values(around) | {"area": around[2] * around[3]}
        tx.touch(self.instance_id, values)


@dataclass(frozen=True)
class DeleteInstances(Op[None]):
    """Remove instances with their prompts and candidates; parts below them lose their parent."""

    instance_ids: tuple[int, ...]

    @property
    def title(self) -> str:
        """Say how many."""
        return "Delete instance" if len(self.instance_ids) == 1 else f"Delete {len(self.instance_ids)} instances"

    def apply(self, tx: Tx) -> None:
        """Delete children of the row first, so that undo can put everything back in reverse."""
        # Proposed poses first: they would go with their object, and then not be there any more.
        for instance in sorted(checks.unlocked(tx, self.instance_ids), key=lambda each: each.pose_of is None):
            delete_one(tx, instance.id)


def provenance_values(provenance: Provenance) -> dict[str, Any]:
    """Return the columns that tell how an instance came to be; refuses scores that are no numbers."""
    checks.finite((provenance.score, provenance.stability), "scores")
    return {
        "stage": str(provenance.stage),
        "backend": provenance.backend,
        "weights_hash": provenance.weights_hash,
        "device": provenance.device,
        "score": None if provenance.score is None else float(provenance.score),
        "stability": None if provenance.stability is None else float(provenance.stability),
        "clicks": provenance.clicks,
        "active_ms": provenance.active_ms,
        "tool": provenance.tool,
        **{f"crop_{side}": value for side, value in zip("xywh", provenance.crop or (None,) * 4, strict=True)},
    }


def forget_logits(tx: Tx, instance_id: int) -> None:
    """Drop the backend's last answer: it does not belong to a mask that was changed by hand."""
    for row_id in _row_ids(tx, "candidates", instance_id):
        tx.rows.update("candidates", row_id, {"logits": None})


def delete_one(tx: Tx, instance_id: int) -> None:
    """Delete an instance and what hangs on it, leaves first; so go poses that were proposed for it."""
    for child in tx.read.instances.children(instance_id):
        tx.rows.update("instances", child, {"parent_id": None})
    for twin in tx.read.instances.twins([instance_id]):
        # An accepted pose was not joined for a reason, and stands by itself.
        if twin.state is not State.ACCEPTED and not twin.locked:
            delete_one(tx, twin.id)
    for table in ("prompts", "candidates"):
        for row_id in _row_ids(tx, table, instance_id):
            tx.rows.delete(table, row_id)
    tx.rows.delete("instances", instance_id)


def _geometry(
    tx: Tx, image: ImageRecord, label_id: int | None, mask: Rle | None, box: Box | None, keypoints: Keypoints | None
) -> dict[str, Any]:
    values: dict[str, Any] = {"mask": None, "keypoints": None, "area": 0.0}
    if keypoints is not None:
        values["keypoints"] = checks.keypoint_values(tx, label_id, keypoints)
        box = box or checks.keypoint_box(keypoints)
    if mask is not None:
        return values | checks.mask_values(image, mask)
    if box is not None:
        return values | checks.box_values(box) | {"area": float(box[2] * box[3])}
    if keypoints is None:
        raise InvalidOp("An instance needs a mask, a box or keypoints. Nothing was stored.")
    return values


def _is_pose_only(instance: InstanceRecord) -> bool:
    return instance.keypoints is not None and (
        instance.bbox is None or instance.bbox == checks.keypoint_box(instance.keypoints)
    )


def _row_ids(tx: Tx, table: str, instance_id: int) -> list[int]:
    return tx.rows.ids_of_instance(table, instance_id)


def _add_story(
    tx: Tx,
    instance_id: int,
    first: int,
    prompts: tuple[PromptRecord, ...],
    candidates: tuple[CandidateRecord, ...],
) -> None:
    tx.rows.insert_all(
        "prompts",
        [
            {
                "instance_id": instance_id,
                "seq": seq,
                "kind": prompt.kind,
                "x0": float(prompt.x0),
                "y0": float(prompt.y0),
                "x1": None if prompt.x1 is None else float(prompt.x1),
                "y1": None if prompt.y1 is None else float(prompt.y1),
                "positive": prompt.positive,
                "at_ms": prompt.at_ms,
            }
            for seq, prompt in enumerate(prompts, start=first)
        ],
    )
    tx.rows.insert_all(
        "candidates",
        [
            {
                "instance_id": instance_id,
                "rank": candidate.rank,
                "score": float(candidate.score),
                "stability": float(candidate.stability),
                "area": candidate.area,
                "level": str(candidate.level),
                "chosen": candidate.chosen,
                "logits": candidate.logits if candidate.chosen else None,
            }
            for candidate in candidates
        ],
    )
