"""Undo and redo as stored before/after rows: per image, surviving a restart; the same rows are the audit trail."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, insert, or_, select, update
from sqlalchemy.exc import IntegrityError

from engine.changes import Changes
from engine.errors import NothingToUndo, UndoConflict
from engine.storage.pack import ArrayDigest, pack, same, slim, unpack
from engine.storage.recorder import Recorder, RowChange
from engine.storage.tables import History, HistoryRow, table_of

_HISTORY = table_of(History)
_ROWS = table_of(HistoryRow)
FEW = 20
"""Ops of so many rows are undone row by row; larger ones that are all alike, in few statements."""


def scope_of(changes: Changes) -> int | None:
    """Return the one image an op belongs to, or None when it is the whole project's."""
    touched = changes.images | changes.image_contents
    if len(touched) != 1 or changes.labels or changes.skeletons or changes.project or changes.everything:
        return None
    return next(iter(touched))


def record(
    connection: Connection,
    *,
    op: str,
    title: str,
    author: str,
    at: datetime,
    scope: int | None,
    undoable: bool,
    rows: Sequence[RowChange],
) -> int:
    """Store one committed op and its rows; what could still be redone in its scope no longer can.

    Arrays that the op wrote are kept as digests: they stand in their own rows until the op is undone.
    """
    if undoable:
        dropped = update(_HISTORY).where(_HISTORY.c.state == "undone")
        # A project-wide op may have touched anything, so it ends redo everywhere.
        connection.execute((dropped if scope is None else dropped.where(_in_scope(scope))).values(state="dropped"))
    result = connection.execute(
        insert(_HISTORY).values(
            op=op, title=title, author=author, at=at, image_id=scope, state="done", undoable=undoable, undone_by=""
        )
    )
    key = result.inserted_primary_key
    if key is None:
        raise RuntimeError("the driver returned no primary key")
    history_id = int(key[0])
    if rows:
        connection.execute(
            insert(_ROWS),
            [
                {
                    "history_id": history_id,
                    "table_name": row.table,
                    "row_id": row.row_id,
                    "before": None if row.before is None else pack(row.before),
                    "after": None if row.after is None else pack(slim(row.after)),
                }
                for row in rows
            ],
        )
    return history_id


def next_undo(connection: Connection, image_id: int | None) -> tuple[int, str]:
    """Return id and title of what Ctrl+Z would undo on this image (project-wide ops included)."""
    return _next(connection, image_id, state="done", newest=True, nothing="There is nothing left to undo here.")


def next_redo(connection: Connection, image_id: int | None) -> tuple[int, str]:
    """Return id and title of what would be redone: the op undone last."""
    return _next(connection, image_id, state="undone", newest=False, nothing="There is nothing left to redo here.")


def _next(connection: Connection, image_id: int | None, *, state: str, newest: bool, nothing: str) -> tuple[int, str]:
    query = select(_HISTORY.c.id, _HISTORY.c.title).where(_HISTORY.c.state == state, _HISTORY.c.undoable)
    order = _HISTORY.c.id.desc() if newest else _HISTORY.c.id
    found = connection.execute(query.where(_in_scope(image_id)).order_by(order).limit(1)).first()
    if found is None:
        raise NothingToUndo(nothing)
    return int(found[0]), str(found[1])


def _in_scope(image_id: int | None) -> ColumnElement[bool]:
    project_wide = _HISTORY.c.image_id.is_(None)
    return project_wide if image_id is None else or_(project_wide, _HISTORY.c.image_id == image_id)


