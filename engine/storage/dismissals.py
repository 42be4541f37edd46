"""Reads which findings of the data check people have said to leave alone."""

from __future__ import annotations

from sqlalchemy import Connection, select

from engine.records import DismissalRecord
from engine.storage.tables import Dismissal, table_of

_DISMISSALS = table_of(Dismissal)


class Dismissals:
    """Dismissals as records."""

    def __init__(self, connection: Connection) -> None:
        """Read through ``connection``."""
        self._connection = connection

    def of_image(self, image_id: int) -> list[DismissalRecord]:
        """Return those of an image, in the order they were made."""
        query = select(_DISMISSALS).where(_DISMISSALS.c.image_id == image_id).order_by(_DISMISSALS.c.id)
        return [
            DismissalRecord(row["id"], row["image_id"], row["kind"], row["instance_id"], row["other_id"], row["seen"])
            for row in self._connection.execute(query).mappings()
        ]
