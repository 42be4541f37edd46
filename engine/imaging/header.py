"""What an image file says of itself before its pixels are decoded, and the limits that are set on it."""

from __future__ import annotations

import io
import logging
import os
import struct
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageFile, UnidentifiedImageError

from engine.errors import BadImage
from engine.imaging.tiff_tags import IMAGE_LENGTH, IMAGE_WIDTH, orientation_of, read_tags

MAX_PIXELS_VARIABLE = "MASKWRIGHT_MAX_PIXELS"
DEFAULT_MAX_PIXELS = 500_000_000
"""Half a gigapixel is 1.5 GB as RGB: larger than any camera's picture, small enough not to end the session."""

# Named one by one so that no file can start an interpreter (EPS, PDF, WMF) or a reader of something that is no image.
FORMATS = (
    "JPEG", "PNG", "TIFF", "BMP", "DIB", "GIF", "WEBP", "AVIF", "JPEG2000", "PPM", "TGA", "PCX", "SGI", "SUN",
    "QOI", "DDS", "PSD",
)  # fmt: skip

PILLOW_ERRORS = (
    OSError, ValueError, SyntaxError, EOFError, struct.error, TypeError, KeyError, IndexError, OverflowError,
    NotImplementedError, RuntimeError,
)  # fmt: skip
"""What Pillow's readers let escape on damaged files: it documents OSError, its plug-ins raise the others too."""

# Pillow's own limit is lower, warns on stderr and names no file; ours is checked on every path instead.
Image.MAX_IMAGE_PIXELS = None
# Without any handler Python would print what Pillow logs about damaged files.
logging.getLogger("PIL").addHandler(logging.NullHandler())

_TURNED = frozenset({5, 6, 7, 8})
_warnings_lock = threading.Lock()


@dataclass(frozen=True, slots=True)
class Header:
    """Format, Pillow's mode and raw mode, the displayed size, and EXIF's orientation 1..8 as stored.

    ``turned_by_reader`` is true when the decoder itself applies the orientation (TIFF).
    """

    format: str
    mode: str
    raw_mode: str
    width: int
    height: int
    orientation: int
    turned_by_reader: bool


def max_pixels_allowed(asked: int | None) -> int:
    """Return ``asked``, or the environment's limit, or the default."""
    if asked is not None:
        return asked
    text = os.environ.get(MAX_PIXELS_VARIABLE, "").replace("_", "").strip()
    return int(text) if text.isdecimal() and int(text) > 0 else DEFAULT_MAX_PIXELS


def check_pixels(path: Path, width: int, height: int, max_pixels: int) -> None:
    """Raise BadImage when an image of this size is over the limit, or has no pixels at all."""
    if width < 1 or height < 1:
        raise BadImage(f"{path}: the image has no pixels ({width} x {height}).")
    if width * height > max_pixels:
        raise BadImage(
            f"{path}: {width} x {height} is {width * height / 1e6:,.0f} megapixels, over the limit of "
            f"{max_pixels / 1e6:,.0f}. Cut it into tiles, or raise the limit with {MAX_PIXELS_VARIABLE}."
        )


@contextmanager
def _quiet() -> Iterator[None]:
    # Pillow warns about damaged metadata; the filter list belongs to the whole process, hence the lock.
    with _warnings_lock, warnings.catch_warnings():
        warnings.filterwarnings("ignore", module=r"PIL\.")
        yield


@contextmanager
def open_pillow(data: bytes) -> Iterator[Image.Image]:
    """Open ``data`` with Pillow, quietly; pixels are not decoded yet. Raises one of PILLOW_ERRORS."""
    with _quiet():
        image = Image.open(io.BytesIO(data), formats=FORMATS)
    with image:
        yield image


def load_pillow(image: Image.Image) -> None:
    """Decode the pixels of an image that ``open_pillow`` gave, quietly. Raises one of PILLOW_ERRORS."""
    if image.format == "TIFF":
        # Only TIFF reads more tags now, and may warn; other formats decode side by side, without the lock.
        with _quiet():
            image.load()
    else:
        image.load()


def describe(image: Image.Image, data: bytes) -> Header:
    """Return the header of an image that Pillow has opened from ``data``."""
    kind = image.format or ""
    is_tiff = kind == "TIFF"
    orientation = orientation_of(read_tags(data if is_tiff else _exif_bytes(image)))
    width, height = image.size
    if orientation in _TURNED and not is_tiff:
        width, height = height, width
    return Header(kind, image.mode, _raw_mode(image), width, height, orientation, is_tiff)


def _exif_bytes(image: Image.Image) -> bytes:
    exif = image.info.get("exif", b"")
    return exif if isinstance(exif, bytes) else b""


def _raw_mode(image: Image.Image) -> str:
    if not isinstance(image, ImageFile.ImageFile) or not image.tile:
        return ""
    args = image.tile[0].args
    first = args[0] if isinstance(args, tuple) and args else args
    return first if isinstance(first, str) else ""


def read_header(data: bytes) -> Header | None:
    """Return the header, or None when Pillow cannot read the format."""
    try:
        with open_pillow(data) as image:
            return describe(image, data)
    except PILLOW_ERRORS:
        return None


def tiff_size(data: bytes) -> tuple[int, int] | None:
    """Return (width, height) as stored of a TIFF, without a decoder; None when ``data`` is none."""
    tags = read_tags(data)
    if data.startswith(b"Exif") or IMAGE_WIDTH not in tags or IMAGE_LENGTH not in tags:
        return None
    return tags[IMAGE_WIDTH], tags[IMAGE_LENGTH]


def unreadable(path: Path, data: bytes, cause: Exception | None) -> BadImage:
    """Return the error for bytes that no decoder accepts, as precise as can be known."""
    if cause is not None and not isinstance(cause, UnidentifiedImageError):
        detail = str(cause).strip() or type(cause).__name__
        if "truncated" in detail or isinstance(cause, EOFError):
            return BadImage(f"{path}: the image is truncated, its end is missing. Copy it again from its source.")
        return BadImage(f"{path}: the image is damaged ({detail}). Copy it again from its source.")
    if _looks_like_image(data):
        return BadImage(f"{path}: the image is damaged or truncated. Copy it again from its source.")
    return BadImage(f"{path}: this is no image in a format that can be read. Convert it to PNG, JPEG or TIFF.")


def _looks_like_image(data: bytes) -> bool:
    starts = (b"\xff\xd8\xff", b"\x89PNG", b"II*\x00", b"MM\x00*", b"GIF8", b"BM", b"\x00\x00\x00\x0cjP")
    return data.startswith(starts) or (data[:4] == b"RIFF" and data[8:12] == b"WEBP")
