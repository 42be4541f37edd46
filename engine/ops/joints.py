"""Ops on the joints of stored poses.

What changes is merged with the stored pose inside the transaction, so that two quick drags never overwrite each other.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from engine.errors import InvalidOp
from engine.ops import checks
from engine.ops.base import Op
from engine.ops.instances import AddInstance, SetKeypoints
from engine.records import ImageRecord, InstanceRecord, Keypoints, Provenance, State
from engine.skeletons.poses import extent, inset, scaled, swapped
from engine.transaction import Tx


@dataclass(frozen=True)
class PlaceJoints(Op[None]):
    """Give joints of an instance other places and visibilities: (number, x, y, v), in image pixels."""

    instance_id: int
    joints: tuple[tuple[int, float, float, int], ...]
    what: str = "Move joint"

    @property
    def title(self) -> str:
        """Name the gesture."""
        return self.what

    def apply(self, tx: Tx) -> None:
        """Write the joints; refuses places outside the image."""
        old = _posed(tx, self.instance_id)
        image = tx.read.images.get(old.image_id)
        points = list(old.keypoints or ())
        for joint, x, y, v in self.joints:
            if not 0 <= joint < len(points):
                raise InvalidOp("The pose has no such joint any more. Nothing was changed.")
            if v and not _inside(x, y, image):
                raise InvalidOp(f"A joint would lie outside the image {image.path}. Nothing was changed.")
            points[joint] = (x, y, v)
        SetKeypoints(self.instance_id, tuple(points)).apply(tx)


@dataclass(frozen=True)
class SwapSides(Op[None]):
    """Change left and right of poses over, by the flip pairs of their skeletons."""

    instance_ids: tuple[int, ...]

    @property
    def title(self) -> str:
        """A constant."""
        return "Swap left and right"

    def apply(self, tx: Tx) -> None:
        """Write the poses; refuses those whose skeleton has no flip pairs."""
        for instance in checks.unlocked(tx, self.instance_ids):
            posed = _posed(tx, instance.id)
            label = tx.read.labels.get(posed.label_id) if posed.label_id is not None else None
            skeleton_id = label.skeleton_id if label is not None else None
            pairs = tx.read.skeletons.get(skeleton_id).flip_pairs if skeleton_id is not None else ()
            if not pairs:
                raise InvalidOp("The skeleton of this pose has no flip pairs. Add them in the skeleton's dialog.")
            SetKeypoints(posed.id, swapped(posed.keypoints or (), pairs)).apply(tx)


@dataclass(frozen=True)
class CopyPoses(Op[tuple[int, ...]]):
    """Copy the accepted poses of a label from one image to another, to be corrected there.

    ``onto`` is an object of the other image without a pose: then the one pose there is stretched into its box.
    """

    from_image: int
    image_id: int
    label_id: int
    onto: int | None = None

    @property
    def title(self) -> str:
        """A constant."""
        return "Copy pose"

    def apply(self, tx: Tx) -> tuple[int, ...]:
        """Write the poses and return the ids of their instances."""
        image, label = tx.read.images.get(self.image_id), tx.read.labels.get(self.label_id)
        found = [
            each
            for each in tx.read.instances.of_image(self.from_image, (State.ACCEPTED,))
            if each.label_id == self.label_id and extent(each.keypoints or ()) is not None
        ]
        if not found:
            raise InvalidOp(f"There is no accepted pose of {label.name} on the image before. Nothing was copied.")
        if self.onto is not None:
            return (self._onto(tx, image, found, self.onto),)
        story = Provenance(tool="copied pose")
        ops = [
            AddInstance(self.image_id, keypoints=_fitted(each, image), label_id=self.label_id, provenance=story)
            for each in found
        ]
        return tuple(op.apply(tx).id for op in ops)

    def _onto(self, tx: Tx, image: ImageRecord, found: list[InstanceRecord], instance_id: int) -> int:
        (target,) = checks.unlocked(tx, [instance_id])
        if len(found) > 1:
            raise InvalidOp(f"The image before has {len(found)} poses. Copy them with nothing selected, then choose.")
        source = replace(found[0], keypoints=_fitted(found[0], image))
        keypoints = source.keypoints or ()
        if source.bbox is not None and target.bbox is not None:
            before, after = _corners(source), _corners(target)
            around = extent(keypoints)
            if around is not None and source.mask is None and around == before:
                after = inset(after)
            keypoints = scaled(keypoints, before, after, (image.width, image.height))
        SetKeypoints(target.id, keypoints).apply(tx)
        return target.id


def _posed(tx: Tx, instance_id: int) -> InstanceRecord:
    (found,) = checks.unlocked(tx, [instance_id])
    if found.keypoints is None:
        raise InvalidOp("This object has no pose. Nothing was changed.")
    return found


def _inside(x: float, y: float, image: ImageRecord) -> bool:
    known = image.width > 0
    return math.isfinite(x) and math.isfinite(y) and (not known or (0 <= x <= image.width and 0 <= y <= image.height))


def _fitted(instance: InstanceRecord, image: ImageRecord) -> Keypoints:
    """Return the pose with what would lie beyond a smaller image moved to its border."""
    width, height = (image.width, image.height) if image.width else (math.inf, math.inf)
    return tuple(
        (min(max(x, 0.0), width), min(max(y, 0.0), height), v) if v else (0.0, 0.0, 0)
        for x, y, v in instance.keypoints or ()
    )


def _corners(instance: InstanceRecord) -> tuple[float, float, float, float]:
    x, y, w, h = instance.bbox or (0.0, 0.0, 0.0, 0.0)
    return x, y, x + w, y + h
