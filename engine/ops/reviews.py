"""Ops that decide about instances without touching their shape: label, state, order, lock, attributes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from engine.errors import InvalidOp
from engine.ops import checks, joining
from engine.ops.base import Op
from engine.records import Level, State
from engine.transaction import Tx

_VERBS = {
    State.ACCEPTED: "Accept",
    State.REJECTED: "Reject",
    State.PROPOSED: "Propose",
    State.JOINED: "Join",
}


@dataclass(frozen=True)
class SetLabel(Op[None]):
    """Give instances a label (None takes it away)."""

    instance_ids: tuple[int, ...]
    label_id: int | None

    @property
    def title(self) -> str:
        """A constant."""
        return "Set label"

    def apply(self, tx: Tx) -> None:
        """Write the label; a pose must fit the new label's skeleton."""
        if self.label_id is not None:
            tx.read.labels.get(self.label_id)
        for instance in checks.unlocked(tx, self.instance_ids):
            if instance.keypoints is not None:
                checks.keypoint_values(tx, self.label_id, instance.keypoints)
            tx.touch(instance.id, {"label_id": self.label_id})


@dataclass(frozen=True)
class SetState(Op[None]):
    """Accept, reject or propose again; who decided, when and in how long is kept."""

    instance_ids: tuple[int, ...]
    state: State
    review_ms: int = 0

    @property
    def title(self) -> str:
        """Name the decision."""
        verb = _VERBS[self.state]
        return f"{verb} instance" if len(self.instance_ids) == 1 else f"{verb} {len(self.instance_ids)} instances"

    def apply(self, tx: Tx) -> None:
        """Write the state and the reviewer; a pose and its object that are both accepted become one."""
        if self.state is State.JOINED:
            raise InvalidOp("A pose joins its object when it is accepted. Nothing was changed.")
        for instance in checks.unlocked(tx, self.instance_ids):
            if instance.state is State.JOINED and self.state is State.ACCEPTED:
                continue
            if instance.state is State.JOINED:
                joining.part(tx, instance)
            if instance.state is not self.state:
                told = {"reviewed_by": tx.author, "reviewed_at": tx.now, "review_ms": self.review_ms}
                tx.touch(instance.id, {"state": str(self.state), **told})
        if self.state is State.ACCEPTED:
            joining.join_accepted(tx, self.instance_ids)


@dataclass(frozen=True)
class SetLocked(Op[None]):
    """Lock instances against edits, or unlock them."""

    instance_ids: tuple[int, ...]
    locked: bool

    @property
    def title(self) -> str:
        """Name the direction."""
        return "Lock" if self.locked else "Unlock"

    def apply(self, tx: Tx) -> None:
        """Write the lock."""
        for instance in checks.selected(tx, self.instance_ids):
            tx.touch(instance.id, {"locked": self.locked})


@dataclass(frozen=True)
class SetLevel(Op[None]):
    """Say whether instances are wholes, parts or subparts."""

    instance_ids: tuple[int, ...]
    level: Level

    @property
    def title(self) -> str:
        """A constant."""
        return "Set level"

    def apply(self, tx: Tx) -> None:
        """Write the level."""
        for instance in checks.unlocked(tx, self.instance_ids):
            tx.touch(instance.id, {"level": str(self.level)})


@dataclass(frozen=True)
class SetAttributes(Op[None]):
    """Replace an instance's attributes, and whether it is a crowd."""

    instance_id: int
    attributes: Mapping[str, Any]
    iscrowd: bool | None = None

    @property
    def title(self) -> str:
        """A constant."""
        return "Edit attributes"

    def apply(self, tx: Tx) -> None:
        """Write the attributes."""
        checks.unlocked(tx, [self.instance_id])
        values: dict[str, Any] = {"attributes": checks.json_values(self.attributes)}
        if self.iscrowd is not None:
            values["iscrowd"] = self.iscrowd
        tx.touch(self.instance_id, values)


@dataclass(frozen=True)
class Reorder(Op[None]):
    """Move instances of one image in the drawing order; the last one drawn lies on top."""

    instance_ids: tuple[int, ...]
    to: Literal["top", "up", "down", "bottom"]

    @property
    def title(self) -> str:
        """Name the move."""
        return {
            "top": "Bring to front",
            "up": "Bring forward",
            "down": "Send backward",
            "bottom": "Send to back",
        }[self.to]

    def apply(self, tx: Tx) -> None:
        """Renumber the image's order; only rows whose number changes are written."""
        chosen = checks.selected(tx, self.instance_ids)
        order = [each.id for each in tx.read.instances.of_image(checks.one_image(chosen), tuple(State))]
        moving = set(self.instance_ids)
        if self.to in ("top", "bottom"):
            moved = [each for each in order if each in moving]
            rest = [each for each in order if each not in moving]
            order = rest + moved if self.to == "top" else moved + rest
        else:
            # Walk from the end they move towards, so that neighbours in the selection move as one block.
            step = 1 if self.to == "up" else -1
            indices = range(len(order) - 1, -1, -1) if step == 1 else range(len(order))
            for index in indices:
                other = index + step
                if order[index] in moving and 0 <= other < len(order) and order[other] not in moving:
                    order[index], order[other] = order[other], order[index]
        for z, instance_id in enumerate(order):
            tx.rows.update("instances", instance_id, {"z": z})
