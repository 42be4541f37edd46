"""Turns what the world did to the database into errors a person can act on, by the drivers' codes, not their words."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator

from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError, OperationalError

from engine.errors import BadProject, DatabaseUnreachable, DiskFull, EngineError, ProjectBusy, ProjectReadOnly
from engine.storage.types import DamagedValueError

_SALVAGE = "Nothing was changed. Restore a backup, or salvage it with the sqlite3 program's .recover command."


def shown(url: URL) -> str:
    """Return a project's place as people may see it: the file, or the URL without its password."""
    if url.get_backend_name() == "sqlite":
        return str(url.database)
    return url.render_as_string(hide_password=True).replace("+psycopg://", "://", 1)


@contextlib.contextmanager
def known_errors(url: URL) -> Iterator[None]:
    """Turn what the world did to the database into an EngineError; programming errors pass through."""
    try:
        yield
    except (DBAPIError, sqlite3.Error) as error:
        known = translate(error, url)
        if known is None:
            raise
        raise known from error
    except DamagedValueError as error:
        raise BadProject(f"{shown(url)} is damaged: {error}. {_SALVAGE}") from error


def translate(error: DBAPIError | sqlite3.Error, url: URL) -> EngineError | None:
    """Return our error for a driver's, or None where it is a bug of ours."""
    cause: BaseException | None = error.orig if isinstance(error, DBAPIError) else error
    if isinstance(cause, sqlite3.Error):
        return _of_sqlite(cause, shown(url))
    return _of_server(error, cause, shown(url))


def _of_sqlite(cause: sqlite3.Error, name: str) -> EngineError | None:
    # Errors that Python's module finds itself carry no code; the only one the world can cause is damaged text.
    code = getattr(cause, "sqlite_errorcode", None)
    if code is None:
        undecodable = "could not decode" in str(cause).lower()
        return BadProject(f"{name} is damaged (unreadable text). {_SALVAGE}") if undecodable else None
    primary = code & 0xFF
    if primary in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return ProjectBusy(
            f"{name} is being written by another process for too long. Close the other program or wait, then try again."
        )
    if primary == sqlite3.SQLITE_FULL or code == sqlite3.SQLITE_IOERR_SHMSIZE:
        return DiskFull(f"The disk that holds {name} is full. Free some space and try again; nothing was changed.")
    if primary == sqlite3.SQLITE_READONLY:
        return ProjectReadOnly(f"{name} or its folder is read-only. Copy the project to a place you may write to.")
    if primary == sqlite3.SQLITE_CANTOPEN:
        return ProjectReadOnly(f"{name} cannot be opened: the folder is missing or may not be written.")
    if primary in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
        return BadProject(f"{name} is damaged ({cause}). {_SALVAGE}")
    if primary == sqlite3.SQLITE_IOERR:
        return BadProject(f"{name} cannot be read or written ({cause}). Check the disk or the network drive it is on.")
    return None


def _of_server(error: BaseException, cause: BaseException | None, name: str) -> EngineError | None:
    # Codes of PostgreSQL's manual, appendix A; without a code the connection itself failed.
    code = getattr(cause, "sqlstate", None) or ""
    if code in ("55P03", "40P01"):
        return ProjectBusy(f"{name} is being written by someone else for too long. Wait, then try again.")
    if code == "53100":
        return DiskFull(f"The disk of the server of {name} is full. Nothing was changed.")
    if code in ("25006", "42501"):
        return ProjectReadOnly(f"You may not write to {name}. Ask its owner for the permission.")
    if code in ("XX001", "XX002"):
        return BadProject(f"{name} is damaged: {str(cause).strip()}")
    if isinstance(error, OperationalError):
        return DatabaseUnreachable(f"The database {name} cannot be reached: {str(cause).strip()}")
    return None
