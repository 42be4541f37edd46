"""Reads what was filled in on images for people to complete."""

from __future__ import annotations

from sqlalchemy import Connection, Integer, and_, case, cast, func, select

from engine.records import PrefillRecord, Stage, State
from engine.storage.tables import Instance, Prefill, table_of

_PREFILLS = table_of(Prefill)
_INSTANCES = table_of(Instance)


class Prefills:
    """Prefills as records."""

    def __init__(self, connection: Connection) -> None:
        """Read through ``connection``."""
        self._connection = connection

    def find(self, image_id: int) -> PrefillRecord | None:
        """Return an image's prefill, None where there was none."""
        row = self._connection.execute(select(_PREFILLS).where(_PREFILLS.c.image_id == image_id)).mappings().first()
        if row is None:
            return None
        return PrefillRecord(
            row["image_id"],
            row["backend"],
            row["weights_hash"],
            row["params"],
            row["author"],
            row["created_at"],
            row["confirmed_by"],
            row["confirmed_at"],
            row["kept"],
        )

    def is_open(self, image_id: int) -> bool:
        """Tell whether an image is filled in and waits for a confirmation."""
        record = self.find(image_id)
        return record is not None and record.confirmed_at is None

    def row_id(self, image_id: int) -> int | None:
        """Return the number of an image's row, for ops."""
        return self._connection.execute(
            select(_PREFILLS.c.id).where(_PREFILLS.c.image_id == image_id)
        ).scalar_one_or_none()

    def open_ids(
        self, image_id: int, *, min_score: float = 0.0, min_stability: float = 0.0
    ) -> tuple[list[int], list[int]]:
        """Return the ids of what is still proposed on an image by the semi-automatic stage: kept, and dropped.

        Kept is what reaches both thresholds, and whatever a person has reshaped; locked instances are in neither.
        """
        reached = and_(
            func.coalesce(_INSTANCES.c.score, 0.0) >= min_score,
            func.coalesce(_INSTANCES.c.stability, 0.0) >= min_stability,
        )
        good = cast(case((reached | (_INSTANCES.c.edits > 0), 1), else_=0), Integer)
        query = (
            select(_INSTANCES.c.id, good)
            .where(
                _INSTANCES.c.image_id == image_id,
                _INSTANCES.c.state == State.PROPOSED,
                _INSTANCES.c.stage == Stage.SEMI,
                _INSTANCES.c.locked.is_(False),
            )
            .order_by(_INSTANCES.c.id)
        )
        kept: list[int] = []
        dropped: list[int] = []
        for instance_id, is_good in self._connection.execute(query):
            (kept if is_good else dropped).append(int(instance_id))
        return kept, dropped
