"""Making a project and filling it with images and classes: what the start page, drag and drop and the CLI share."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from engine.control import QUIET, Control
from engine.errors import BadFile, BadImage, InvalidOp
from engine.imaging.probe import probe
from engine.imaging.scan import ScanProblem, find_images
from engine.ops.images import AddImages, NewImage
from engine.ops.labels import AddLabel
from engine.storage.connect import is_url
from engine.storage.reader import Reader
from engine.workspace import Workspace

_THREADS = 4
_PROBED_AT_ONCE = 500
_STORED_AT_ONCE = 5000
_NOT_CLASSES = frozenset({"__ignore__", "_background_"})
"""Lines with which labelme's class lists begin; they name no class."""


@dataclass(frozen=True, slots=True)
class AddReport:
    """What became of the images that were offered; ``unreadable`` ones with a file are listed in the project too."""

    added: tuple[Path, ...]
    known: tuple[Path, ...]
    unreadable: tuple[ScanProblem, ...]

    def __or__(self, other: AddReport) -> AddReport:
        """Return both together."""
        return AddReport(self.added + other.added, self.known + other.known, self.unreadable + other.unreadable)


@dataclass(frozen=True, slots=True)
class ClassesReport:
    """Which labels a class list added, which were there, and which lines name none."""

    added: tuple[str, ...]
    known: tuple[str, ...]
    skipped: tuple[str, ...]


def real_key(path: Path | str) -> str:
    """Return what two spellings of one file have in common: absolute, tidy, in the case the system compares."""
    return os.path.normcase(os.path.abspath(path))  # noqa: PTH100 - resolve() would follow links


def stored_root(workspace: Workspace, folder: Path) -> str:
    """Return a folder as a root is stored: POSIX, relative to the project's folder where that is possible.

    So a project that is moved together with its images keeps them. A project on a server, or a folder on another
    drive, keeps the absolute path.
    """
    absolute = Path(os.path.abspath(folder))  # noqa: PTH100 - resolve() would follow links
    if is_url(workspace.place):
        return absolute.as_posix()
    try:
        return Path(os.path.relpath(absolute, workspace.base)).as_posix()
    except ValueError:
        return absolute.as_posix()


def root_name(folder: Path) -> str:
    """Return what a root is called in lists and where two roots hold equal paths."""
    absolute = Path(os.path.abspath(folder))  # noqa: PTH100 - resolve() would follow links
    return absolute.name or absolute.as_posix()


def known_files(reader: Reader) -> dict[str, int]:
    """Return the image id of every file in the project, by ``real_key``."""
    roots = {root_id: real_key(folder) for root_id, folder in reader.images.roots().items()}
    return {
        os.path.normcase(os.path.normpath(os.path.join(roots[root_id], path))): image_id  # noqa: PTH118 - 100,000 times
        for (root_id, path), image_id in reader.images.paths().items()
    }


def look_at(files: Sequence[tuple[Path, str]]) -> Iterator[tuple[Path, NewImage]]:
    """Probe files, several at once, in order; each comes with its path below the root. Unreadable ones say why."""
    with ThreadPoolExecutor(_THREADS) as pool:
        yield from pool.map(_look, files)


def _look(file: tuple[Path, str]) -> tuple[Path, NewImage]:
    place, path = file
    try:
        found = probe(place)
    except BadImage as error:
        return place, NewImage(path, error=str(error))
    return place, NewImage(path, found.content_hash, found.width, found.height, found.orientation)


