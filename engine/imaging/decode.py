"""An image file becomes ``uint8[H, W, 3]`` RGB in the frame in which it is displayed."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.errors import BadImage
from engine.imaging.files import hash_bytes, read_bytes
from engine.imaging.header import (
    PILLOW_ERRORS,
    Header,
    check_pixels,
    describe,
    load_pillow,
    max_pixels_allowed,
    open_pillow,
    tiff_size,
    unreadable,
)
from engine.imaging.tiff_tags import orientation_of, read_tags
from engine.imaging.tones import array_to_rgb, pillow_to_rgb

_JPEG_FLAGS = cv2.IMREAD_COLOR_RGB | cv2.IMREAD_IGNORE_ORIENTATION

# OpenCV's readers of PNG and JPEG print to stderr what they think of a damaged file, and read no more than Pillow's.
_PILLOW_ONLY = (b"\x89PNG", b"\xff\xd8")


@dataclass(frozen=True, slots=True, eq=False)
class DecodedImage:
    """Pixels ``uint8[height, width, 3]`` RGB, contiguous, in the displayed frame, and what the file said of itself.

    ``orientation`` is EXIF's 1..8 as stored (already applied), ``content_hash`` the BLAKE3 of the file's bytes,
    ``mode`` a text such as ``JPEG, RGB, 8 bit``.
    """

    pixels: NDArray[np.uint8]
    width: int
    height: int
    orientation: int
    content_hash: str
    mode: str


def read_image(path: Path, *, max_pixels: int | None = None) -> DecodedImage:
    """Read, decode and turn an image. ``max_pixels`` defaults to MASKWRIGHT_MAX_PIXELS or half a gigapixel.

    Animations give their first frame; the rules for tones and transparency are in ``engine.imaging.tones``.
    Raises BadImage, whose words name the file, the cause and the remedy.
    """
    data = read_bytes(path)
    return decode_bytes(data, path, max_pixels=max_pixels)


def decode_bytes(data: bytes, path: Path, *, max_pixels: int | None = None) -> DecodedImage:
    """Do the same as ``read_image`` for bytes already read; ``path`` is only named in errors."""
    limit = max_pixels_allowed(max_pixels)
    try:
        pixels, orientation, mode = _decode(data, path, limit)
    except MemoryError as error:
        raise BadImage(f"{path}: there is not enough memory to decode the image. Close other programs.") from error
    height, width = pixels.shape[:2]
    return DecodedImage(np.ascontiguousarray(pixels), width, height, orientation, hash_bytes(data), mode)


def _decode(data: bytes, path: Path, limit: int) -> tuple[NDArray[np.uint8], int, str]:
    """Return pixels in the displayed frame, the stored orientation and the mode's text."""
    header: Header | None = None
    try:
        with open_pillow(data) as image:
            header = describe(image, data)
            check_pixels(path, header.width, header.height, limit)
            pixels = _jpeg(data, header)
            if pixels is None:
                load_pillow(image)
                pixels = _deep_colour(data, header)
            if pixels is None:
                pixels = pillow_to_rgb(image)
    except PILLOW_ERRORS as error:
        found = _opencv_only(data, path, limit) if header is None or header.format == "TIFF" else None
        if found is None:
            raise unreadable(path, data, error) from error
        return found
    turned = pixels if header.turned_by_reader else turn(pixels, header.orientation)
    return turned, header.orientation, _mode_text(header)


def _jpeg(data: bytes, header: Header) -> NDArray[np.uint8] | None:
    """Decode an ordinary JPEG with OpenCV, which gives Pillow's exact pixels in about 60 % of its time."""
    if header.format not in {"JPEG", "MPO"} or header.mode not in {"RGB", "L"}:
        return None
    pixels = _imdecode(data, _JPEG_FLAGS)
    return None if pixels is None else pixels.astype(np.uint8, copy=False)


def _deep_colour(data: bytes, header: Header) -> NDArray[np.uint8] | None:
    """Decode 16-bit colour with OpenCV, since Pillow would cut it to 8 bits without a look at its range."""
    if ";16" not in header.raw_mode or header.mode.startswith("I"):
        return None
    values = _imdecode(data, cv2.IMREAD_UNCHANGED)
    return None if values is None or values.dtype == np.uint8 else array_to_rgb(values)


def _opencv_only(data: bytes, path: Path, limit: int) -> tuple[NDArray[np.uint8], int, str] | None:
    """Decode what Pillow cannot read (float colour TIFF, Radiance HDR ...); None when OpenCV cannot either."""
    if data.startswith(_PILLOW_ONLY):
        return None
    size = tiff_size(data)
    if size is not None:
        check_pixels(path, *size, limit)
    values = _imdecode(data, cv2.IMREAD_UNCHANGED)
    if values is None:
        return None
    check_pixels(path, values.shape[1], values.shape[0], limit)
    channels = 1 if values.ndim == 2 else values.shape[2]
    mode = f"OpenCV, {channels} channel{'s' if channels > 1 else ''}, {_depth_text(values.dtype)}"
    return array_to_rgb(values), orientation_of(read_tags(data)), mode


def _imdecode(data: bytes, flags: int) -> NDArray[Any] | None:
    level = cv2.utils.logging.getLogLevel()
    cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)
    try:
        return cv2.imdecode(np.frombuffer(data, dtype=np.uint8), flags)
    except cv2.error:
        return None
    finally:
        cv2.utils.logging.setLogLevel(level)


def turn(pixels: NDArray[np.uint8], orientation: int) -> NDArray[np.uint8]:
    """Bring stored ``uint8[h, w, ...]`` into the displayed frame by EXIF's orientation 1..8 (EXIF 2.3, 4.6.4 A)."""
    turned: NDArray[Any] = pixels
    if orientation == 2:
        turned = cv2.flip(pixels, 1)
    elif orientation == 3:
        turned = cv2.rotate(pixels, cv2.ROTATE_180)
    elif orientation == 4:
        turned = cv2.flip(pixels, 0)
    elif orientation == 5:
        turned = cv2.transpose(pixels)
    elif orientation == 6:
        turned = cv2.rotate(pixels, cv2.ROTATE_90_CLOCKWISE)
    elif orientation == 7:
        turned = cv2.transpose(cv2.rotate(pixels, cv2.ROTATE_180))
    elif orientation == 8:
        turned = cv2.rotate(pixels, cv2.ROTATE_90_COUNTERCLOCKWISE)
    return turned.astype(np.uint8, copy=False)


def _mode_text(header: Header) -> str:
    if header.mode == "F":
        depth = "32-bit float"
    elif header.mode == "I":
        depth = "32 bit"
    elif header.mode == "1":
        depth = "1 bit"
    else:
        depth = "16 bit" if ";16" in header.raw_mode or ";16" in header.mode else "8 bit"
    return f"{header.format}, {header.mode.split(';')[0]}, {depth}"


def _depth_text(dtype: np.dtype[Any]) -> str:
    bits = dtype.itemsize * 8
    return f"{bits}-bit float" if dtype.kind == "f" else f"{bits} bit"
