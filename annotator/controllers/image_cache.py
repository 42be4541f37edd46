"""Decoded images of the neighbourhood, kept within a budget of bytes so that the next image is there at once."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine.imaging.decode import read_image
from engine.imaging.pyramid import build_pyramid


@dataclass(frozen=True, slots=True, eq=False)
class LoadedImage:
    """A decoded image with its pyramid: levels ``uint8[h, w, 3]`` RGB, each half the size, level 0 the original."""

    image_id: int
    content_hash: str
    orientation: int
    mode: str
    levels: tuple[NDArray[np.uint8], ...]

    @property
    def width(self) -> int:
        """Displayed width in pixels."""
        return int(self.levels[0].shape[1])

    @property
    def height(self) -> int:
        """Displayed height in pixels."""
        return int(self.levels[0].shape[0])

    @property
    def nbytes(self) -> int:
        """Memory of all levels."""
        return sum(level.nbytes for level in self.levels)


def load_image(image_id: int, file: Path) -> LoadedImage:
    """Decode a file and build its pyramid; for a worker thread. Raises BadImage."""
    decoded = read_image(file)
    levels = tuple(build_pyramid(decoded.pixels))
    return LoadedImage(image_id, decoded.content_hash, decoded.orientation, decoded.mode, levels)


class ImageCache:
    """Least recently used images go first; the newest one always stays."""

    def __init__(self, budget_bytes: int) -> None:
        """Keep at most ``budget_bytes`` of pixels."""
        self._budget = budget_bytes
        self._images: OrderedDict[int, LoadedImage] = OrderedDict()

    def get(self, image_id: int) -> LoadedImage | None:
        """Return an image and mark it as used."""
        found = self._images.get(image_id)
        if found is not None:
            self._images.move_to_end(image_id)
        return found

    def put(self, image: LoadedImage) -> None:
        """Keep an image, letting go of others if need be."""
        self._images[image.image_id] = image
        self._images.move_to_end(image.image_id)
        while len(self._images) > 1 and sum(each.nbytes for each in self._images.values()) > self._budget:
            self._images.popitem(last=False)

    def drop(self, image_id: int) -> None:
        """Forget an image (its file changed)."""
        self._images.pop(image_id, None)

    def clear(self) -> None:
        """Forget all."""
        self._images.clear()
