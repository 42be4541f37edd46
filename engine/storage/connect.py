"""Opens the database with the manners we promise, and turns the driver's errors into ours.

sqlite3's own transaction handling emits BEGIN late and never for reads or DDL (see docs/decisions.md), so it is
switched off and SQLAlchemy's "begin" event says BEGIN or BEGIN IMMEDIATE itself.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, OperationalError
from sqlalchemy.pool import ConnectionPoolEntry

from engine.errors import BadProject, DatabaseUnreachable, DiskFull, EngineError, ProjectBusy, ProjectReadOnly

APPLICATION_ID = 0x4D534B57  # "MSKW", at offset 68 of the SQLite file
BUSY_MS = 5000
# One number names the lock under which PostgreSQL serialises writers, as SQLite does by itself.
_WRITE_LOCK = 0x4D534B57
_WRITE = "maskwright_write"


def is_url(project: str) -> bool:
    """Tell a database URL from a file name."""
    return "://" in project


def open_engine(target: Path | str, *, busy_ms: int = BUSY_MS) -> Engine:
    """Return an engine for a project file or a PostgreSQL URL; nothing is opened yet."""
    if isinstance(target, Path):
        url: URL = URL.create("sqlite", database=str(target))
    else:
        try:
            url = make_url(target)
        except ArgumentError as error:
            raise DatabaseUnreachable(f"'{target}' is not a database URL: {error}") from error
        if url.get_backend_name() != "postgresql":
            raise DatabaseUnreachable(f"Only postgresql URLs are supported, not '{url.get_backend_name()}'.")
        url = url.set(drivername="postgresql+psycopg")
    try:
        engine = create_engine(
            url,
            json_serializer=lambda value: orjson.dumps(value, option=orjson.OPT_SORT_KEYS).decode(),
            json_deserializer=orjson.loads,
            insertmanyvalues_page_size=500,
        )
    except ModuleNotFoundError as error:
        raise DatabaseUnreachable(
            "PostgreSQL projects need the package psycopg: pip install 'maskwright[postgres]'."
        ) from error
    if engine.dialect.name == "sqlite":
        _teach_sqlite(engine, busy_ms)
    return engine


def _teach_sqlite(engine: Engine, busy_ms: int) -> None:
    @event.listens_for(engine, "connect")
    def on_connect(connection: Any, _entry: ConnectionPoolEntry) -> None:
        connection.isolation_level = None
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA busy_timeout={busy_ms}")
        cursor.execute("PRAGMA foreign_keys=ON")
        # FULL: a commit is on the disk before it is acknowledged; its cost stands in docs/decisions.md.
        cursor.execute("PRAGMA synchronous=FULL")
        cursor.execute("PRAGMA cache_size=-65536")
        cursor.execute("PRAGMA temp_store=MEMORY")
        cursor.close()

    @event.listens_for(engine, "begin")
    def on_begin(connection: Connection) -> None:
        write = connection.get_execution_options().get(_WRITE, False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")


@contextlib.contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """Yield a connection that sees one unchanging snapshot."""
    with known_errors(engine), engine.connect() as connection:
        if engine.dialect.name == "postgresql":
            connection.execution_options(isolation_level="REPEATABLE READ")
        with connection.begin():
            yield connection


@contextlib.contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """Yield the one writing connection: commit at the end, roll back on any exception."""
    with known_errors(engine), engine.connect() as connection:
        connection.execution_options(**{_WRITE: True})
        with connection.begin():
            if engine.dialect.name == "postgresql":
                connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _WRITE_LOCK})
            yield connection


@contextlib.contextmanager
def known_errors(engine: Engine) -> Iterator[None]:
    """Turn what the world did to the database into an EngineError; programming errors pass through."""
    try:
        yield
    except DBAPIError as error:
        known = translate(error, engine.url)
        if known is None:
            raise
        raise known from error


def translate(error: DBAPIError, url: URL) -> EngineError | None:
    """Return our error for a driver's, or None where it is a bug of ours."""
    words = str(error.orig).lower()
    name = url.database if url.get_backend_name() == "sqlite" else url.render_as_string(hide_password=True)
    if "locked" in words or "busy" in words:
        return ProjectBusy(
            f"{name} is being written by another process for too long. Close the other program or wait, then try again."
        )
    if "disk is full" in words or "no space left" in words:
        return DiskFull(f"The disk that holds {name} is full. Free some space and try again; nothing was changed.")
    if "readonly" in words or "read-only" in words:
        return ProjectReadOnly(f"{name} or its folder is read-only. Copy the project to a place you may write to.")
    if "unable to open" in words:
        return ProjectReadOnly(f"{name} cannot be opened: the folder is missing or may not be written.")
    if "malformed" in words or "not a database" in words or "disk i/o error" in words or "corrupt" in words:
        return BadProject(
            f"{name} is damaged ({error.orig}). Nothing was changed. Restore a backup, or salvage it with "
            "sqlite3's .recover command."
        )
    if url.get_backend_name() == "postgresql" and isinstance(error, OperationalError):
        return DatabaseUnreachable(f"The database {name} cannot be reached: {str(error.orig).strip()}")
    return None
