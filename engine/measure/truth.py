"""True objects to measure against, from a COCO instances file."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import orjson
from numpy.typing import NDArray

from engine.errors import BadFile
from engine.imaging.decode import read_image
from models import masks
from models.masks import BoolMask

SMALLEST = 32
"""Shortest side of an object's box, in pixels, for it to be measured."""


_Pair: TypeAlias = tuple[Mapping[str, Any], Mapping[str, Any]]


@dataclass(frozen=True, slots=True, eq=False)
class TrueObject:
    """One object: where it comes from and its mask, ``bool[H, W]``."""

    name: str
    mask: BoolMask


@dataclass(frozen=True, slots=True, eq=False)
class TrueImage:
    """One photograph, ``uint8[H, W, 3]``, and its objects."""

    name: str
    pixels: NDArray[Any]
    objects: tuple[TrueObject, ...]


def read_truth(file: Path, images: Path, *, limit: int | None = None) -> Iterator[TrueImage]:
    """Yield the images of a COCO file with the objects to measure: no crowds, boxes of SMALLEST and more.

    ``limit`` takes that many objects, picked by a hash of image and annotation, so that every run takes the same.
    Raises BadFile.
    """
    table = _table(file)
    wanted = sorted(_fitting(table), key=lambda pair: _digest(f"{pair[0]['file_name']}/{pair[1].get('id')}"))
    yield from _images(wanted[:limit], images)


def read_true_images(file: Path, images: Path, *, limit: int | None = None) -> Iterator[TrueImage]:
    """Yield images with all their objects that ``read_truth`` would take; ``limit`` takes so many images, by a hash.

    Raises BadFile.
    """
    picked = set(true_names(file, limit))
    yield from _images([pair for pair in _fitting(_table(file)) if str(pair[0]["file_name"]) in picked], images)


def true_names(file: Path, limit: int | None) -> list[str]:
    """Return the names of the images that ``read_true_images`` will give, in its order. Raises BadFile."""
    names = sorted({str(entry["file_name"]) for entry, _ in _fitting(_table(file))}, key=_digest)
    return sorted(names[:limit])


def _images(wanted: list[_Pair], images: Path) -> Iterator[TrueImage]:
    by_image: dict[Any, list[Mapping[str, Any]]] = {}
    entries = {}
    for entry, annotation in wanted:
        by_image.setdefault(entry["id"], []).append(annotation)
        entries[entry["id"]] = entry
    for key in sorted(by_image, key=lambda key: str(entries[key]["file_name"])):
        entry = entries[key]
        pixels = read_image(images / entry["file_name"]).pixels
        found = [_object(entry, annotation, *pixels.shape[:2]) for annotation in by_image[key]]
        yield TrueImage(str(entry["file_name"]), pixels, tuple(found))


def count_truth(file: Path, limit: int | None) -> int:
    """Return how many objects ``read_truth`` will give."""
    return len(_fitting(_table(file))[:limit])


def _table(file: Path) -> Mapping[str, Any]:
    try:
        table = orjson.loads(file.read_bytes())
    except (OSError, orjson.JSONDecodeError) as error:
        raise BadFile(f"{file} cannot be read as a COCO file: {error}.") from error
    if not isinstance(table, dict) or not isinstance(table.get("annotations"), list):
        raise BadFile(f"{file} is no COCO instances file: it has no list of annotations.")
    return table


def _fitting(table: Mapping[str, Any]) -> list[_Pair]:
    entries = {entry["id"]: entry for entry in table.get("images", []) if "id" in entry and "file_name" in entry}
    return [
        (entries[annotation["image_id"]], annotation)
        for annotation in table["annotations"]
        if not annotation.get("iscrowd")
        and annotation.get("segmentation")
        and annotation.get("image_id") in entries
        and len(annotation.get("bbox") or ()) == 4
        and min(annotation["bbox"][2:]) >= SMALLEST
    ]


def _object(entry: Mapping[str, Any], annotation: Mapping[str, Any], height: int, width: int) -> TrueObject:
    name = f"{entry['file_name']}#{annotation.get('id')}"
    segmentation = annotation["segmentation"]
    if isinstance(segmentation, list):
        return TrueObject(name, masks.decode(masks.from_coco_polygons(segmentation, height, width)))
    rows, columns = segmentation["size"]
    if (rows, columns) != (height, width):
        raise BadFile(f"{name}: the mask is {columns} x {rows}, the image {width} x {height}.")
    counts = segmentation["counts"]
    if isinstance(counts, list):
        return TrueObject(name, masks.decode(masks.from_counts(height, width, counts)))
    return TrueObject(name, masks.decode(masks.Rle(height, width, counts.encode("ascii"))))


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
