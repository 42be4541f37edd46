"""What a file to be imported holds, in words that know no format: readers make it, the import op stores it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from engine.ops.images import NewImage
from engine.records import Box, Rle

ORIGINAL_ID = "original_id"
"""Under this name an item keeps an id that could not be its number here (a text, or one taken by another item)."""


@dataclass(frozen=True, slots=True)
class IncomingLabel:
    """A class of the file; ``joints`` and zero-based ``edges`` make a skeleton. ``key`` is the reader's own."""

    key: int
    name: str
    supercategory: str = ""
    is_thing: bool = True
    joints: tuple[str, ...] = ()
    edges: tuple[tuple[int, int], ...] = ()
    coco_id: int | None = None
    extra: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class IncomingImage:
    """An image of the file: one of the project (``image_id``) or one to be added below a root folder."""

    key: int
    image_id: int | None = None
    root: str = ""
    root_name: str = ""
    new: NewImage | None = None
    coco_id: int | None = None
    extra: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class IncomingInstance:
    """One object; geometry has been checked against the image. ``where`` names it in the report."""

    image_key: int
    label_key: int | None
    where: str
    mask: Rle | None = None
    box: Box | None = None
    area: float = 0.0
    keypoints: tuple[tuple[float, float, int], ...] | None = None
    iscrowd: bool = False
    attributes: Mapping[str, Any] = field(default_factory=dict)
    score: float | None = None
    coco_id: int | None = None
    original_id: str | int | None = None
    extra: Mapping[str, Any] = field(default_factory=dict)
