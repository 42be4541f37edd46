"""Labelled people, to learn from or to measure against: folders with an ``index.json``, and COCO keypoint files."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from models.held import is_held
from models.joint_names import plain

RIM = 0.1
"""How far a person without a box reaches beyond the outermost joints, as a share of their extent."""
_BODY = 0.53
"""Share of its box that a person's mask fills, where there is no mask: COCO's people, as in OpenPose and mmpose."""
_Source: TypeAlias = tuple[tuple[str, ...], list["Person"]]


@dataclass(frozen=True, slots=True, eq=False)
class Person:
    """One person of a photograph; ``name`` tells it from the others there.

    ``joints`` is ``float64[K, 3]``: x, y in image pixels, 1 labelled, 0 not; ``box`` is x0, y0, x1, y1; ``area`` in
    square pixels.
    """

    name: str
    path: Path
    joints: NDArray[np.float64]
    box: tuple[float, float, float, float]
    area: float

    @property
    def held(self) -> bool:
        """Whether the photograph belongs to the validation part, which training never sees."""
        return is_held(self.path.name)

    def image(self) -> NDArray[np.uint8]:
        """Read the photograph, ``uint8[H, W, 3]`` RGB in its displayed frame; raises OSError."""
        picture = cv2.imread(str(self.path), cv2.IMREAD_COLOR)
        if picture is None:
            raise OSError(f"{self.path} cannot be read as a picture.")
        return np.asarray(picture[:, :, ::-1])


def read(
    folders: Sequence[Path], files: Sequence[tuple[Path, Path]] = (), *, pictures: bool = True
) -> tuple[tuple[str, ...], list[Person]]:
    """Return the joints' names and everybody labelled with them in ``folders`` and COCO ``files`` (file, images).

    Crowds and people with fewer than two labelled joints are left out, and with ``pictures`` those whose photograph is
    not there. Raises FileNotFoundError where there are no labels, and ValueError where they are broken, where nobody is
    labelled, or where two sources name other joints.
    """
    joints: tuple[str, ...] | None = None
    people: list[Person] = []
    for source in [*(folder / "index.json" for folder in folders), *(file for file, _ in files)]:
        if not source.is_file():
            raise FileNotFoundError(f"{source} is not there: it should name joints and say where they are.")
    for names, found in [*map(_of_folder, folders), *(one for file, images in files for one in _of_coco(file, images))]:
        if joints is not None and [plain(name) for name in joints] != [plain(name) for name in names]:
            first, other = ", ".join(joints), ", ".join(names)
            raise ValueError(f"Some are labelled with {first}, others with {other}: take one skeleton at a time.")
        joints = joints or names
        people += found
    if pictures:
        people = [person for person in people if person.path.is_file()]
    if joints is None or not people:
        raise ValueError("Nobody there has labelled joints.")
    return joints, people


def _of_folder(folder: Path) -> _Source:
    """Photographs of one person are counted from 1 at the first pixel's middle (LSP), those of objects as COCO's."""
    source = folder / "index.json"
    table = _table(source)
    if not table.get("keypoint_names"):
        raise ValueError(f"{source} names no joints (keypoint_names).")
    found: list[Person | None] = []
    for item in table.get("items", []):
        name = str(item["image"])
        if "keypoints" in item:
            found.append(_person(name, folder / name, item, -0.5))
        found += [
            _person(f"{name}#{thing.get('ann_id')}", folder / name, thing, 0.5)
            for thing in item.get("objects", [])
            if thing.get("keypoints") and not thing.get("iscrowd")
        ]
    return tuple(table["keypoint_names"]), [person for person in found if person is not None]


def _of_coco(file: Path, images: Path) -> Iterator[_Source]:
    table = _table(file)
    names = {entry["id"]: str(entry["file_name"]) for entry in table.get("images", [])}
    for category in table.get("categories", []):
        if category.get("keypoints"):
            found = [
                _person(f"{names[key]}#{annotation.get('id')}", images / names[key], annotation, 0.5)
                for annotation in table.get("annotations", [])
                if annotation.get("category_id") == category["id"]
                and annotation.get("keypoints")
                and not annotation.get("iscrowd")
                and (key := annotation.get("image_id")) in names
            ]
            yield tuple(category["keypoints"]), [person for person in found if person is not None]


def _person(name: str, path: Path, entry: Mapping[str, Any], to_corner: float) -> Person | None:
    """Return the person of an entry, None with too few joints; ``to_corner`` leads from its pixel frame to ours."""
    joints = np.array(entry["keypoints"], dtype=np.float64).reshape(-1, 3)
    joints[:, :2] += to_corner
    joints[:, 2] = joints[:, 2] > 0
    shown = joints[joints[:, 2] > 0, :2]
    if len(shown) < 2:
        return None
    bbox = entry.get("bbox")
    if bbox and bbox[2] > 0 and bbox[3] > 0:
        x0, y0, x1, y1 = float(bbox[0]), float(bbox[1]), float(bbox[0] + bbox[2]), float(bbox[1] + bbox[3])
    else:
        low, high = shown.min(axis=0), shown.max(axis=0)
        rim = RIM * float((high - low).max())
        (x0, y0), (x1, y1) = (low - rim).tolist(), (high + rim).tolist()
    return Person(name, path, joints, (x0, y0, x1, y1), float(entry.get("area") or _BODY * (x1 - x0) * (y1 - y0)))


def _table(file: Path) -> dict[str, Any]:
    table = json.loads(file.read_text(encoding="utf-8"))
    if not isinstance(table, dict):
        raise ValueError(f"{file} holds no labels of people.")
    return table