def undo(recorder: Recorder, connection: Connection, history_id: int, *, author: str, at: datetime) -> None:
    """Put every row of the op back; raises UndoConflict if a row is no longer as the op left it."""
    turned = list(reversed(_rows(connection, history_id)))
    plain = [RowChange(row.table, row.row_id, row.after, row.before) for _, row in turned]
    if _plain(plain):
        _apply_all(recorder, plain, "undone")
        turned = []
    for key, row in turned:
        current = _apply(recorder, RowChange(row.table, row.row_id, row.after, row.before), "undone")
        absent = {name for name, value in (row.after or {}).items() if isinstance(value, ArrayDigest)}
        if current is not None and row.after is not None and absent:
            # The row is about to lose these arrays, so from now on the history has to keep them for redo.
            whole = {**row.after, **{name: current[name] for name in absent}}
            connection.execute(update(_ROWS).where(_ROWS.c.id == key).values(after=pack(whole)))
    connection.execute(
        update(_HISTORY).where(_HISTORY.c.id == history_id).values(state="undone", undone_at=at, undone_by=author)
    )


def redo(recorder: Recorder, connection: Connection, history_id: int) -> None:
    """Do the op's rows again; raises UndoConflict if a row is no longer as undoing left it."""
    rows = [row for _, row in _rows(connection, history_id)]
    if _plain(rows):
        _apply_all(recorder, rows, "done again")
    else:
        for row in rows:
            _apply(recorder, row, "done again")
    connection.execute(
        update(_HISTORY).where(_HISTORY.c.id == history_id).values(state="done", undone_at=None, undone_by="")
    )


def _rows(connection: Connection, history_id: int) -> list[tuple[int, RowChange]]:
    found = connection.execute(select(_ROWS).where(_ROWS.c.history_id == history_id).order_by(_ROWS.c.id)).mappings()
    return [
        (
            row["id"],
            RowChange(
                row["table_name"],
                row["row_id"],
                None if row["before"] is None else unpack(row["before"]),
                None if row["after"] is None else unpack(row["after"]),
            ),
        )
        for row in found
    ]


def _plain(changes: Sequence[RowChange]) -> bool:
    """Tell whether an op only changed values of many rows, each once and without arrays (bulk decisions)."""
    if len(changes) < FEW or len({(change.table, change.row_id) for change in changes}) < len(changes):
        return False
    return all(
        part is not None and not any(isinstance(value, ArrayDigest) for value in part.values())
        for change in changes
        for part in (change.before, change.after)
    )


def _apply_all(recorder: Recorder, changes: Sequence[RowChange], verb: str) -> None:
    """Do the same as ``_apply`` for many rows, in few statements: those alike in their columns together."""
    alike: dict[tuple[str, tuple[str, ...]], list[RowChange]] = {}
    for change in changes:
        alike.setdefault((change.table, tuple(sorted(change.before or ()))), []).append(change)
    for (table, names), group in alike.items():
        rows = recorder.find_many(table, [change.row_id for change in group], names)
        for change in group:
            row = rows.get(change.row_id)
            if row is None or not all(same(row[name], value) for name, value in (change.before or {}).items()):
                raise _conflict(change, verb, "was changed by something else since")
        try:
            recorder.update_each(table, group, rows)
        except IntegrityError as error:
            raise _conflict(group[0], verb, "is tied to another step made since") from error


def _apply(recorder: Recorder, change: RowChange, verb: str) -> dict[str, Any] | None:
    """Bring a row from ``change.before`` to ``change.after`` after checking that it is as ``before`` says.

    Returns the row as it was found.
    """
    current = recorder.find(change.table, change.row_id)
    expected = change.before
    if expected is None:
        matches = current is None
    else:
        matches = current is not None and all(same(current[name], value) for name, value in expected.items())
    if not matches:
        raise _conflict(change, verb, "was changed by something else since")
    try:
        if change.after is None:
            recorder.delete(change.table, change.row_id, row=current)
        elif change.before is None:
            recorder.insert(change.table, change.after)
        else:
            recorder.update(change.table, change.row_id, change.after, row=current)
    except IntegrityError as error:
        # The row is used by a later step, has its name taken, or needs another row that is gone.
        raise _conflict(change, verb, "is tied to another step made since") from error
    return current


def _conflict(change: RowChange, verb: str, cause: str) -> UndoConflict:
    thing = f"{change.table.rstrip('s')} {change.row_id}"
    return UndoConflict(f"This step cannot be {verb}: {thing} {cause}. Nothing was changed.")
