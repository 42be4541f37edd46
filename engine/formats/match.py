"""Finds the pictures that a dataset file names: by path below a folder, then by unique base name.

A name is never followed out of the folder: absolute names, drive letters, ``..`` and addresses count by their base
name only.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from engine.control import Control
from engine.imaging.scan import find_images
from engine.ops.images import NewImage
from engine.project import known_files, look_at, real_key, root_name, stored_root
from engine.storage.reader import Reader
from engine.workspace import Workspace

_DRIVE = re.compile(r"^[A-Za-z]:")
_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Found:
    """Where a named picture is: an image of the project, or a file to be added below a root."""

    image_id: int | None
    width: int
    height: int
    orientation: int
    error: str
    root: str = ""
    root_name: str = ""
    new: NewImage | None = None


@dataclass(frozen=True, slots=True)
class _Known:
    image_id: int
    width: int
    height: int
    orientation: int
    error: str


def tidy(name: str) -> tuple[str, str]:
    """Return (path below the folder, base name) of a name in a file; the path is empty where it must not be used."""
    slashed = name.replace("\\", "/")
    parts = [part for part in slashed.split("/") if part not in ("", ".")]
    if "\x00" in name or not parts or parts[-1] == "..":
        return "", ""
    hostile = slashed.startswith("/") or ".." in parts or "://" in slashed or _DRIVE.match(slashed) is not None
    return ("" if hostile else "/".join(parts)), _DRIVE.sub("", parts[-1])


class Finder:
    """Looks names up in a project and, if one is given, in a folder of images."""

    def __init__(self, workspace: Workspace, reader: Reader, folder: Path | None) -> None:
        """``folder`` is the one that paths in the file are relative to."""
        self._workspace = workspace
        self._folder = folder
        self._known = {
            image.id: _Known(image.id, image.width, image.height, image.orientation, image.error)
            for image in reader.images.stream()
        }
        self._by_file = known_files(reader)
        names = reader.images.root_names()
        self._by_path: dict[str, set[int]] = {}
        self._by_base: dict[str, set[int]] = {}
        for (root_id, path), image_id in reader.images.paths().items():
            self._by_path.setdefault(path, set()).add(image_id)
            self._by_path.setdefault(f"{names[root_id]}/{path}", set()).add(image_id)
            self._by_base.setdefault(path.rpartition("/")[2], set()).add(image_id)
        self._roots = sorted(
            ((real_key(place), place, names[root_id]) for root_id, place in reader.images.roots().items()),
            key=lambda root: -len(root[0]),
        )
        self._files_by_base: dict[str, list[Path]] | None = None

    def find(self, names: Iterable[tuple[int, str]], *, control: Control) -> tuple[dict[int, Found], dict[int, str]]:
        """Return what was found by key, and for every other key the reason in words.

        Exact paths are settled first, so that a base name never takes a picture that another entry names exactly.
        """
        places: dict[int, int | Path] = {}
        reasons: dict[int, str] = {}
        taken: set[int | str] = set()
        later: list[tuple[int, str]] = []
        for key, name in names:
            path, base = tidy(name)
            place = self._exact(path) if path else None
            if place is None:
                later.append((key, base))
            elif _mark(place) in taken:
                reasons[key] = "another entry of the file names the same picture"
            else:
                taken.add(_mark(place))
                places[key] = place
        for key, base in later:
            candidates = self._same_base(base) if base else []
            if len(candidates) == 1 and _mark(candidates[0]) not in taken:
                taken.add(_mark(candidates[0]))
                places[key] = candidates[0]
            elif len(candidates) == 1:
                reasons[key] = "another entry of the file names the same picture"
            else:
                reasons[key] = "several pictures have this base name" if candidates else "image not found"
        return self._look(places, control), reasons

    def _exact(self, path: str) -> int | Path | None:
        if self._folder is not None:
            place = self._folder / path
            known = self._by_file.get(real_key(place))
            if known is not None:
                return known
            if place.is_file():
                return place
        found = self._by_path.get(path, set())
        return next(iter(found)) if len(found) == 1 else None

    def _same_base(self, base: str) -> list[int | Path]:
        if self._folder is not None:
            if self._files_by_base is None:
                self._files_by_base = {}
                for file in find_images([self._folder]):
                    self._files_by_base.setdefault(file.name, []).append(file)
            files = self._files_by_base.get(base, [])
            if files:
                return [self._by_file.get(real_key(file), file) for file in files]
        return list(self._by_base.get(base, ()))

    def _look(self, places: dict[int, int | Path], control: Control) -> dict[int, Found]:
        found: dict[int, Found] = {}
        fresh: list[tuple[int, str, str, tuple[Path, str]]] = []
        for key, place in places.items():
            if isinstance(place, int):
                known = self._known[place]
                found[key] = Found(known.image_id, known.width, known.height, known.orientation, known.error)
            else:
                root, name, path = self._root_of(place)
                fresh.append((key, root, name, (place, path)))
        for start in range(0, len(fresh), _AT_ONCE):
            control.step(start, len(fresh), what="The import was cancelled. Nothing was imported.")
            part = fresh[start : start + _AT_ONCE]
            for (key, root, name, _), (_, image) in zip(part, look_at([each[3] for each in part]), strict=True):
                new = None if image.error else image
                found[key] = Found(None, image.width, image.height, image.orientation, image.error, root, name, new)
        return found

    def _root_of(self, file: Path) -> tuple[str, str, str]:
        """Return stored root, its name and the file's path below it: an existing root if one holds the file."""
        key = real_key(file)
        for root_key, place, name in self._roots:
            if key.startswith(root_key.rstrip(os.sep) + os.sep):
                return stored_root(self._workspace, place), name, Path(os.path.relpath(file, place)).as_posix()
        folder = self._folder or file.parent
        return stored_root(self._workspace, folder), root_name(folder), Path(os.path.relpath(file, folder)).as_posix()


def _mark(place: int | Path) -> int | str:
    return place if isinstance(place, int) else real_key(place)


def misfit(place: Found, width: int | None, height: int | None) -> str:
    """Return why an entry of this size (None: it does not say) cannot be the picture found, or nothing."""
    if place.error or not place.width:
        return "the picture cannot be read"
    given = width, height
    if None in given or given == (place.width, place.height):
        return ""
    if given == (place.height, place.width) and place.orientation in (5, 6, 7, 8):
        return "annotated on the picture before its EXIF turn was applied (width and height are swapped)"
    return "the picture has another size than the file says"
