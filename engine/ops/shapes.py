"""Ops that reshape masks by hand.

The new mask is computed inside the transaction from the stored one, so that two quick strokes never overwrite each
other.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from engine.errors import InvalidOp
from engine.geometry.brush import apply_stroke, stroke_mask
from engine.ops import checks
from engine.ops.base import Op
from engine.ops.combine import SplitInstance
from engine.ops.instances import AddInstance, ReplaceMask
from engine.records import ImageRecord, InstanceRecord, Provenance, Rle
from engine.transaction import Tx
from models import masks

Points = tuple[tuple[float, float], ...]
Repair = Literal["fill holes", "drop islands", "smooth"]


@dataclass(frozen=True)
class PaintStroke(Op[InstanceRecord]):
    """Add a brush stroke to an instance's mask, or take it away; ``radius`` and ``points`` in image pixels.

    Without an instance a stroke makes a new one.
    """

    image_id: int
    points: Points
    radius: float
    erase: bool = False
    instance_id: int | None = None
    label_id: int | None = None
    active_ms: int = 0

    @property
    def title(self) -> str:
        """Name the tool."""
        return "Erase" if self.erase else "Brush stroke"

    def apply(self, tx: Tx) -> InstanceRecord:
        """Write the painted mask; refuses to erase the last pixel."""
        image = tx.read.images.get(self.image_id)
        stroke = stroke_mask(np.asarray(self.points, dtype=np.float64), self.radius, image.height, image.width)
        if self.instance_id is None:
            if self.erase:
                raise InvalidOp("Select the instance to erase from, or start on it.")
            story = Provenance(tool="brush", clicks=1, active_ms=self.active_ms)
            mask = stroke.to_rle(image.height, image.width)
            return AddInstance(self.image_id, mask=mask, label_id=self.label_id, provenance=story).apply(tx)
        painted = self._canvas(tx, self.instance_id, image)
        apply_stroke(painted, stroke, erase=self.erase)
        if not painted.any():
            raise InvalidOp("Nothing would be left of the instance. Delete it instead.")
        return ReplaceMask(self.instance_id, masks.encode(painted), self.title).apply(tx)

    def _canvas(self, tx: Tx, instance_id: int, image: ImageRecord) -> masks.BoolMask:
        """Return the mask to paint on; an object that is only a pose or a box gets its first one."""
        (instance,) = checks.unlocked(tx, [instance_id])
        if instance.mask is None and not self.erase:
            return np.zeros((image.height, image.width), dtype=np.bool_)
        return _mask_of(tx, instance_id)


@dataclass(frozen=True)
class AddRing(Op[InstanceRecord]):
    """Make an instance of a closed ring (polygon or scissors), at least three vertices in image pixels."""

    image_id: int
    ring: Points
    tool: str = "polygon"
    label_id: int | None = None
    active_ms: int = 0

    @property
    def title(self) -> str:
        """Name the tool."""
        return f"Add {self.tool} instance"

    def apply(self, tx: Tx) -> InstanceRecord:
        """Write the pixels whose centres lie inside."""
        image = tx.read.images.get(self.image_id)
        mask = _filled((self.ring,), height=image.height, width=image.width)
        story = Provenance(tool=self.tool, clicks=len(self.ring), active_ms=self.active_ms)
        return AddInstance(self.image_id, mask=mask, label_id=self.label_id, provenance=story).apply(tx)


@dataclass(frozen=True)
class SetRings(Op[InstanceRecord]):
    """Replace a mask by the outline that a person dragged: outer rings and holes (even-odd rule)."""

    instance_id: int
    rings: tuple[Points, ...]

    @property
    def title(self) -> str:
        """A constant."""
        return "Edit outline"

    def apply(self, tx: Tx) -> InstanceRecord:
        """Write the new mask."""
        instance = tx.read.instances.get(self.instance_id)
        image = tx.read.images.get(instance.image_id)
        mask = _filled(self.rings, height=image.height, width=image.width)
        return ReplaceMask(self.instance_id, mask, self.title).apply(tx)


@dataclass(frozen=True)
class RepairMasks(Op[int]):
    """Fill holes, drop islands under ``min_area`` pixels, or smooth the border by ``radius`` pixels."""

    instance_ids: tuple[int, ...]
    repair: Repair
    min_area: int = 100
    radius: float = 3.0

    @property
    def title(self) -> str:
        """Name the repair."""
        return self.repair.capitalize()

    def apply(self, tx: Tx) -> int:
        """Write what changed and return how many masks did."""
        changed = 0
        for instance in checks.unlocked(tx, self.instance_ids):
            old = _mask_of(tx, instance.id)
            if self.repair == "fill holes":
                new = masks.fill_holes(old)
            elif self.repair == "drop islands":
                new = _largest_at_least(old, self.min_area)
            else:
                new = masks.smooth(old, self.radius)
            if new.any() and not np.array_equal(new, old):
                ReplaceMask(instance.id, masks.encode(new), self.title).apply(tx)
                changed += 1
        if not changed:
            raise InvalidOp("There is nothing to repair here: the mask stays as it is.")
        return changed


@dataclass(frozen=True)
class SplitParts(Op[tuple[int, ...]]):
    """Make one instance of each connected part of a mask, the largest keeping the id."""

    instance_id: int

    @property
    def title(self) -> str:
        """A constant."""
        return "Split into parts"

    def apply(self, tx: Tx) -> tuple[int, ...]:
        """Write the parts and return their ids."""
        checks.unlocked(tx, [self.instance_id])
        parts = sorted(masks.components(_mask_of(tx, self.instance_id)), key=lambda part: -int(part.sum()))
        return SplitInstance(self.instance_id, tuple(masks.encode(part) for part in parts)).apply(tx)


def _mask_of(tx: Tx, instance_id: int) -> masks.BoolMask:
    (instance,) = checks.unlocked(tx, [instance_id])
    if instance.mask is None:
        raise InvalidOp("The selected instance has no mask.")
    return masks.decode(instance.mask)


def _largest_at_least(mask: masks.BoolMask, min_area: int) -> masks.BoolMask:
    kept = masks.drop_islands(mask, min_area)
    # Where every part is small, the largest one is the object.
    return kept if kept.any() else max(masks.components(mask), key=lambda part: int(part.sum()))


def _filled(rings: tuple[Points, ...], *, height: int, width: int) -> Rle:
    if any(len(ring) < 3 for ring in rings):
        raise InvalidOp("An outline needs at least three points.")
    filled = np.zeros((height, width), dtype=np.bool_)
    for ring in rings:
        outer = masks.Polygon(np.asarray(ring, dtype=np.float64))
        filled ^= masks.from_polygons([outer], height=height, width=width)
    return masks.encode(filled)
