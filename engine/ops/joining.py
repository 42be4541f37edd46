"""A proposed pose and the instance it is for become one as soon as a person stands behind both.

The joints go over to the instance; the pose's own row stays in the state *joined* as the story of how they came to be.
What cannot be joined (the instance is gone, locked, of another label, or has a pose by now) stays by itself.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import or_, select

from engine.errors import InvalidOp
from engine.records import InstanceRecord, State
from engine.storage.images import BATCH
from engine.storage.tables import Instance, table_of
from engine.transaction import Tx

_I = table_of(Instance)


def join_accepted(tx: Tx, instance_ids: Sequence[int]) -> None:
    """Join what can be of poses and instances that were just accepted."""
    for start in range(0, len(instance_ids), BATCH):
        some = list(instance_ids[start : start + BATCH])
        accepted_pose = (_I.c.state == State.ACCEPTED) & _I.c.pose_of.is_not(None)
        query = select(_I.c.id).where(accepted_pose, or_(_I.c.id.in_(some), _I.c.pose_of.in_(some))).order_by(_I.c.id)
        for twin in tx.read.instances.some(list(tx.connection.execute(query).scalars())):
            source = _source(tx, twin)
            if source is not None and _fits(source, twin):
                tx.touch(source.id, _pose_values(twin))
                tx.touch(twin.id, {"state": str(State.JOINED)})


def part(tx: Tx, twin: InstanceRecord) -> None:
    """Take a joined pose off its instance again, before it gets another state.

    Raises InvalidOp where the joints were changed since: then they are a person's.
    """
    source = _source(tx, twin)
    if source is None:
        return
    if source.locked or source.keypoints != twin.keypoints:
        raise InvalidOp(
            "The pose was changed or locked since it was accepted, so it stays. Correct it on the object itself."
        )
    tx.touch(source.id, {"keypoints": None, "joint_scores": None, "least_joint": None})


def _source(tx: Tx, twin: InstanceRecord) -> InstanceRecord | None:
    found = tx.read.instances.some([] if twin.pose_of is None else [twin.pose_of])
    return found[0] if found else None


def _fits(source: InstanceRecord, twin: InstanceRecord) -> bool:
    free = not (source.locked or source.posed)
    return free and source.state is State.ACCEPTED and source.label_id == twin.label_id


def _pose_values(twin: InstanceRecord) -> dict[str, object]:
    scores = twin.joint_scores
    labelled = [] if scores is None else [s for s, (_, _, v) in zip(scores, twin.keypoints or (), strict=True) if v]
    return {
        "keypoints": [[x, y, v] for x, y, v in twin.keypoints or ()],
        "joint_scores": None if scores is None else list(scores),
        "least_joint": min(labelled, default=None),
    }
