"""Writes rows and remembers what they were before: the raw material of undo and of the audit trail."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import JSON, Column, ColumnDefault, Connection, Table, bindparam, delete, insert, select, update

from engine.changes import ChangesBuilder
from engine.errors import NotFound
from engine.storage.pack import same
from engine.storage.tables import Base

TABLES: Mapping[str, Table] = Base.metadata.tables

_BATCH = 500
_OF_IMAGES = ("instances", "prefills", "dismissals")
"""Tables whose rows are part of what an image holds."""
_WORDS = {"images": "image", "instances": "instance", "labels": "label", "skeletons": "skeleton", "jobs": "job"}


@dataclass(frozen=True, slots=True)
class RowChange:
    """One changed row: all values for an insert or a delete, only the changed columns for an update."""

    table: str
    row_id: int
    before: Mapping[str, Any] | None
    after: Mapping[str, Any] | None


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
        return self.insert_all(table, [values])[0]

    def insert_all(self, table: str, rows: Sequence[Mapping[str, Any]]) -> list[int]:
        """Insert rows in one statement, each recorded, and return their ids in the order of ``rows``."""
        complete = [_complete(TABLES[table], row) for row in rows]
        ids = self.insert_many_ids(table, complete)
        for row_id, row in zip(ids, complete, strict=True):
            self._remember(RowChange(table, row_id, None, {"id": row_id, **row}))
        return ids

    def update(
        self,
        table: str,
        row_id: int,
        values: Mapping[str, Any],
        *,
        stamp: Mapping[str, Any] | None = None,
        row: Mapping[str, Any] | None = None,
    ) -> None:
        """Change columns of one row; columns that already have the value are left out. Raises NotFound.

        ``stamp`` (a time of change) is written only together with something else; ``row`` are the row's values where
        the caller has just read them.
        """
        row = self.get(table, row_id) if row is None else row
        changed = {name: value for name, value in values.items() if not same(row[name], value)}
        if not changed:
            return
        changed |= {name: value for name, value in (stamp or {}).items() if not same(row[name], value)}
        target = TABLES[table]
        self._connection.execute(
            update(target).where(target.c.id == bindparam("the_row")), {"the_row": row_id, **changed}
        )
        change = RowChange(table, row_id, {name: row[name] for name in changed}, changed)
        self._remember(change, image_ids=(row.get("image_id"), changed.get("image_id")))

    def update_many(
        self, table: str, row_ids: Sequence[int], values: Mapping[str, Any], *, stamp: Mapping[str, Any]
    ) -> None:
        """Give many rows the same values in few statements, each recorded; rows that have them already are left out.

        Only the named columns are read, so no mask is unpacked for a decision. Rows that are gone are passed over.
        """
        target = TABLES[table]
        written = {**values, **stamp}
        owner = ["image_id"] if "image_id" in target.c and "image_id" not in written else []
        columns = [target.c[name] for name in ("id", *written, *owner)]
        for start in range(0, len(row_ids), _BATCH):
            query = select(*columns).where(target.c.id.in_(list(row_ids[start : start + _BATCH]))).order_by(target.c.id)
            changed: list[int] = []
            for row in self._connection.execute(query).mappings().all():
                if all(same(row[name], value) for name, value in values.items()):
                    continue
                after = {name: value for name, value in written.items() if not same(row[name], value)}
                changed.append(row["id"])
                change = RowChange(table, row["id"], {name: row[name] for name in after}, after)
                self._remember(change, image_ids=(row.get("image_id"),))
            if changed:
                self._connection.execute(update(target).where(target.c.id.in_(changed)).values(written))

    def find_many(self, table: str, row_ids: Sequence[int], names: Iterable[str]) -> dict[int, dict[str, Any]]:
        """Return these columns of rows by id (their image's id too); those gone are left out."""
        target = TABLES[table]
        wanted = {"id", *names} | ({"image_id"} & set(target.c.keys()))
        found: dict[int, dict[str, Any]] = {}
        for start in range(0, len(row_ids), _BATCH):
            query = select(*(target.c[name] for name in sorted(wanted)))
            query = query.where(target.c.id.in_(list(row_ids[start : start + _BATCH])))
            found |= {row["id"]: dict(row) for row in self._connection.execute(query).mappings()}
        return found

    def update_each(self, table: str, changes: Sequence[RowChange], rows: Mapping[int, Mapping[str, Any]]) -> None:
        """Write ``after`` of updates that all change the same columns; ``rows`` are the rows as just read."""
        target = TABLES[table]
        statement = update(target).where(target.c.id == bindparam("the_row"))
        told = [{"the_row": change.row_id, **(change.after or {})} for change in changes]
        self._connection.execute(statement, told)
        for change in changes:
            owners = (rows[change.row_id].get("image_id"), (change.after or {}).get("image_id"))
            self._remember(change, image_ids=owners)

    def delete(self, table: str, row_id: int, *, row: Mapping[str, Any] | None = None) -> None:
        """Delete one row, whose values ``row`` are where the caller has just read them. Raises NotFound."""
        row = self.get(table, row_id) if row is None else row
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
        self.changes.note(change.table, change.row_id, owners if change.table in _OF_IMAGES else ())


def _complete(target: Table, values: Mapping[str, Any]) -> dict[str, Any]:
    """Return a whole row as the database will hold it, so that recording it needs no second look."""
    unknown = values.keys() - target.c.keys()
    if unknown:
        raise ValueError(f"{target.name} has no column {', '.join(sorted(unknown))}")
    return {
        column.name: _stored(column, values[column.name]) if column.name in values else _default(column)
        for column in target.c
        if not column.primary_key or column.name in values
    }


def _default(column: Column[Any]) -> Any:
    default = column.default
    if not isinstance(default, ColumnDefault):
        return None
    return default.arg(None) if default.is_callable else default.arg


def _stored(column: Column[Any], value: Any) -> Any:
    return orjson.loads(orjson.dumps(value)) if isinstance(column.type, JSON) and value is not None else value
