"""Decides about many proposed instances at once; what a person has decided before is never touched."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import select

from engine.errors import InvalidOp
from engine.ops import checks, joining
from engine.ops.base import Op
from engine.records import State
from engine.review import ReviewFilter
from engine.storage.images import BATCH
from engine.storage.tables import Instance, table_of
from engine.transaction import Tx

_I = table_of(Instance)


class Decision(StrEnum):
    """What a reviewer says of a proposal."""

    ACCEPT = "accept"
    REJECT = "reject"
    RELABEL = "relabel"


@dataclass(frozen=True, slots=True)
class Decided:
    """What became of those named: ``done`` ids in order, and how many were left as they were and why."""

    done: tuple[int, ...]
    already: int = 0
    locked: int = 0
    gone: int = 0


@dataclass(frozen=True)
class DecideMany(Op[Decided]):
    """Accept, reject or relabel proposed instances, named by id or by a filter of the queue (``among``): one step.

    Those that somebody has decided meanwhile, locked ones and those that are gone are passed over and counted, so
    that two reviewers do not hinder each other. ``review_ms`` is the active time for all of them, shared evenly.
    Raises InvalidOp where nothing is named, or a pose does not fit the new label.
    """

    decision: Decision
    instance_ids: tuple[int, ...] = ()
    among: ReviewFilter | None = None
    label_id: int | None = None
    review_ms: int = 0

    @property
    def title(self) -> str:
        """Name the decision, and how many where that is known before."""
        verb = self.decision.capitalize()
        if self.among is not None:
            return f"{verb} many instances"
        return f"{verb} instance" if len(self.instance_ids) == 1 else f"{verb} {len(self.instance_ids)} instances"

    def apply(self, tx: Tx) -> Decided:
        """Write the decision into every row that still waits for one."""
        if (self.among is None) == (not self.instance_ids):
            raise InvalidOp("Say which instances to decide on: some of them, or a filter. Nothing was changed.")
        named = dict.fromkeys(self.instance_ids if self.among is None else tx.read.review.ids(self.among))
        states = _states(tx, list(named))
        waiting = [each for each in named if states.get(each) == (State.PROPOSED, False)]
        if self.decision is Decision.RELABEL:
            self._relabel(tx, waiting)
        elif waiting:
            state = State.ACCEPTED if self.decision is Decision.ACCEPT else State.REJECTED
            told = {"reviewed_by": tx.author, "reviewed_at": tx.now, "review_ms": self.review_ms // len(waiting)}
            tx.touch_many(waiting, {"state": str(state), **told})
            if state is State.ACCEPTED:
                joining.join_accepted(tx, waiting)
        locked = sum(state == (State.PROPOSED, True) for state in states.values())
        already = len(states) - len(waiting) - locked
        return Decided(tuple(waiting), already, locked, len(named) - len(states))

    def _relabel(self, tx: Tx, waiting: Sequence[int]) -> None:
        if self.label_id is not None:
            tx.read.labels.get(self.label_id)
        for start in range(0, len(waiting), BATCH):
            posed = _I.c.id.in_(waiting[start : start + BATCH]), _I.c.keypoints.is_not(None)
            for row_id in list(tx.connection.execute(select(_I.c.id).where(*posed)).scalars()):
                keypoints = tx.read.instances.get(row_id).keypoints
                if keypoints is not None:
                    checks.keypoint_values(tx, self.label_id, keypoints)
        tx.touch_many(waiting, {"label_id": self.label_id})


def _states(tx: Tx, ids: Sequence[int]) -> dict[int, tuple[Any, bool]]:
    """Return state and lock of those that are there, without reading masks."""
    found: dict[int, tuple[Any, bool]] = {}
    for start in range(0, len(ids), BATCH):
        query = select(_I.c.id, _I.c.state, _I.c.locked).where(_I.c.id.in_(ids[start : start + BATCH]))
        found |= {int(row[0]): (row[1], bool(row[2])) for row in tx.connection.execute(query)}
    return found
