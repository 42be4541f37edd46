"""Reads labels."""

from __future__ import annotations

from sqlalchemy import Connection, RowMapping, select

from engine.errors import NotFound
from engine.records import LabelRecord
from engine.storage.tables import Label, table_of

_LABELS = table_of(Label)


class Labels:
    """Label rows as records."""

    def __init__(self, connection: Connection) -> None:
        """Read through ``connection``."""
        self._connection = connection

    def all(self) -> list[LabelRecord]:
        """Return every label in the order of the list."""
        query = select(_LABELS).order_by(_LABELS.c.position, _LABELS.c.id)
        return [_label(row) for row in self._connection.execute(query).mappings()]

    def get(self, label_id: int) -> LabelRecord:
        """Return one label; raises NotFound."""
        row = self._connection.execute(select(_LABELS).where(_LABELS.c.id == label_id)).mappings().first()
        if row is None:
            raise NotFound(f"The label {label_id} is no longer there.")
        return _label(row)

    def by_name(self, name: str) -> LabelRecord | None:
        """Return the label of exactly this name, or None."""
        row = self._connection.execute(select(_LABELS).where(_LABELS.c.name == name)).mappings().first()
        return None if row is None else _label(row)


def _label(row: RowMapping) -> LabelRecord:
    return LabelRecord(
        id=row["id"],
        name=row["name"],
        color=row["color"],
        parent_id=row["parent_id"],
        is_thing=row["is_thing"],
        position=row["position"],
        supercategory=row["supercategory"],
        skeleton_id=row["skeleton_id"],
        coco_id=row["coco_id"],
        extra=row["extra"],
    )
