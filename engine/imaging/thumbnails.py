"""Small pictures for lists, made quickly and kept on disk under the hash of the file they show."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import cv2
import numpy as np
import platformdirs
from numpy.typing import NDArray
from PIL import Image

from engine.imaging.decode import decode_bytes, turn
from engine.imaging.files import hash_bytes, read_bytes
from engine.imaging.header import PILLOW_ERRORS, check_pixels, describe, max_pixels_allowed, open_pillow
from engine.imaging.tones import pillow_to_rgb

_QUALITY = 85


def default_cache() -> Path:
    """Return the folder of thumbnails in the user's cache; it may be deleted at any time."""
    return platformdirs.user_cache_path("maskwright", appauthor=False) / "thumbnails"


def thumbnail(path: Path, size: int, *, content_hash: str = "", cache: Path | None = None) -> NDArray[np.uint8]:
    """Return ``uint8[h, w, 3]`` RGB in the displayed frame, longest side ``size`` (never enlarged).

    With a known ``content_hash`` a cached picture is found without reading the file. A cache that cannot be written
    or is damaged only costs time. Raises BadImage as ``read_image`` does, ValueError for ``size`` below 1.
    """
    if size < 1:
        raise ValueError("a thumbnail needs at least one pixel")
    folder = default_cache() if cache is None else cache
    if content_hash:
        kept = _read(_place(folder, content_hash, size), size)
        if kept is not None:
            return kept
    data = read_bytes(path)
    actual = hash_bytes(data)
    place = _place(folder, actual, size)
    if actual != content_hash:
        kept = _read(place, size)
        if kept is not None:
            return kept
    made = _make(data, path, size)
    _write(place, made)
    return made


def _place(folder: Path, content_hash: str, size: int) -> Path:
    return folder / content_hash[:2] / f"{content_hash}-{size}.jpg"


def _make(data: bytes, path: Path, size: int) -> NDArray[np.uint8]:
    drafted = _draft(data, path, size)
    return _shrink(decode_bytes(data, path).pixels if drafted is None else drafted, size)


def _draft(data: bytes, path: Path, size: int) -> NDArray[np.uint8] | None:
    """Let libjpeg decode at an eighth to a half of the size; None when the file is no ordinary JPEG."""
    try:
        with open_pillow(data) as image:
            header = describe(image, data)
            check_pixels(path, header.width, header.height, max_pixels_allowed(None))
            if header.format not in {"JPEG", "MPO"} or header.mode not in {"RGB", "L"}:
                return None
            # Twice the size leaves the final averaging something to do, which keeps edges smooth.
            image.draft(header.mode, (2 * size, 2 * size))
            return turn(pillow_to_rgb(image), header.orientation)
    except PILLOW_ERRORS:
        return None


def _shrink(pixels: NDArray[np.uint8], size: int) -> NDArray[np.uint8]:
    height, width = pixels.shape[:2]
    scale = size / max(height, width)
    if scale >= 1:
        return pixels
    target = max(round(width * scale), 1), max(round(height * scale), 1)
    return cv2.resize(pixels, target, interpolation=cv2.INTER_AREA).astype(np.uint8, copy=False)


def _read(place: Path, size: int) -> NDArray[np.uint8] | None:
    try:
        with Image.open(place, formats=("JPEG",)) as image:
            if image.mode != "RGB" or max(image.size) > size:
                return None
            return np.array(image)
    except PILLOW_ERRORS:
        return None


def _write(place: Path, pixels: NDArray[np.uint8]) -> None:
    """Keep the picture; a reader sees the whole file or none. A cache that cannot be written is no error."""
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=place.parent, suffix=".part")
    except OSError:
        return
    part = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            Image.fromarray(pixels).save(file, "JPEG", quality=_QUALITY)
        part.replace(place)
    except OSError:
        part.unlink(missing_ok=True)
