"""Writes rows and remembers what they were before: the raw material of undo and of the audit trail."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from sqlalchemy import Connection, Table, delete, insert, select, update

from engine.changes import ChangesBuilder
from engine.errors import NotFound
from engine.storage.tables import Base

TABLES: Mapping[str, Table] = Base.metadata.tables

_WORDS = {"images": "image", "instances": "instance", "labels": "label", "skeletons": "skeleton", "jobs": "job"}


@dataclass(frozen=True, slots=True)
class RowChange:
    """One changed row: all values for an insert or a delete, only the changed columns for an update."""

    table: str
    row_id: int
    before: Mapping[str, Any] | None
    after: Mapping[str, Any] | None


def same(first: Any, second: Any) -> bool:
    """Compare two column values by content (arrays included)."""
    if isinstance(first, np.ndarray) or isinstance(second, np.ndarray):
        return first is not None and second is not None and np.array_equal(first, second, equal_nan=True)
    return bool(first == second)


class Recorder:
    """The only writer of rows inside a transaction; keeps before and after of each."""

    def __init__(self, connection: Connection) -> None:
        """Write through ``connection``, whose transaction belongs to the workspace."""
        self._connection = connection
        self.row_changes: list[RowChange] = []
        self.changes = ChangesBuilder()

    def get(self, table: str, row_id: int) -> dict[str, Any]:
        """Return a row's values; raises NotFound."""
        found = self.find(table, row_id)
        if found is None:
            raise NotFound(f"The {_WORDS.get(table, table)} {row_id} is no longer there; nothing was changed.")
        return found

    def find(self, table: str, row_id: int) -> dict[str, Any] | None:
        """Return a row's values or None."""
        target = TABLES[table]
        row = self._connection.execute(select(target).where(target.c.id == row_id)).mappings().first()
        return None if row is None else dict(row)

    def ids_of_instance(self, table: str, instance_id: int) -> list[int]:
        """Return the ids of an instance's prompts or candidates."""
        target = TABLES[table]
        query = select(target.c.id).where(target.c.instance_id == instance_id).order_by(target.c.id)
        return list(self._connection.execute(query).scalars())

    def insert(self, table: str, values: Mapping[str, Any]) -> int:
        """Insert one row and return its id (given in ``values`` when a deleted row comes back)."""
        target = TABLES[table]
        result = self._connection.execute(insert(target).values(**values))
        key = result.inserted_primary_key
        if key is None:
            raise RuntimeError("the driver returned no primary key")
        row_id = int(key[0])
        self._remember(RowChange(table, row_id, None, self.get(table, row_id)))
        return row_id

    def update(self, table: str, row_id: int, values: Mapping[str, Any]) -> None:
        """Change columns of one row; columns that already have the value are left out. Raises NotFound."""
        row = self.get(table, row_id)
        changed = {name: value for name, value in values.items() if not same(row[name], value)}
        if not changed:
            return
        target = TABLES[table]
        self._connection.execute(update(target).where(target.c.id == row_id).values(**changed))
        change = RowChange(table, row_id, {name: row[name] for name in changed}, changed)
        self._remember(change, image_ids=(row.get("image_id"), changed.get("image_id")))

    def delete(self, table: str, row_id: int) -> None:
        """Delete one row. Raises NotFound."""
        row = self.get(table, row_id)
        target = TABLES[table]
        self._connection.execute(delete(target).where(target.c.id == row_id))
        self._remember(RowChange(table, row_id, row, None))

    def insert_many(self, table: str, rows: Sequence[Mapping[str, Any]]) -> None:
        """Insert rows in bulk, unrecorded: for ops that are not undone row by row (imports)."""
        if rows:
            self._connection.execute(insert(TABLES[table]), [dict(row) for row in rows])

    def insert_many_ids(self, table: str, rows: Sequence[Mapping[str, Any]]) -> list[int]:
        """Insert rows in bulk, unrecorded, and return their ids in the order of ``rows``."""
        if not rows:
            return []
        target = TABLES[table]
        query = insert(target).returning(target.c.id, sort_by_parameter_order=True)
        return [int(row_id) for row_id in self._connection.execute(query, [dict(row) for row in rows]).scalars()]

    def _remember(self, change: RowChange, *, image_ids: tuple[int | None, ...] = ()) -> None:
        self.row_changes.append(change)
        values = change.after if change.before is None else change.before
        owners = image_ids or ((values or {}).get("image_id"),)
        self.changes.note(change.table, change.row_id, owners if change.table == "instances" else ())
