"""The only class the window holds, and the only place where a transaction begins or ends."""

from __future__ import annotations

import contextlib
import getpass
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Generic, Self, TypeVar

from sqlalchemy import Connection, Engine

from engine import history
from engine.changes import Changes
from engine.errors import ProjectGone, UndoConflict
from engine.ops.base import Op
from engine.storage.connect import BUSY_MS, is_url, open_engine, reading, writing
from engine.storage.failures import known_errors, shown
from engine.storage.project_file import check_header, create_file, create_on_server, ready, server_engine
from engine.storage.reader import Reader
from engine.storage.recorder import Recorder
from engine.transaction import Tx

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Outcome(Generic[T]):
    """What an op returned and what it touched; ``history_id`` is its entry in the history (0 if nothing changed)."""

    value: T
    changes: Changes
    history_id: int
    title: str


class Workspace:
    """An open project. Any thread may read; writes wait for one another."""

    def __init__(
        self, engine: Engine, writer: Engine, *, place: str, base: Path, author: str, file: Path | None = None
    ) -> None:
        """Use ``open`` or ``create``; ``place`` is the file or URL as shown to people.

        ``writer`` keeps one connection: on SQLite that connection alone can tell other processes' commits from ours.
        """
        self._engine = engine
        self._writer = writer
        self.place = place
        self.base = base
        self.author = author
        self._file = file
        self._identity = _identity(file)

    @classmethod
    def open(cls, project: str | Path, *, author: str = "", busy_ms: int = BUSY_MS) -> Workspace:
        """Open an existing project by file name or PostgreSQL URL; raises BadProject and kin."""
        if isinstance(project, str) and is_url(project):
            engine = server_engine(project, busy_ms=busy_ms)
            writer = open_engine(project, busy_ms=busy_ms, single=True)
            file = None
            base = Path.cwd()
        else:
            file = Path(project).absolute()
            check_header(file)
            engine = open_engine(file, busy_ms=busy_ms)
            writer = open_engine(file, busy_ms=busy_ms, single=True)
            base = file.parent
        try:
            ready(engine, file)
        except BaseException:
            engine.dispose()
            raise
        return cls(engine, writer, place=shown(engine.url), base=base, author=author or _user(), file=file)

    @classmethod
    def create(cls, project: str | Path, *, name: str = "", author: str = "") -> Workspace:
        """Make a new project and open it; raises CannotWrite if something is there already."""
        if isinstance(project, str) and is_url(project):
            engine = server_engine(project)
            try:
                create_on_server(engine, name or engine.url.database or "project")
            finally:
                engine.dispose()
        else:
            create_file(Path(project).absolute(), name or Path(project).stem)
        return cls.open(project, author=author)

    @contextlib.contextmanager
    def read(self) -> Iterator[Reader]:
        """Yield the repositories over one snapshot."""
        with reading(self._engine) as connection:
            yield Reader(connection, self.base)

    def execute(self, op: Op[T]) -> Outcome[T]:
        """Do one op in one transaction: all of it is stored, or none of it and the error says why."""
        with self._writing() as connection:
            tx = self._tx(connection)
            value = op.apply(tx)
            changes = tx.changes.freeze()
            history_id = 0
            if changes or tx.rows.row_changes:
                history_id = history.record(
                    connection,
                    op=type(op).__name__,
                    title=op.title,
                    author=tx.author,
                    at=tx.now,
                    scope=history.scope_of(changes),
                    undoable=op.undoable,
                    rows=tx.rows.row_changes if op.undoable else (),
                )
        return Outcome(value, changes, history_id, op.title)

    def undo(self, image_id: int | None) -> Outcome[None]:
        """Undo the newest op on an image (or project-wide); raises NothingToUndo or UndoConflict."""
        with self._writing() as connection:
            tx = self._tx(connection)
            history_id, title = history.next_undo(connection, image_id)
            history.undo(tx.rows, connection, history_id, author=tx.author, at=tx.now)
            _poses_fit(tx, "undone")
        return Outcome(None, tx.changes.freeze(), history_id, title)

    def redo(self, image_id: int | None) -> Outcome[None]:
        """Redo the op undone last on an image (or project-wide); raises NothingToUndo or UndoConflict."""
        with self._writing() as connection:
            tx = self._tx(connection)
            history_id, title = history.next_redo(connection, image_id)
            history.redo(tx.rows, connection, history_id)
            _poses_fit(tx, "done again")
        return Outcome(None, tx.changes.freeze(), history_id, title)

    def version(self) -> int:
        """Return a number that changes when another process has committed; 0 where the database cannot tell."""
        if self._writer.dialect.name != "sqlite":
            return 0
        with known_errors(self._writer.url), self._writer.connect() as connection:
            # On the bare connection: inside a transaction the number would stand still.
            return int(connection.connection.cursor().execute("PRAGMA data_version").fetchone()[0])

    def close(self) -> None:
        """Close every connection; SQLite then folds the write-ahead log back into the file."""
        self._writer.dispose()
        self._engine.dispose()

    def __enter__(self) -> Self:
        """Use as a context manager to close at the end."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close."""
        self.close()

    @contextlib.contextmanager
    def _writing(self) -> Iterator[Connection]:
        """Open the one transaction, unless the file behind our handle is no longer the one that people see."""
        if self._file is not None and _identity(self._file) != self._identity:
            raise ProjectGone(
                f"{self._file} was moved, deleted or replaced while it was open. Nothing was stored. Put it back, or "
                "close this project and open the file where it is now."
            )
        with writing(self._writer) as connection:
            yield connection

    def _tx(self, connection: Connection) -> Tx:
        return Tx(connection, Recorder(connection), Reader(connection, self.base), self.author, datetime.now(UTC))


def _poses_fit(tx: Tx, verb: str) -> None:
    """Refuse to put a skeleton back that poses placed since do not fit: their rows do not tell what they depend on."""
    if tx.changes.skeletons or tx.changes.labels:
        misfit = tx.read.skeletons.misfit(tx.changes.skeletons, tx.changes.labels)
        if misfit is not None:
            raise UndoConflict(
                f"This step cannot be {verb}: poses that were placed since do not fit the skeleton {misfit.name} as it "
                "would be. Edit the skeleton instead. Nothing was changed."
            )


def _identity(file: Path | None) -> tuple[int, int] | None:
    """Return what tells a file from another of its name: device and inode; None when it is not there."""
    if file is None:
        return None
    try:
        status = file.stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino


def _user() -> str:
    # getpass raises KeyError or OSError where the user has no name (some containers).
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "unknown"
