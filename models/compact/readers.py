"""Reads labelled photographs: COCO instance files, and folders with an ``index.json`` of mask or label images."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps

from models import masks
from models.compact.corpus import Labelled
from models.masks import BoolMask

SMALLEST = 64
"""Pieces of fewer pixels are not learned from."""


def read_folder(folder: Path) -> Iterator[Labelled]:
    """Yield the photographs of ``folder``: an ``index.json`` folder, else every ``*.json`` in it read as COCO.

    Raises FileNotFoundError if it holds neither.
    """
    index = folder / "index.json"
    if index.is_file():
        yield from _read_index(folder, json.loads(index.read_text(encoding="utf-8")))
        return
    files = sorted([*folder.glob("*.json"), *folder.glob("annotations/*.json")])
    if not files:
        raise FileNotFoundError(f"{folder} holds no labels: neither index.json nor a COCO file.")
    for file in files:
        images = next((folder / name for name in ("images", "data") if (folder / name).is_dir()), folder)
        yield from read_coco(file, images)


def read_coco(file: Path, images: Path) -> Iterator[Labelled]:
    """Yield the photographs of a COCO instance file whose pictures lie in ``images``; crowds are left out."""
    table = json.loads(file.read_text(encoding="utf-8"))
    wanted: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for annotation in table.get("annotations", []):
        if not annotation.get("iscrowd") and annotation.get("segmentation"):
            wanted[annotation["image_id"]].append(annotation)
    for entry in table.get("images", []):
        path = images / entry["file_name"]
        if not path.is_file():
            continue
        image = _picture(path)
        height, width = image.shape[:2]
        found = tuple(_coco_mask(annotation["segmentation"], height, width) for annotation in wanted[entry["id"]])
        yield Labelled(entry["file_name"], file.stem, image, found)


def _read_index(folder: Path, table: dict[str, Any]) -> Iterator[Labelled]:
    names = table.get("label_names")
    for item in table["items"]:
        image = _picture(folder / item["image"])
        if "labels" in item:
            labels = np.asarray(Image.open(folder / item["labels"]))
            found = _nested(labels) if names else tuple(labels == value for value in np.unique(labels[labels > 0]))
        else:
            found = tuple(
                np.asarray(Image.open(folder / thing["mask"])) > 0
                for thing in item.get("objects", [])
                if isinstance(thing, dict) and not thing.get("iscrowd")
            )
        yield Labelled(Path(item["image"]).name, folder.name, image, found)


def _nested(labels: NDArray[Any]) -> tuple[BoolMask, ...]:
    """Return whole, parts and pieces of a label map in which everything above 0 is one object."""
    found: list[BoolMask] = [labels > 0]
    for value in np.unique(labels[labels > 0]):
        part: BoolMask = labels == value
        count, pieces, stats, _ = cv2.connectedComponentsWithStats(part.astype(np.uint8), connectivity=8)
        large = [n for n in range(1, count) if stats[n, cv2.CC_STAT_AREA] >= SMALLEST]
        if len(large) > 1:
            found.append(part)
        found += [pieces == n for n in large]
    return tuple(found)


def _picture(path: Path) -> NDArray[np.uint8]:
    with Image.open(path) as picture:
        return np.asarray(ImageOps.exif_transpose(picture).convert("RGB"))


def _coco_mask(segmentation: Any, height: int, width: int) -> BoolMask:
    if isinstance(segmentation, list):
        return masks.decode(masks.from_coco_polygons(segmentation, height, width))
    counts = segmentation["counts"]
    if isinstance(counts, list):
        return masks.decode(masks.from_counts(height, width, counts))
    return masks.decode(masks.Rle(height, width, counts.encode("ascii")))
