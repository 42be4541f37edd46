"""From mask to box: the box that a mask was made from becomes the tight box around it."""

from __future__ import annotations

from dataclasses import dataclass

from engine.errors import InvalidOp
from engine.ops import checks
from engine.ops.base import Op
from engine.ops.instances import SetBox
from engine.records import Box, InstanceRecord
from engine.transaction import Tx


@dataclass(frozen=True)
class FitBoxes(Op[int]):
    """Fit the drawn boxes of these instances to their masks; returns how many were not tight before.

    The tight box is noted as the newest box prompt, so the box is not asked again; an instance that is only the drawn
    box moves with it. Raises InvalidOp where none of them was made from a box.
    """

    instance_ids: tuple[int, ...]

    @property
    def title(self) -> str:
        """A constant."""
        return "Box from mask"

    def apply(self, tx: Tx) -> int:
        """Write prompts and boxes."""
        chosen = checks.unlocked(tx, self.instance_ids)
        asked = tx.read.instances.boxes_asked([each.id for each in chosen if each.mask is not None])
        if not asked:
            raise InvalidOp("None of these masks was made from a box; the box of a mask always follows the mask.")
        fitted = 0
        for each in chosen:
            box = asked.get(each.id)
            if box is not None and each.bbox is not None and box != each.bbox:
                fit(tx, each, box, each.bbox)
                fitted += 1
        return fitted


def fit(tx: Tx, instance: InstanceRecord, asked: Box, tight: Box) -> None:
    """Note ``tight`` as the newest box of a mask made from ``asked``, and move the drawn box if it is still there."""
    x, y, w, h = tight
    first = len(tx.read.instances.prompts(instance.id))
    row = {"instance_id": instance.id, "seq": first, "kind": "box", "x0": x, "y0": y, "x1": x + w, "y1": y + h}
    tx.rows.insert("prompts", {**row, "positive": True, "at_ms": 0})
    # The instance itself is touched, so that views look at it again, also when this is undone.
    tx.rows.update("instances", instance.id, {"updated_at": tx.now})
    for drawn in tx.read.instances.of_image(instance.image_id):
        same = drawn.bbox is not None and all(abs(a - b) < 1e-3 for a, b in zip(drawn.bbox, asked, strict=True))
        if drawn.mask is None and drawn.keypoints is None and same and not drawn.locked and not drawn.iscrowd:
            SetBox(drawn.id, tight).apply(tx)
