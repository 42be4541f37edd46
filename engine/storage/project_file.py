"""Creates, recognises and upgrades a project: file checks before the database is asked, copies before migrations."""

from __future__ import annotations

import contextlib
import os
import sqlite3
import uuid
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Connection, Engine, insert, inspect, text

from engine.errors import (
    BadProject,
    CannotWrite,
    DatabaseUnreachable,
    DiskFull,
    EngineError,
    ProjectReadOnly,
    ProjectTooNew,
)
from engine.storage.connect import APPLICATION_ID, BUSY_MS, open_engine, reading, writing
from engine.storage.failures import known_errors, shown
from engine.storage.tables import Base, Project, table_of

SUFFIX = ".maskwright"
HEAD = "0007"
"""The newest migration this program knows; a test compares it with the migrations folder."""
_MAGIC = b"SQLite format 3\x00"


def create_file(path: Path, name: str) -> None:
    """Make a new project file; it appears complete or not at all. Raises CannotWrite when something is in the way."""
    partial = path.with_name(f".{path.name}.{uuid.uuid4().hex}.partial")
    engine = open_engine(partial)
    try:
        if path.exists():
            raise CannotWrite(f"{path} exists already. Choose another name or open it.")
        path.parent.mkdir(parents=True, exist_ok=True)
        with writing(engine) as connection:
            _build(connection, name)
            connection.exec_driver_sql(f"PRAGMA application_id={APPLICATION_ID}")
        engine.dispose()
        partial.replace(path)
    except OSError as error:
        raise CannotWrite(f"{path} cannot be created: {error.strerror}.") from error
    except ProjectReadOnly as error:
        raise CannotWrite(f"{path} cannot be created: its folder may not be written.") from error
    except CannotWrite:
        raise
    except EngineError as error:
        # The person asked for this file and knows nothing of the half-made one.
        raise type(error)(str(error).replace(str(partial), str(path))) from error
    finally:
        engine.dispose()
        with contextlib.suppress(OSError):
            partial.unlink(missing_ok=True)


def create_on_server(engine: Engine, name: str) -> None:
    """Make the tables in an empty PostgreSQL database; raises CannotWrite if there is a project already."""
    with writing(engine) as connection:
        if inspect(connection).has_table("project"):
            raise CannotWrite(f"{shown(engine.url)} holds a project already. Open it, or use another one.")
        _build(connection, name)


def _build(connection: Connection, name: str) -> None:
    Base.metadata.create_all(connection)
    connection.execute(text("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL PRIMARY KEY)"))
    connection.execute(text("INSERT INTO alembic_version VALUES (:head)"), {"head": HEAD})
    connection.execute(
        insert(table_of(Project)).values(
            uuid=str(uuid.uuid4()), name=name, created_at=datetime.now(UTC), info={}, settings={}
        )
    )


def check_header(path: Path) -> None:
    """Raise a clear error unless ``path`` is a file that carries our mark."""
    try:
        # Asked first because Windows calls opening a folder a missing permission.
        if path.is_dir():
            raise BadProject(f"{path} is a folder. A project is a file that ends in {SUFFIX}.")
        with path.open("rb") as file:
            head = file.read(100)
    except (FileNotFoundError, NotADirectoryError) as error:
        raise BadProject(f"{path} does not exist. Create it with: maskwright new {path.name} IMAGES...") from error
    except PermissionError as error:
        raise BadProject(f"{path} may not be read by you. Ask for its read and write permission.") from error
    except OSError as error:
        raise BadProject(f"{path} cannot be read: {error.strerror}.") from error
    if not head:
        raise BadProject(f"{path} is empty (0 bytes). Restore it from a backup.")
    if not head.startswith(_MAGIC):
        raise BadProject(f"{path} is not a Maskwright project: it is no SQLite file.")
    if len(head) < 100 or int.from_bytes(head[68:72], "big") != APPLICATION_ID:
        raise BadProject(f"{path} is an SQLite file of another program, not a Maskwright project.")
    # WAL needs to write beside the file even to read it, so a read-only place is told apart now, with its remedy.
    if not os.access(path, os.W_OK) or not os.access(path.parent, os.W_OK):
        raise ProjectReadOnly(f"{path} or its folder is read-only. Copy the project to a place you may write to.")


def ready(engine: Engine, path: Path | None) -> None:
    """Bring an opened project to this program's schema: refuse a newer one, copy and migrate an older one."""
    with reading(engine) as connection:
        tables = set(inspect(connection).get_table_names())
        if "alembic_version" not in tables:
            raise BadProject(f"{shown(engine.url)} holds no Maskwright project. Create one with: maskwright new")
        versions = list(connection.execute(text("SELECT version_num FROM alembic_version")).scalars())
    if len(versions) != 1:
        raise BadProject(f"{shown(engine.url)} is damaged: it does not say which version wrote it. Restore a backup.")
    if versions[0] != HEAD:
        _migrate(engine, path, str(versions[0]))
    elif missing := Base.metadata.tables.keys() - tables:
        raise BadProject(
            f"{shown(engine.url)} is damaged: it lacks {', '.join(sorted(missing))}. Restore it from a backup."
        )
    if path is not None:
        with known_errors(engine.url), engine.connect() as connection:
            # On the bare connection: the journal mode cannot change inside a transaction.
            try:
                connection.connection.cursor().execute("PRAGMA journal_mode=WAL")
            except sqlite3.OperationalError as error:
                # Somebody is using the file in WAL mode right now, which is what we want.
                if error.sqlite_errorcode & 0xFF not in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
                    raise


def _migrate(engine: Engine, path: Path | None, version: str) -> None:
    from engine.storage.migrations import known_versions, upgrade

    name = shown(engine.url)
    if version not in known_versions():
        raise ProjectTooNew(
            f"{name} was written by a newer Maskwright (schema {version}, this program knows up to {HEAD}). "
            "Update Maskwright; the project was not touched."
        )
    if path is not None:
        back_up(path, path.with_name(f"{path.name}.before-{HEAD}.bak"))
    upgrade(engine)


def back_up(path: Path, copy: Path) -> None:
    """Copy a project with SQLite's own backup, consistent even while others write; appears whole or not at all."""
    partial = copy.with_name(f".{copy.name}.partial")
    try:
        with (
            contextlib.closing(sqlite3.connect(path)) as source,
            contextlib.closing(sqlite3.connect(partial)) as target,
        ):
            source.backup(target)
        partial.replace(copy)
    except sqlite3.OperationalError as error:
        partial.unlink(missing_ok=True)
        kind = DiskFull if "full" in str(error) else CannotWrite
        raise kind(f"The copy {copy} could not be made ({error}); the project was not touched.") from error
    except OSError as error:
        raise CannotWrite(f"The copy {copy} could not be made: {error.strerror}.") from error


def server_engine(url: str, *, busy_ms: int = BUSY_MS) -> Engine:
    """Return an engine for a PostgreSQL URL whose server answers; raises DatabaseUnreachable."""
    engine = open_engine(url, busy_ms=busy_ms)
    with known_errors(engine.url):
        try:
            engine.connect().close()
        except UnicodeError as error:
            raise DatabaseUnreachable(f"{shown(engine.url)} is not a database URL.") from error
    return engine