def add_images(workspace: Workspace, paths: Iterable[Path], *, control: Control = QUIET) -> AddReport:
    """Add the images in folders (each becomes a root) and single files (their folder does).

    Images that are there already are left alone. Work is stored every few thousand images, so that a cancelled run
    can be started again and goes on. Raises Cancelled.
    """
    report = AddReport((), (), ())
    with workspace.read() as reader:
        known = known_files(reader)
    problems: list[ScanProblem] = []
    groups: dict[Path, list[Path]] = {}
    for path in paths:
        absolute = Path(os.path.abspath(path))  # noqa: PTH100 - resolve() would follow links
        root = absolute if absolute.is_dir() else absolute.parent
        groups.setdefault(root, []).extend(find_images([absolute], report=problems.append))
    total, done = sum(len(files) for files in groups.values()), 0
    for root, files in groups.items():
        for start in range(0, len(files), _STORED_AT_ONCE):
            part = files[start : start + _STORED_AT_ONCE]
            report |= _add_part(workspace, root, part, known, control, done, total)
            done += len(part)
    return report | AddReport((), (), tuple(problems))


def _add_part(
    workspace: Workspace, root: Path, files: list[Path], known: dict[str, int], control: Control, done: int, total: int
) -> AddReport:
    there: list[Path] = []
    fresh: list[tuple[Path, str]] = []
    problems: list[ScanProblem] = []
    for file in files:
        key, path = real_key(file), Path(os.path.relpath(file, root)).as_posix()
        if key in known:
            there.append(file)
        elif not _is_text(path):
            problems.append(ScanProblem(file, "its name is not valid Unicode. Rename the file"))
        else:
            known[key] = 0
            fresh.append((file, path))
    done += len(there) + len(problems)
    looked: list[NewImage] = []
    added: list[Path] = []
    for start in range(0, len(fresh), _PROBED_AT_ONCE):
        kept = "What was added before stays; run it again to go on."
        control.step(done, total, what=f"Adding images was cancelled. {kept}")
        for file, image in look_at(fresh[start : start + _PROBED_AT_ONCE]):
            looked.append(image)
            if image.error:
                problems.append(ScanProblem(file, image.error.removeprefix(f"{file}: ")))
            else:
                added.append(file)
        done += len(fresh[start : start + _PROBED_AT_ONCE])
    if looked:
        workspace.execute(AddImages(stored_root(workspace, root), root_name(root), tuple(looked)))
    control.on_progress(done, total)
    return AddReport(tuple(added), tuple(there), tuple(problems))


def _is_text(path: str) -> bool:
    # On Linux a name that is not UTF-8 arrives with lone surrogates, which no database keeps.
    return not any("\ud800" <= char <= "\udfff" for char in path)


def read_classes(file: Path) -> tuple[str, ...]:
    """Return the lines of a class list (one name a line), tidied, blank lines left out. Raises BadFile."""
    try:
        text = file.read_text(encoding="utf-8-sig")
    except FileNotFoundError as error:
        raise BadFile(f"{file}: there is no such file.") from error
    except UnicodeDecodeError as error:
        raise BadFile(f"{file}: the class list is not UTF-8 text. Save it as UTF-8 and try again.") from error
    except OSError as error:
        raise BadFile(f"{file}: the class list cannot be read ({error.strerror or error}).") from error
    if "\x00" in text:
        raise BadFile(f"{file}: this is no text file. A class list has one name a line.")
    return tuple(line.strip() for line in text.splitlines() if line.strip())


def add_classes(workspace: Workspace, names: Iterable[str]) -> ClassesReport:
    """Add a label for each name that has none yet, in order."""
    with workspace.read() as reader:
        there = {label.name for label in reader.labels.all()}
    added: list[str] = []
    known: list[str] = []
    skipped: list[str] = []
    for name in names:
        if name in _NOT_CLASSES:
            skipped.append(name)
        elif name in there:
            known.append(name)
        else:
            workspace.execute(AddLabel(name))
            there.add(name)
            added.append(name)
    return ClassesReport(tuple(added), tuple(known), tuple(skipped))


def require_images(paths: Sequence[Path]) -> None:
    """Raise InvalidOp unless every path exists, so that a typing mistake is told before anything is made."""
    for path in paths:
        if not path.exists():
            raise InvalidOp(f"{path}: there is no such file or folder. Nothing was changed.")
