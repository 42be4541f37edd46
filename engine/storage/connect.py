"""Opens the database with the manners we promise; what the driver raises becomes ours in ``failures``.

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
from sqlalchemy.exc import ArgumentError
from sqlalchemy.pool import ConnectionPoolEntry

from engine.errors import DatabaseUnreachable
from engine.storage.failures import known_errors
from engine.storage.types import DamagedValueError

APPLICATION_ID = 0x4D534B57  # "MSKW", at offset 68 of the SQLite file
BUSY_MS = 5000
_CONNECT_S = 10
# One number names the lock under which PostgreSQL serialises writers, as SQLite does by itself.
_WRITE_LOCK = 0x4D534B57
_WRITE = "maskwright_write"
_BUSY = "maskwright_busy_ms"


def is_url(project: str) -> bool:
    """Tell a database URL from a file name."""
    return "://" in project


def open_engine(target: Path | str, *, busy_ms: int = BUSY_MS, single: bool = False) -> Engine:
    """Return an engine for a project file or a PostgreSQL URL; nothing is opened yet.

    ``single`` keeps exactly one connection and makes threads wait for it.
    """
    url = URL.create("sqlite", database=str(target)) if isinstance(target, Path) else _server_url(target)
    pool: dict[str, Any] = {"pool_size": 1, "max_overflow": 0, "pool_timeout": None} if single else {}
    if url.get_backend_name() == "postgresql":
        # A server may have been restarted since the last statement; the ping notices before a person does.
        pool |= {"pool_pre_ping": True, "connect_args": {"connect_timeout": _CONNECT_S}}
    try:
        engine = create_engine(
            url,
            json_serializer=lambda value: orjson.dumps(value, option=orjson.OPT_SORT_KEYS).decode(),
            json_deserializer=_read_json,
            insertmanyvalues_page_size=500,
            **pool,
        )
    except ModuleNotFoundError as error:
        raise DatabaseUnreachable(
            "PostgreSQL projects need the package psycopg: pip install 'maskwright[postgres]'."
        ) from error
    engine.update_execution_options(**{_BUSY: busy_ms})
    if engine.dialect.name == "sqlite":
        _teach_sqlite(engine, busy_ms)
    return engine


def _server_url(target: str) -> URL:
    try:
        url = make_url(target)
    except (ArgumentError, ValueError) as error:
        raise DatabaseUnreachable(f"This is not a database URL like postgresql://host/name: {error}") from error
    if url.get_backend_name() != "postgresql":
        raise DatabaseUnreachable(f"Only postgresql URLs are supported, not '{url.get_backend_name()}'.")
    return url.set(drivername="postgresql+psycopg")


def _read_json(text_or_bytes: str | bytes) -> Any:
    try:
        return orjson.loads(text_or_bytes)
    except orjson.JSONDecodeError as error:
        raise DamagedValueError("a stored JSON value cannot be read") from error


def _teach_sqlite(engine: Engine, busy_ms: int) -> None:
    @event.listens_for(engine, "connect")
    def on_connect(connection: Any, _entry: ConnectionPoolEntry) -> None:
        connection.isolation_level = None
        # SQLite folds the case of ASCII only; searches in other scripts use this instead.
        connection.create_function("casefold", 1, _casefold, deterministic=True)
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


def _casefold(value: str | None) -> str | None:
    return None if value is None else value.casefold()


@contextlib.contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """Yield a connection that sees one unchanging snapshot."""
    with known_errors(engine.url), engine.connect() as connection:
        if engine.dialect.name == "postgresql":
            connection.execution_options(isolation_level="REPEATABLE READ")
        with connection.begin():
            yield connection


@contextlib.contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """Yield the one writing connection: commit at the end, roll back on any exception."""
    with known_errors(engine.url), engine.connect() as connection:
        connection.execution_options(**{_WRITE: True})
        with connection.begin():
            if engine.dialect.name == "postgresql":
                busy_ms = int(connection.get_execution_options()[_BUSY])
                connection.execute(text(f"SET LOCAL lock_timeout = {busy_ms}"))
                connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _WRITE_LOCK})
            yield connection
