"""Writes a file or folder beside its place and moves it there when it is whole: readers see the old or the new one."""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import orjson

from engine.errors import CannotWrite, DiskFull

MANIFEST = "maskwright.json"
"""Lists the files of an exported folder, so that a later export replaces them and nothing else."""

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
        raise _known(target, error) from error
    finally:
        with contextlib.suppress(OSError):
            partial.unlink(missing_ok=True)


@contextmanager
def writing_folder(target: Path) -> Iterator[Path]:
    """Yield an empty folder that becomes ``target`` if nothing is raised; an earlier export of ours is replaced.

    A folder that holds anything else is refused. Raises CannotWrite or DiskFull.
    """
    target = Path(os.path.realpath(target))
    _refuse_folder(target)
    mark = uuid.uuid4().hex
    partial, old = target.with_name(f".{target.name}.{mark}.partial"), target.with_name(f".{target.name}.{mark}.old")
    try:
        partial.mkdir(parents=True)
        yield partial
        manifest = {"written_by": "Maskwright", "files": sorted(_files(partial))}
        (partial / MANIFEST).write_bytes(orjson.dumps(manifest, option=orjson.OPT_INDENT_2))
        if target.exists():
            target.rename(old)
        try:
            partial.rename(target)
        except OSError:
            if old.exists():
                old.rename(target)
            raise
        sync_folder(target.parent)
        shutil.rmtree(old, ignore_errors=True)
    except OSError as error:
        raise _known(target, error) from error
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def _known(target: Path, error: OSError) -> CannotWrite | DiskFull:
    if error.errno in _FULL:
        return DiskFull(f"{target}: the disk is full. Free some space and export again.")
    return CannotWrite(f"{target} cannot be written: {error.strerror or error}.")


def _files(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if not path.is_dir()}


def _refuse_folder(target: Path) -> None:
    """Keep an export from taking away what somebody else has put into the folder."""
    if not target.exists():
        return
    if not target.is_dir():
        raise CannotWrite(f"{target} is a file. Name a folder: this format has a file for each image.")
    there = _files(target)
    if not there:
        return
    try:
        ours = set(orjson.loads((target / MANIFEST).read_bytes())["files"]) | {MANIFEST}
    except (OSError, ValueError, KeyError, TypeError):
        ours = set()
    strange = sorted(there - ours)
    if strange:
        raise CannotWrite(
            f"{target} holds files that no export has written, such as {strange[0]}. Choose a new or empty folder. "
            "Nothing was written."
        )


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
