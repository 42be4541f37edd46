"""Repairs of what the data check finds: one kind on one image or on many, always one step."""

from __future__ import annotations

from dataclasses import dataclass, field

from engine.datacheck.kinds import Fault, Kind, Scene
from engine.datacheck.looks import faults
from engine.datacheck.mend import Mend, mend
from engine.datacheck.scenes import key, left_alone, scenes
from engine.errors import InvalidOp
from engine.ops.base import Op
from engine.ops.fit_boxes import fit
from engine.ops.instances import DeleteInstances, ReplaceMask, SetBox, SetKeypoints
from engine.records import Box, InstanceRecord
from engine.transaction import Tx


@dataclass(frozen=True)
class RepairData(Op[int]):
    """Repair the faults of one kind on these images, or ``only`` those named; returns how many were repaired.

    Locked instances and faults that somebody has left alone stay, unless they are named. Raises InvalidOp.
    """

    kind: Kind
    image_ids: tuple[int, ...] = field(repr=False)
    label_id: int | None = None
    only: frozenset[tuple[int, int | None]] | None = field(default=None, repr=False)
    """Pairs of instance and the other one."""

    @property
    def title(self) -> str:
        """Name the kind."""
        return f"Repair: {self.kind.replace('-', ' ')}"

    def apply(self, tx: Tx) -> int:
        """Look again inside the transaction and write what is to be changed."""
        if self.kind is Kind.NO_LABEL:
            if self.label_id is None:
                raise InvalidOp("Say which label those without one get (--label NAME). Nothing was changed.")
            tx.read.labels.get(self.label_id)
        repaired = 0
        for image, scene in scenes(tx.read, self.image_ids):
            found = faults(scene, (self.kind,))
            by_id = {each.id: each for each in scene.instances}
            left = left_alone(tx.read.dismissals.of_image(image.id), by_id) if found and self.only is None else set()
            for fault in found:
                if key(fault) not in left and self._is_meant(fault):
                    repaired += self._repair(tx, fault, (image.width, image.height), scene)
        return repaired

    def _is_meant(self, fault: Fault) -> bool:
        return self.only is None or (fault.instance_id, fault.other_id) in self.only

    def _repair(self, tx: Tx, fault: Fault, size: tuple[int, int], scene: Scene) -> bool:
        # Read anew: a fault before this one may have changed either of the two, or deleted it.
        ids = [fault.instance_id, *(() if fault.other_id is None else (fault.other_id,))]
        now = {each.id: each for each in tx.read.instances.some(ids)}
        instance = now.get(fault.instance_id)
        if instance is None or instance.locked or len(now) < len(ids):
            return False
        asked, skeleton = scene.asked.get(instance.id), scene.skeletons.get(instance.label_id or 0)
        what = mend(fault, instance, now.get(fault.other_id or 0), size, asked, self.label_id, skeleton)
        if what is None:
            return False
        _write(tx, instance, what, asked, self.title)
        return True


def _write(tx: Tx, instance: InstanceRecord, what: Mend, asked: Box | None, title: str) -> None:
    if what.delete:
        DeleteInstances((instance.id,)).apply(tx)
    if what.mask is not None:
        ReplaceMask(instance.id, what.mask, title).apply(tx)
    if what.box is not None:
        SetBox(instance.id, what.box).apply(tx)
    if what.keypoints is not None:
        SetKeypoints(instance.id, what.keypoints).apply(tx)
    if what.label_id is not None:
        tx.touch(instance.id, {"label_id": what.label_id})
    if what.fit_box and asked is not None and instance.bbox is not None:
        fit(tx, instance, asked, instance.bbox)
