"""Finding image files in folders, in an order people expect."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

EXTENSIONS = frozenset(
    (
        ".jpg", ".jpeg", ".jpe", ".jfif", ".mpo", ".png", ".apng", ".tif", ".tiff", ".bmp", ".dib",
        ".gif", ".webp", ".avif", ".avifs", ".jp2", ".j2k", ".j2c", ".jpc", ".jpf", ".jpx", ".ppm",
        ".pgm", ".pbm", ".pnm", ".pfm", ".tga", ".pcx", ".sgi", ".ras", ".qoi", ".dds", ".psd",
        ".hdr",
    )
)  # fmt: skip
"""Endings, in lower case, of what ``engine.imaging.decode`` reads."""

_DIGITS = re.compile(r"(\d+)")


@dataclass(frozen=True, slots=True)
class ScanProblem:
    """A file or folder that could not be looked at, and why, in words."""

    path: Path
    reason: str


def natural_key(name: str) -> tuple[tuple[int, int, str], ...]:
    """Return a sort key by which ``img2`` comes before ``img10``, whatever the case."""
    pieces = _DIGITS.split(name.casefold())
    return tuple((0, int(piece), "") if piece.isdecimal() else (1, 0, piece) for piece in pieces if piece)


def is_image_name(path: Path) -> bool:
    """Tell by the ending alone whether this may be an image."""
    return path.suffix.lower() in EXTENSIONS


def find_images(
    paths: Iterable[Path], *, recursive: bool = True, report: Callable[[ScanProblem], None] | None = None
) -> Iterator[Path]:
    """Yield image files under ``paths``: in each folder the files first, then its folders, both in natural order.

    A file named directly is yielded whatever its ending, so that a wrong choice is told and not ignored. Hidden files
    and folders are skipped inside a folder. Each folder is visited once, so loops of links end. What cannot be looked
    at goes to ``report`` and the search goes on. The same path is yielded once.
    """
    tell = report or (lambda _problem: None)
    visited: set[str] = set()
    given: set[Path] = set()
    for path in paths:
        try:
            mode = path.stat().st_mode
        except (OSError, ValueError) as error:
            tell(ScanProblem(path, _reason(error)))
            continue
        found = _walk(path, recursive, tell, visited) if stat.S_ISDIR(mode) else iter((path,))
        for file in found:
            absolute = Path(os.path.abspath(file))  # noqa: PTH100 - resolve() would follow links
            if absolute not in given:
                given.add(absolute)
                yield file


def _walk(top: Path, recursive: bool, tell: Callable[[ScanProblem], None], visited: set[str]) -> Iterator[Path]:
    waiting = [top]
    while waiting:
        folder = waiting.pop()
        real = os.path.realpath(folder)
        if real in visited:
            continue
        visited.add(real)
        try:
            with os.scandir(folder) as listing:
                entries = sorted(listing, key=lambda entry: (natural_key(entry.name), entry.name))
        except OSError as error:
            tell(ScanProblem(folder, _reason(error)))
            continue
        folders: list[Path] = []
        for entry in entries:
            place = folder / entry.name
            try:
                if _is_hidden(entry):
                    continue
                if entry.is_dir():
                    folders.append(place)
                elif is_image_name(place) and entry.is_file():
                    yield place
                elif is_image_name(place) and entry.is_symlink():
                    tell(ScanProblem(place, "the link points to nothing"))
            except OSError as error:
                tell(ScanProblem(place, _reason(error)))
        if recursive:
            waiting.extend(reversed(folders))


def _is_hidden(entry: os.DirEntry[str]) -> bool:
    if entry.name.startswith("."):
        return True
    if os.name != "nt":
        return False
    attributes: int = getattr(entry.stat(follow_symlinks=False), "st_file_attributes", 0)
    return bool(attributes & stat.FILE_ATTRIBUTE_HIDDEN)


def _reason(error: OSError | ValueError) -> str:
    if isinstance(error, FileNotFoundError):
        return "there is no such file or folder"
    if isinstance(error, PermissionError):
        return "reading is not permitted"
    return (error.strerror if isinstance(error, OSError) else None) or str(error)
