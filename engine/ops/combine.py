"""Ops that make instances of other instances: merge, subtract, split, duplicate."""

from __future__ import annotations

from dataclasses import dataclass

from engine.errors import InvalidOp
from engine.ops import checks
from engine.ops.base import Op
from engine.ops.instances import delete_one, forget_logits
from engine.records import InstanceRecord, Rle
from engine.skeletons.poses import extent
from engine.transaction import Tx
from models import masks


@dataclass(frozen=True)
class MergeInstances(Op[InstanceRecord]):
    """Join several instances into the first one and remove the others: the union of masks, the one pose, a box."""

    instance_ids: tuple[int, ...]

    @property
    def title(self) -> str:
        """Say how many."""
        return f"Merge {len(self.instance_ids)} instances"

    def apply(self, tx: Tx) -> InstanceRecord:
        """Write the union; all but one that brings a pose must have masks, and all lie on one image."""
        found = checks.unlocked(tx, self.instance_ids)
        if len(found) < 2:
            raise InvalidOp("Select at least two instances to merge.")
        image = tx.read.images.get(checks.one_image(found))
        posed = [each for each in found if extent(each.keypoints or ()) is not None]
        if len(posed) > 1:
            raise InvalidOp("Two of the selected instances have poses, and one instance has one. Nothing was changed.")
        shaped = [each for each in found if each.mask is not None or each not in posed]
        values = checks.mask_values(image, _union(shaped)) if any(each.mask is not None for each in shaped) else {}
        if posed and posed[0] is not found[0]:
            values["keypoints"] = checks.keypoint_values(tx, found[0].label_id, posed[0].keypoints or ())
        if not values:
            box = next((each.bbox for each in shaped if each.bbox is not None), None)
            if not posed or box is None:
                raise InvalidOp("A selected instance has no mask.")
            values = checks.box_values(box) | {"area": box[2] * box[3]}
        tx.touch(found[0].id, values)
        forget_logits(tx, found[0].id)
        for other in found[1:]:
            delete_one(tx, other.id)
        return tx.read.instances.get(found[0].id)


@dataclass(frozen=True)
class SubtractInstances(Op[InstanceRecord]):
    """Cut the masks of ``cutters`` out of ``instance_id``; the cutters stay."""

    instance_id: int
    cutters: tuple[int, ...]

    @property
    def title(self) -> str:
        """A constant."""
        return "Subtract instances"

    def apply(self, tx: Tx) -> InstanceRecord:
        """Write what remains; refuses to leave nothing."""
        (target,) = checks.unlocked(tx, [self.instance_id])
        if not self.cutters:
            raise InvalidOp("Select the instance to keep and at least one to subtract from it.")
        cutting = checks.selected(tx, self.cutters)
        checks.one_image([target, *cutting])
        _union([target, *cutting])
        left = masks.encode(masks.decode(_mask_of(target)) & ~masks.decode(_union(cutting)))
        if masks.area(left) == 0:
            raise InvalidOp("Nothing would be left of the instance. Nothing was changed.")
        tx.touch(target.id, checks.mask_values(tx.read.images.get(target.image_id), left))
        forget_logits(tx, target.id)
        return tx.read.instances.get(target.id)


@dataclass(frozen=True)
class SplitInstance(Op[tuple[int, ...]]):
    """Make one instance of each of ``parts``; the first keeps the id and the work, all keep label and story."""

    instance_id: int
    parts: tuple[Rle, ...]

    @property
    def title(self) -> str:
        """Say how many."""
        return f"Split into {len(self.parts)} parts"

    def apply(self, tx: Tx) -> tuple[int, ...]:
        """Write the parts and return their ids."""
        if len(self.parts) < 2:
            raise InvalidOp("The instance has only one part; there is nothing to split.")
        (old,) = checks.unlocked(tx, [self.instance_id])
        row = tx.rows.get("instances", self.instance_id)
        image = tx.read.images.get(old.image_id)
        tx.touch(self.instance_id, checks.mask_values(image, self.parts[0]))
        forget_logits(tx, self.instance_id)
        ids = [self.instance_id]
        for part in self.parts[1:]:
            copied = {name: value for name, value in row.items() if name not in ("id", "coco_id", "keypoints")}
            values = copied | checks.mask_values(image, part) | {"created_at": tx.now, "updated_at": tx.now}
            # The person's clicks and seconds were spent once; counted again they would spoil the measurements.
            values |= {"clicks": 0, "active_ms": 0, "review_ms": 0}
            ids.append(tx.rows.insert("instances", values))
        return tuple(ids)


@dataclass(frozen=True)
class DuplicateInstances(Op[tuple[int, ...]]):
    """Copy instances to another image (or the same); masks and boxes are kept only where the image size fits."""

    instance_ids: tuple[int, ...]
    image_id: int

    @property
    def title(self) -> str:
        """Say how many."""
        return "Duplicate instance" if len(self.instance_ids) == 1 else f"Duplicate {len(self.instance_ids)} instances"

    def apply(self, tx: Tx) -> tuple[int, ...]:
        """Write the copies, unlocked, and return their ids."""
        sources = checks.selected(tx, self.instance_ids)
        target = tx.read.images.get(self.image_id)
        top = tx.read.instances.top_z(self.image_id)
        ids = []
        for offset, source in enumerate(sources, start=1):
            if source.mask is not None and (source.mask.height, source.mask.width) != (target.height, target.width):
                raise InvalidOp(
                    f"The image {target.path} has another size ({target.width} x {target.height}), so the mask does "
                    "not fit it. Nothing was copied."
                )
            row = tx.rows.get("instances", source.id)
            copied = {
                name: value for name, value in row.items() if name not in ("id", "coco_id", "job_id", "parent_id")
            }
            copied |= {"image_id": self.image_id, "z": top + offset, "locked": False, "author": tx.author}
            copied |= {"created_at": tx.now, "updated_at": tx.now, "clicks": 0, "active_ms": 0, "tool": "duplicate"}
            copied |= {"review_ms": 0}
            ids.append(tx.rows.insert("instances", copied))
        return tuple(ids)


def _mask_of(instance: InstanceRecord) -> Rle:
    if instance.mask is None:
        raise InvalidOp("A selected instance has no mask.")
    return instance.mask


def _union(instances: list[InstanceRecord]) -> Rle:
    try:
        return masks.union([_mask_of(each) for each in instances])
    except ValueError as error:
        # Possible only where the image's own size is not known.
        raise InvalidOp(f"The selected masks do not fit together: {error}. Nothing was changed.") from error
