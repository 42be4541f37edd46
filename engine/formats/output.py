"""Writes a file beside its place and moves it there when it is whole: readers see the old file or the new one."""

from __future__ import annotations

import contextlib
import errno
import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from engine.errors import CannotWrite, DiskFull

_SQLITE = b"SQLite format 3\x00"
_BUFFER = 1 << 20
# Windows knows no quota of this name.
_FULL = frozenset({errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC)})


@contextmanager
def writing_file(target: Path, *, one_of_many: bool = False) -> Iterator[IO[bytes]]:
    """Yield a binary file that becomes ``target`` if nothing is raised. Raises CannotWrite or DiskFull.

    Whoever writes ``one_of_many`` calls ``sync_folder`` once at the end: for each file it takes half of the time.
    """
    _refuse(target)
    partial = target.with_name(f".{target.name}.{uuid.uuid4().hex}.partial")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with partial.open("xb", buffering=_BUFFER) as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        partial.replace(target)
        if not one_of_many:
            sync_folder(target.parent)
    except OSError as error:
        if error.errno in _FULL:
            raise DiskFull(f"{target}: the disk is full. Free some space and export again.") from error
        raise CannotWrite(f"{target} cannot be written: {error.strerror or error}.") from error
    finally:
        with contextlib.suppress(OSError):
            partial.unlink(missing_ok=True)


def _refuse(target: Path) -> None:
    """Keep a slip of the hand from replacing a folder or a project by an export."""
    if target.is_dir():
        raise CannotWrite(f"{target} is a folder. Name the file to write.")
    try:
        with target.open("rb") as file:
            is_database = file.read(len(_SQLITE)) == _SQLITE
    except OSError:
        return
    if is_database:
        raise CannotWrite(f"{target} is a project or another database. Choose another name for the export.")


def sync_folder(folder: Path) -> None:
    """Make the names in a folder as lasting as what the files hold."""
    # Windows cannot open a folder for syncing, and some network drives refuse; the rename itself is done by then.
    if os.name == "posix":
        with contextlib.suppress(OSError):
            handle = os.open(folder, os.O_RDONLY)
            try:
                os.fsync(handle)
            finally:
                os.close(handle)
