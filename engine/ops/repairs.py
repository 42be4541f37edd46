"""Repairs of what the data check finds, one image at a time, so that each is one step of that image's history."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from engine.data_check import Fault, Kind, Scene, clipped, faults, islands, outside
from engine.errors import InvalidOp
from engine.ops.base import Op
from engine.ops.box_masks import TOOL
from engine.ops.instances import DeleteInstances, ReplaceMask, SetBox, SetKeypoints
from engine.records import Box, InstanceRecord
from engine.storage.reader import Reader
from engine.transaction import Tx
from models import masks


@dataclass(frozen=True)
class RepairData(Op[int]):
    """Repair every fault of one kind on an image; returns how many were repaired. Locked instances are left alone."""

    image_id: int
    kind: Kind
    label_id: int | None = None

    @property
    def title(self) -> str:
        """Name the kind."""
        return f"Repair: {self.kind.replace('-', ' ')}"

    def apply(self, tx: Tx) -> int:
        """Look again inside the transaction and write what is to be changed."""
        if self.kind is Kind.NO_LABEL and self.label_id is None:
            raise InvalidOp("Say which label those without one get (--label NAME). Nothing was changed.")
        repaired = 0
        for fault in faults(scene_of(tx.read, self.image_id), (self.kind,)):
            instance = tx.read.instances.get(fault.instance_id)
            if not instance.locked:
                self._repair(tx, instance, fault)
                repaired += 1
        return repaired

    def _repair(self, tx: Tx, instance: InstanceRecord, fault: Fault) -> None:
        image = tx.read.images.get(self.image_id)
        match fault.kind:
            case Kind.DUPLICATES:
                DeleteInstances((instance.id,)).apply(tx)
            case Kind.OFF_IMAGE if instance.bbox is not None:
                box = clipped(instance.bbox, image.width, image.height)
                op = DeleteInstances((instance.id,)) if box is None else SetBox(instance.id, box)
                op.apply(tx)
            case Kind.NO_LABEL:
                tx.read.labels.get(self.label_id or 0)
                tx.touch(instance.id, {"label_id": self.label_id})
            case Kind.JOINTS_OUTSIDE if instance.keypoints is not None:
                away = outside(instance)
                joints = ((x, y, 1 if n in away else v) for n, (x, y, v) in enumerate(instance.keypoints))
                SetKeypoints(instance.id, tuple(joints)).apply(tx)
            case _:
                self._reshape(tx, instance, fault)

    def _reshape(self, tx: Tx, instance: InstanceRecord, fault: Fault) -> None:
        """Write what is left of a mask; where nothing is, the instance goes."""
        if instance.mask is None:
            return
        mask = masks.decode(instance.mask)
        if fault.kind is Kind.ISLANDS:
            mask = mask & ~islands(mask)
        elif fault.kind is Kind.OVERLAPS and fault.other_id is not None:
            other = tx.read.instances.get(fault.other_id).mask
            mask = mask if other is None else mask & ~masks.decode(other)
        elif fault.kind is Kind.BOX_AGAINST_MASK:
            mask = _cut(mask, asked_box(tx.read, instance))
        if mask.any():
            ReplaceMask(instance.id, masks.encode(mask), self.title).apply(tx)
        else:
            DeleteInstances((instance.id,)).apply(tx)


def scene_of(reader: Reader, image_id: int) -> Scene:
    """Read what the data check looks at on one image."""
    image = reader.images.get(image_id)
    instances = tuple(reader.instances.of_image(image_id))
    boxes = {each.id: asked_box(reader, each) for each in instances if each.provenance.tool == TOOL and not each.edits}
    asked = {number: box for number, box in boxes.items() if box is not None}
    return Scene(image.width, image.height, instances, asked)


def asked_box(reader: Reader, instance: InstanceRecord) -> Box | None:
    """Return the box that an instance was made from, where it was made from one."""
    for prompt in reader.instances.prompts(instance.id):
        if prompt.kind == "box" and prompt.x1 is not None and prompt.y1 is not None:
            return prompt.x0, prompt.y0, prompt.x1 - prompt.x0, prompt.y1 - prompt.y0
    return None


def _cut(mask: masks.BoolMask, box: Box | None) -> masks.BoolMask:
    if box is None:
        return mask
    x, y, w, h = box
    kept = np.zeros_like(mask)
    rows = slice(max(int(y), 0), max(int(np.ceil(y + h)), 0))
    columns = slice(max(int(x), 0), max(int(np.ceil(x + w)), 0))
    kept[rows, columns] = mask[rows, columns]
    return kept
