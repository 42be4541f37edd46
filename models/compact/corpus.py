"""Labelled photographs unpacked once into flat files, so that drawing a training sample costs no decoding."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from models.held import is_held
from models.masks import BoolMask, extent

LONGEST = 640
"""Longest side kept of a photograph; larger ones are shrunk, since the network looks at crops of 128 to 256 px."""
_FORMAT = 2


@dataclass(frozen=True, slots=True, eq=False)
class Labelled:
    """One photograph as a reader finds it: ``uint8[H, W, 3]`` RGB and its objects' masks, ``bool[H, W]``."""

    name: str
    group: str
    image: NDArray[np.uint8]
    masks: tuple[BoolMask, ...]


@dataclass(frozen=True, slots=True)
class Thing:
    """Where one object's mask lies: byte offset and box (x0, y0, x1, y1) in pixels of the kept photograph."""

    offset: int
    box: tuple[int, int, int, int]


@dataclass(frozen=True, slots=True)
class Photo:
    """Where one photograph lies, whether it is held out, and its objects."""

    name: str
    group: str
    offset: int
    height: int
    width: int
    held: bool
    things: tuple[Thing, ...]


class Corpus:
    """Photographs and masks in two memory-mapped files with a table of contents."""

    def __init__(self, folder: Path) -> None:
        """Open the corpus in ``folder``; raises FileNotFoundError or ValueError if there is none, or an older one."""
        contents: dict[str, Any] = json.loads((folder / "corpus.json").read_text(encoding="utf-8"))
        if contents.get("format") != _FORMAT:
            raise ValueError(f"the training data in {folder} was unpacked by another version")
        self.sources: str = contents["sources"]
        self.photos = tuple(
            Photo(
                **{**photo, "things": tuple(Thing(thing["offset"], tuple(thing["box"])) for thing in photo["things"])}
            )
            for photo in contents["photos"]
        )
        self._images = _mapped(folder / "images.bin")
        self._masks = _mapped(folder / "masks.bin")

    def image(self, photo: Photo) -> NDArray[np.uint8]:
        """Return the photograph, ``uint8[H, W, 3]`` RGB, a view of the file."""
        size = photo.height * photo.width * 3
        return self._images[photo.offset : photo.offset + size].reshape(photo.height, photo.width, 3)

    def mask(self, thing: Thing) -> NDArray[np.uint8]:
        """Return the object's mask inside its box, ``uint8[h, w]`` of 0 and 1, a view of the file."""
        x0, y0, x1, y1 = thing.box
        size = (y1 - y0) * (x1 - x0)
        return self._masks[thing.offset : thing.offset + size].reshape(y1 - y0, x1 - x0)


def unpack(folder: Path, sources: str, items: Iterable[Labelled]) -> Iterator[Photo]:
    """Write a corpus to ``folder`` from ``items``, yielding each photograph written; ``sources`` names its origin."""
    folder.mkdir(parents=True, exist_ok=True)
    contents = folder / "corpus.json"
    contents.unlink(missing_ok=True)
    photos: list[Photo] = []
    with (folder / "images.bin").open("wb") as images, (folder / "masks.bin").open("wb") as masks:
        for item in items:
            image, scale = _shrink(item.image)
            things = []
            for mask in item.masks:
                small = mask if scale == 1 else _shrink_mask(mask, image.shape[1], image.shape[0])
                box = extent(small)
                if box is None:
                    continue
                x0, y0, x1, y1 = box
                things.append(Thing(masks.tell(), box))
                masks.write(small[y0:y1, x0:x1].astype(np.uint8).tobytes())
            height, width = image.shape[:2]
            photo = Photo(item.name, item.group, images.tell(), height, width, is_held(item.name), tuple(things))
            images.write(np.ascontiguousarray(image).tobytes())
            photos.append(photo)
            yield photo
    part = contents.with_suffix(".part")
    table = {"format": _FORMAT, "sources": sources, "photos": [asdict(photo) for photo in photos]}
    part.write_text(json.dumps(table), encoding="utf-8")
    os.replace(part, contents)  # noqa: PTH105 - the one call that is atomic on every system


def _mapped(path: Path) -> NDArray[np.uint8]:
    if path.stat().st_size == 0:
        return np.zeros(0, dtype=np.uint8)
    return np.memmap(path, dtype=np.uint8, mode="r")


def _shrink(image: NDArray[np.uint8]) -> tuple[NDArray[np.uint8], float]:
    height, width = image.shape[:2]
    scale = min(1.0, LONGEST / max(height, width))
    if scale == 1:
        return image, 1.0
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    return cv2.resize(image, size, interpolation=cv2.INTER_AREA).astype(np.uint8), scale


def _shrink_mask(mask: BoolMask, width: int, height: int) -> BoolMask:
    small: BoolMask = cv2.resize(mask.astype(np.float32), (width, height), interpolation=cv2.INTER_AREA) > 0.5
    return small
