"""Ops on labels."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from sqlalchemy import select

from engine.errors import InvalidOp
from engine.ops.base import Op
from engine.palette import PALETTE
from engine.records import LabelRecord
from engine.storage.tables import Instance, table_of
from engine.transaction import Tx

_INSTANCES = table_of(Instance)
_COLOR = re.compile(r"#[0-9a-f]{6}")


@dataclass(frozen=True)
class AddLabel(Op[LabelRecord]):
    """Add a label at the end of the list; without a colour it gets the next one of the palette."""

    name: str
    color: str = ""
    parent_id: int | None = None
    is_thing: bool = True
    supercategory: str = ""
    skeleton_id: int | None = None

    @property
    def title(self) -> str:
        """Name it."""
        return f"Add label {self.name.strip()}"

    def apply(self, tx: Tx) -> LabelRecord:
        """Write the label."""
        labels = tx.read.labels.all()
        if self.parent_id is not None:
            tx.read.labels.get(self.parent_id)
        if self.skeleton_id is not None:
            tx.read.skeletons.get(self.skeleton_id)
        values = {
            "name": _free_name(tx, self.name),
            "color": _color(self.color or PALETTE[len(labels) % len(PALETTE)]),
            "parent_id": self.parent_id,
            "is_thing": self.is_thing,
            "supercategory": self.supercategory,
            "skeleton_id": self.skeleton_id,
            "position": max((label.position for label in labels), default=-1) + 1,
        }
        return tx.read.labels.get(tx.rows.insert("labels", values))


@dataclass(frozen=True)
class EditLabel(Op[LabelRecord]):
    """Change a label's name, colour, place in the hierarchy, kind or skeleton."""

    label_id: int
    name: str
    color: str
    parent_id: int | None = None
    is_thing: bool = True
    supercategory: str = ""
    skeleton_id: int | None = None

    @property
    def title(self) -> str:
        """Name it."""
        return f"Edit label {self.name.strip()}"

    def apply(self, tx: Tx) -> LabelRecord:
        """Write the label; refuses a circle of parents."""
        above, seen = self.parent_id, {self.label_id}
        while above is not None:
            if above in seen:
                raise InvalidOp("A label cannot lie below itself.")
            seen.add(above)
            above = tx.read.labels.get(above).parent_id
        before = tx.read.labels.get(self.label_id)
        if self.skeleton_id is not None and self.skeleton_id != before.skeleton_id:
            _poses_fit(tx, before, self.skeleton_id)
        values = {
            "name": _free_name(tx, self.name, own_id=self.label_id),
            "color": _color(self.color),
            "parent_id": self.parent_id,
            "is_thing": self.is_thing,
            "supercategory": self.supercategory,
            "skeleton_id": self.skeleton_id,
        }
        tx.rows.update("labels", self.label_id, values)
        return tx.read.labels.get(self.label_id)


@dataclass(frozen=True)
class MoveLabel(Op[None]):
    """Move a label to another place of the list (0 is the top)."""

    label_id: int
    position: int

    @property
    def title(self) -> str:
        """A constant."""
        return "Reorder labels"

    def apply(self, tx: Tx) -> None:
        """Renumber the list."""
        tx.read.labels.get(self.label_id)
        order = [label.id for label in tx.read.labels.all() if label.id != self.label_id]
        order.insert(max(self.position, 0), self.label_id)
        for position, label_id in enumerate(order):
            tx.rows.update("labels", label_id, {"position": position})


@dataclass(frozen=True)
class DeleteLabel(Op[int]):
    """Remove a label; its instances stay, without a label."""

    label_id: int

    @property
    def title(self) -> str:
        """A constant."""
        return "Delete label"

    def apply(self, tx: Tx) -> int:
        """Write, and return how many instances lost their label."""
        moved = _move_instances(tx, self.label_id, None)
        _remove(tx, self.label_id)
        return moved


@dataclass(frozen=True)
class MergeLabels(Op[int]):
    """Give all instances of ``label_id`` the label ``into`` and remove ``label_id``."""

    label_id: int
    into: int

    @property
    def title(self) -> str:
        """A constant."""
        return "Merge labels"

    def apply(self, tx: Tx) -> int:
        """Write, and return how many instances changed their label."""
        if self.label_id == self.into:
            raise InvalidOp("Choose another label to merge into.")
        source, target = tx.read.labels.get(self.label_id), tx.read.labels.get(self.into)
        if source.skeleton_id is not None and source.skeleton_id != target.skeleton_id:
            raise InvalidOp(f"'{source.name}' has a skeleton that '{target.name}' has not, so they cannot be merged.")
        if target.skeleton_id is not None and source.skeleton_id is None:
            _poses_fit(tx, source, target.skeleton_id)
        moved = _move_instances(tx, self.label_id, self.into)
        _remove(tx, self.label_id)
        return moved


def _free_name(tx: Tx, name: str, *, own_id: int | None = None) -> str:
    clean = name.strip()
    # PostgreSQL cannot store NUL nor half of a surrogate pair, and no list can show a line break.
    if not clean or any(unicodedata.category(each) in ("Cc", "Cs") for each in clean):
        raise InvalidOp("A label needs a name without control characters.")
    taken = tx.read.labels.by_name(clean)
    if taken is not None and taken.id != own_id:
        raise InvalidOp(f"There is a label '{clean}' already. Choose another name, or merge the two.")
    return clean


def _color(color: str) -> str:
    if not _COLOR.fullmatch(color.lower()):
        raise InvalidOp(f"'{color}' is not a colour like #3c8fe6.")
    return color.lower()


def _poses_fit(tx: Tx, label: LabelRecord, skeleton_id: int) -> None:
    wanted = tx.read.skeletons.get(skeleton_id)
    query = select(_INSTANCES.c.keypoints).where(_INSTANCES.c.label_id == label.id, _INSTANCES.c.keypoints.is_not(None))
    counts = {len(keypoints) for keypoints in tx.connection.execute(query).scalars()}
    if counts - {len(wanted.joints)}:
        raise InvalidOp("Stored poses of this label have another number of joints than the skeleton. Nothing changed.")
    now = None if label.skeleton_id is None else tx.read.skeletons.get(label.skeleton_id)
    if counts and now is not None and now.joints != wanted.joints:
        raise InvalidOp(
            f"Poses of '{label.name}' were placed with the skeleton {now.name}, whose joints are others than those of "
            f"{wanted.name}. Edit {now.name} instead: that takes the poses along. Nothing changed."
        )


def _move_instances(tx: Tx, label_id: int, into: int | None) -> int:
    query = select(_INSTANCES.c.id).where(_INSTANCES.c.label_id == label_id).order_by(_INSTANCES.c.id)
    found = list(tx.connection.execute(query).scalars())
    for instance_id in found:
        tx.rows.update("instances", instance_id, {"label_id": into})
    return len(found)


def _remove(tx: Tx, label_id: int) -> None:
    parent_id = tx.read.labels.get(label_id).parent_id
    for label in tx.read.labels.all():
        if label.parent_id == label_id:
            tx.rows.update("labels", label.id, {"parent_id": parent_id})
    tx.rows.delete("labels", label_id)
