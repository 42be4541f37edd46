"""Ops on findings of the data check that a person wants to be left alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from engine.datacheck.kinds import Fault
from engine.datacheck.scenes import fingerprint, key
from engine.errors import InvalidOp
from engine.ops.base import Op
from engine.transaction import Tx


@dataclass(frozen=True)
class LeaveFaults(Op[int]):
    """Leave these faults (each with its image's id) alone from now on, until one of their objects changes."""

    found: tuple[tuple[int, Fault], ...] = field(repr=False)

    @property
    def title(self) -> str:
        """Say how many."""
        return "Leave a finding" if len(self.found) == 1 else f"Leave {len(self.found)} findings"

    def apply(self, tx: Tx) -> int:
        """Write what the objects look like now; returns how many were noted, those whose objects are gone left out."""
        if not self.found:
            raise InvalidOp("Choose a finding first.")
        _forget(tx, self.found)
        ids = {row for _, fault in self.found for row in (fault.instance_id, fault.other_id) if row is not None}
        there = {each.id: each for each in tx.read.instances.some(sorted(ids))}
        rows = [
            {
                "image_id": image_id,
                "kind": str(fault.kind),
                "instance_id": fault.instance_id,
                "other_id": fault.other_id,
                "seen": fingerprint(there[fault.instance_id], there.get(fault.other_id or 0)),
                "author": tx.author,
                "created_at": tx.now,
            }
            for image_id, fault in self.found
            if fault.instance_id in there and (fault.other_id is None or fault.other_id in there)
        ]
        if rows:
            tx.rows.insert_all("dismissals", rows)
        return len(rows)


@dataclass(frozen=True)
class TakeUpFaults(Op[int]):
    """Look at these faults (each with its image's id) again; returns how many had been left alone."""

    found: tuple[tuple[int, Fault], ...] = field(repr=False)

    @property
    def title(self) -> str:
        """Say how many."""
        return "Take up a finding" if len(self.found) == 1 else f"Take up {len(self.found)} findings"

    def apply(self, tx: Tx) -> int:
        """Remove the notes."""
        return _forget(tx, self.found)


def _forget(tx: Tx, found: Sequence[tuple[int, Fault]]) -> int:
    removed = 0
    wanted: dict[int, set[tuple[str, int, int | None]]] = {}
    for image_id, fault in found:
        wanted.setdefault(image_id, set()).add(key(fault))
    for image_id, keys in wanted.items():
        for each in tx.read.dismissals.of_image(image_id):
            if (each.kind, each.instance_id, each.other_id) in keys:
                tx.rows.delete("dismissals", each.id)
                removed += 1
    return removed
