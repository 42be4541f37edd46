"""True poses to measure against: labelled folders with an ``index.json``, and COCO keypoint files."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import orjson
from numpy.typing import NDArray

from engine.errors import BadFile
from engine.measure.joint_names import plain
from models.api import BoxPrompt
from models.held import is_held

_RIM = 0.1
"""How far a person without a box reaches beyond the outermost joints, as a share of their extent."""
_BODY = 0.53
"""Share of its box that a person's mask fills, where there is no mask: COCO's people, as in OpenPose and mmpose."""


@dataclass(frozen=True, slots=True, eq=False)
class TruePerson:
    """One labelled person of the photograph ``file``.

    ``joints`` is ``float64[K, 3]``: x, y in image pixels, 1 labelled, 0 not; ``area`` in square pixels.
    """

    name: str
    file: Path
    joints: NDArray[np.float64]
    box: BoxPrompt
    area: float


@dataclass(frozen=True, slots=True)
class TruePeople:
    """People who are all labelled with the same joints."""

    joints: tuple[str, ...]
    people: tuple[TruePerson, ...]


def read_people(
    folders: Sequence[Path],
    files: Sequence[tuple[Path, Path]] = (),
    *,
    limit: int | None = None,
    only_held: bool = True,
) -> TruePeople:
    """Read everybody of the validation part in ``folders`` and COCO ``files`` (file, folder of images).

    ``limit`` takes that many, picked by a hash of their names, so that every run takes the same. People with fewer
    than two labelled joints are left out. Raises BadFile: nothing there, or two sources name different joints.
    """
    joints: tuple[str, ...] | None = None
    found: list[TruePerson] = []
    for names, people in _sources(folders, files):
        if joints is not None and [plain(name) for name in joints] != [plain(name) for name in names]:
            raise BadFile("These labels name different joints. Measure one skeleton at a time.")
        joints = joints or names
        found += [person for person in people if is_held(person.file.name) or not only_held]
    if joints is None or not found:
        kept = " in the validation part (one photograph in seven, by the hash of its name)" if only_held else ""
        raise BadFile(f"Nobody with labelled joints was found{kept}.")
    found.sort(key=lambda person: hashlib.sha256(person.name.encode()).hexdigest())
    return TruePeople(joints, tuple(sorted(found[:limit], key=lambda person: person.name)))


def _sources(
    folders: Sequence[Path], files: Sequence[tuple[Path, Path]]
) -> Iterator[tuple[tuple[str, ...], list[TruePerson]]]:
    for folder in folders:
        table = _table(folder / "index.json")
        if not table.get("keypoint_names"):
            raise BadFile(f"{folder / 'index.json'} names no joints (keypoint_names).")
        yield tuple(table["keypoint_names"]), [person for person in _of_index(folder, table) if person is not None]
    for file, images in files:
        table = _table(file)
        for category in table.get("categories", []):
            if category.get("keypoints"):
                people = [person for person in _of_coco(table, category, images) if person is not None]
                yield tuple(category["keypoints"]), people


def _of_index(folder: Path, table: Mapping[str, Any]) -> Iterator[TruePerson | None]:
    """Photographs of one person are counted from 1 at the first pixel's middle (LSP), those of objects as COCO's."""
    for item in table.get("items", []):
        name = str(item["image"])
        if "keypoints" in item:
            yield _person(name, folder / name, item, -0.5)
        for thing in item.get("objects", []):
            if thing.get("keypoints") and not thing.get("iscrowd"):
                yield _person(f"{name}#{thing.get('ann_id')}", folder / name, thing, 0.5)


def _of_coco(table: Mapping[str, Any], category: Mapping[str, Any], images: Path) -> Iterator[TruePerson | None]:
    names = {entry["id"]: str(entry["file_name"]) for entry in table.get("images", [])}
    for annotation in table.get("annotations", []):
        name = names.get(annotation.get("image_id"))
        wanted = annotation.get("category_id") == category["id"] and not annotation.get("iscrowd")
        if name is not None and wanted and annotation.get("keypoints"):
            yield _person(f"{name}#{annotation.get('id')}", images / name, annotation, 0.5)


def _person(name: str, file: Path, entry: Mapping[str, Any], to_corner: float) -> TruePerson | None:
    """Return the person of an entry; ``to_corner`` leads from its pixel frame to ours. None: too few joints."""
    joints = np.array(entry["keypoints"], dtype=np.float64).reshape(-1, 3)
    joints[:, :2] += to_corner
    joints[:, 2] = joints[:, 2] > 0
    shown = joints[joints[:, 2] > 0, :2]
    if len(shown) < 2:
        return None
    bbox = entry.get("bbox")
    if bbox and bbox[2] > 0 and bbox[3] > 0:
        x, y, width, height = (float(value) for value in bbox)
        box = BoxPrompt(x, y, x + width, y + height)
    else:
        low, high = shown.min(axis=0), shown.max(axis=0)
        rim = _RIM * float((high - low).max())
        (x0, y0), (x1, y1) = (low - rim).tolist(), (high + rim).tolist()
        box = BoxPrompt(x0, y0, x1, y1)
    area = float(entry.get("area") or _BODY * (box.x1 - box.x0) * (box.y1 - box.y0))
    return TruePerson(name, file, joints, box, area)


def _table(file: Path) -> Mapping[str, Any]:
    try:
        table = orjson.loads(file.read_bytes())
    except (OSError, orjson.JSONDecodeError) as error:
        raise BadFile(f"{file} cannot be read as labels of people: {error}.") from error
    if not isinstance(table, dict):
        raise BadFile(f"{file} holds no labels of people.")
    return table
