"""Labelled people: folders with an ``index.json`` of joints, and COCO keypoint files."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from models.held import is_held
from models.pose.skeletons import Joints, joints_named, plain

MARGIN = 0.1
"""How far a person reaches beyond the outermost joints, as a share of their extent."""


@dataclass(frozen=True, slots=True, eq=False)
class Figure:
    """One person: the photograph's path, ``joints`` float64[J, 3] x, y in image pixels and 1 labelled, 0 not; box."""

    path: Path
    joints: NDArray[np.float64]
    box: tuple[float, float, float, float]

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


def read(folders: Sequence[Path], files: Sequence[tuple[Path, Path]] = ()) -> tuple[Joints, list[Figure]]:
    """Return the joints and everybody labelled with them in ``folders`` and COCO ``files`` (file, folder of images).

    Raises FileNotFoundError where a folder holds no labels, and ValueError where nobody is labelled or two sources
    name different joints.
    """
    joints: Joints | None = None
    figures: list[Figure] = []
    for folder in folders:
        index = folder / "index.json"
        if not index.is_file():
            raise FileNotFoundError(f"{folder} holds no joints: an index.json with keypoint_names is needed.")
        table = json.loads(index.read_text(encoding="utf-8"))
        if "keypoint_names" in table:
            joints = _same(joints, table["keypoint_names"], folder)
            figures += _of_index(folder, table)
    for file, images in files:
        table = json.loads(file.read_text(encoding="utf-8"))
        for category in table.get("categories", []):
            if category.get("keypoints"):
                joints = _same(joints, category["keypoints"], file)
                figures += _of_coco(table, category, images)
    if joints is None or not figures:
        raise ValueError("There is nobody to learn from: no photograph there has labelled joints.")
    return joints, figures


def _same(before: Joints | None, names: Sequence[str], source: Path) -> Joints:
    if before is not None and [plain(name) for name in before.names] != [plain(name) for name in names]:
        raise ValueError(f"{source} has other joints than the labels before it: train one skeleton at a time.")
    return before or joints_named([plain(name) for name in names])


def _of_index(folder: Path, table: dict[str, Any]) -> list[Figure]:
    """Read points counted from 1 at the first pixel's middle, as LSP is distributed."""
    found = []
    for item in table["items"]:
        joints = np.array(item["keypoints"], dtype=np.float64).reshape(-1, 3)
        joints[:, :2] -= 0.5
        found += _figure(folder / item["image"], joints, None)
    return found


def _of_coco(table: dict[str, Any], category: dict[str, Any], images: Path) -> list[Figure]:
    names = {entry["id"]: entry["file_name"] for entry in table.get("images", [])}
    found = []
    for annotation in table.get("annotations", []):
        if annotation.get("category_id") != category["id"] or not annotation.get("keypoints"):
            continue
        path = images / names.get(annotation["image_id"], "")
        if path.is_file():
            joints = np.array(annotation["keypoints"], dtype=np.float64).reshape(-1, 3)
            joints[:, :2] += 0.5  # COCO counts from the first pixel's middle
            joints[:, 2] = joints[:, 2] > 0
            found += _figure(path, joints, annotation.get("bbox"))
    return found


def _figure(path: Path, joints: NDArray[np.float64], bbox: Sequence[float] | None) -> list[Figure]:
    shown = joints[joints[:, 2] > 0, :2]
    if len(shown) < 2:
        return []
    if bbox is not None and bbox[2] > 0 and bbox[3] > 0:
        return [Figure(path, joints, (bbox[0], bbox[1], bbox[0] + bbox[2], bbox[1] + bbox[3]))]
    low, high = shown.min(0), shown.max(0)
    rim = MARGIN * float((high - low).max())
    return [Figure(path, joints, (*(low - rim).tolist(), *(high + rim).tolist()))]
