"""Finds what belongs to a YOLO dataset: its folder, its classes, its label files and the pictures these mean."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

import yaml

from engine.errors import BadFile
from engine.formats.folder_read import BadPage, Page, read_text
from engine.imaging.scan import find_images
from engine.storage.reader import Reader

_CONFIGS = (".yaml", ".yml")
_LISTS = ("classes.txt", "obj.names", "labels/classes.txt")
_NOT_LABELS = frozenset({"readme", "readme.dataset", "readme.roboflow", "train", "val", "valid", "test"})
_LABELS, _IMAGES = "labels", "images"


@dataclass(frozen=True, slots=True)
class Classes:
    """Class names by number, the file that says so (None: nothing does), values a line has for its keypoints."""

    names: tuple[str, ...]
    file: Path | None
    keypoint_values: int = 0


def find_dataset(place: Path) -> tuple[Path, Classes]:
    """Return the dataset's folder and classes; ``place`` is the folder, a data.yaml or a list of classes."""
    if place.is_dir():
        folder = place.parent if place.name == _LABELS else place
        configs = sorted(each for each in folder.iterdir() if each.suffix.lower() in _CONFIGS)
        for config in configs:
            if "names" in _config(config):
                return _from_config(config)
        if len(configs) == 1:
            return _from_config(configs[0])
        found = next((folder / name for name in _LISTS if (folder / name).is_file()), None)
        return folder, _from_list(found) if found else Classes((), None)
    if not place.is_file():
        raise BadFile(f"{place}: there is no such file or folder. Nothing was imported.")
    if place.suffix.lower() in _CONFIGS:
        return _from_config(place)
    if place.suffix.lower() not in (".txt", ".names"):
        raise BadFile(
            f"{place}: this is no YOLO dataset. Name its folder, its data.yaml or its list of classes. "
            "Nothing was imported."
        )
    folder = place.parent
    return (folder.parent if folder.name == _LABELS else folder), _from_list(place)


def _config(file: Path) -> dict[str, Any]:
    try:
        values = yaml.safe_load(read_text(file))
    except BadPage as error:
        raise BadFile(f"{file}: {error}. Nothing was imported.") from error
    except (yaml.YAMLError, RecursionError) as error:
        raise BadFile(f"{file}: this is no valid YAML. Nothing was imported.") from error
    if not isinstance(values, dict):
        raise BadFile(f"{file}: a YOLO dataset's YAML has 'names' and paths, this one has none. Nothing was imported.")
    return values


def _from_config(file: Path) -> tuple[Path, Classes]:
    values = _config(file)
    given = values.get("names")
    if isinstance(given, dict) and all(isinstance(key, int) and 0 <= key < 10_000 for key in given):
        names = [given.get(number, "") for number in range(max(given, default=-1) + 1)]
    elif isinstance(given, list):
        names = given
    else:
        raise BadFile(f"{file}: 'names' must list the classes, as a list or by number. Nothing was imported.")
    folder = file.parent
    path = values.get("path")
    if isinstance(path, str) and (folder / path).is_dir():
        folder = folder / path
    shape = values.get("kpt_shape")
    joints = 0
    if isinstance(shape, list) and len(shape) == 2 and all(isinstance(each, int) and each > 0 for each in shape):
        joints = shape[0] * shape[1]
    return folder, Classes(_tidy(names), file, joints)


def _from_list(file: Path) -> Classes:
    try:
        lines = read_text(file).splitlines()
    except BadPage as error:
        raise BadFile(f"{file}: {error}. A list of classes has one name a line. Nothing was imported.") from error
    while lines and not lines[-1].strip():
        lines.pop()
    if not lines or any("\x00" in line for line in lines):
        raise BadFile(f"{file}: a list of classes has one name a line; this one names none. Nothing was imported.")
    return Classes(_tidy(lines), file)


def _tidy(names: list[Any]) -> tuple[str, ...]:
    """A class without a name keeps its number, so that those after it keep theirs."""
    texts = (" ".join(str("" if name is None else name).replace("\x00", "").split()) for name in names)
    return tuple(text or f"class {number}" for number, text in enumerate(texts))


def find_pages(folder: Path, images: Path, reader: Reader, classes: Path | None) -> list[Page]:
    """Return the label files below ``folder``, each with the name of its picture below ``images`` or in the project.

    Where there are folders called labels, only they are looked into.
    """
    lists = {classes, *(folder / name for name in _LISTS)}
    texts = [file for file in sorted(folder.rglob("*.txt")) if file not in lists and file.is_file()]
    inside = [file for file in texts if _LABELS in file.relative_to(folder).parts[:-1]]
    loose = [file for file in texts if file.stem.lower() not in _NOT_LABELS]
    names = _Names(images, reader)
    return [names.page(file, file.relative_to(folder).with_suffix("").as_posix()) for file in inside or loose]


class _Names:
    """Names of pictures by what they have in common with their label file: everything but the ending."""

    def __init__(self, images: Path, reader: Reader) -> None:
        self._whole: dict[str, set[str]] = {}
        self._base: dict[str, set[str]] = {}
        roots = reader.images.root_names()
        for file in find_images([images]):
            self._add(Path(os.path.relpath(file, images)).as_posix())
        known = self._base
        self._base = {}
        for root_id, path in reader.images.paths():
            self._add(path, f"{roots[root_id]}/{path}")
        # The folder's own pictures come first: the project may list the same files under shorter paths.
        self._base |= known

    def _add(self, name: str, *others: str) -> None:
        for each in (name, *others):
            self._whole.setdefault(str(PurePosixPath(each).with_suffix("")), set()).add(each)
        self._base.setdefault(PurePosixPath(name).stem, set()).add(name)

    def page(self, file: Path, stem: str) -> Page:
        parts = stem.split("/")
        swapped = list(parts)
        if _LABELS in parts:
            swapped[len(parts) - 1 - parts[::-1].index(_LABELS)] = _IMAGES
        below = parts[parts.index(_LABELS) + 1 :] if _LABELS in parts else parts
        for each in ("/".join(swapped), "/".join(below), stem):
            found = self._whole.get(each)
            if found:
                break
        else:
            found = self._base.get(parts[-1], set())
        if len(found) == 1:
            return Page(file, next(iter(found)))
        reason = "more than one picture has its name" if found else "no picture has its name"
        return Page(file, "", reason)
