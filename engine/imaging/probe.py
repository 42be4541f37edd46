"""Size, orientation and hash of an image file without decoding its pixels."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from engine.imaging.decode import decode_bytes
from engine.imaging.files import hash_bytes, read_bytes
from engine.imaging.header import check_pixels, max_pixels_allowed, read_header


@dataclass(frozen=True, slots=True)
class ImageProbe:
    """Displayed size in pixels, EXIF's orientation 1..8 as stored, BLAKE3 of the bytes, and their number."""

    width: int
    height: int
    orientation: int
    content_hash: str
    size_bytes: int


def probe(path: Path, *, max_pixels: int | None = None) -> ImageProbe:
    """Read the file once, look at its header and hash its bytes. Raises BadImage as ``read_image`` does.

    A file whose header is sound but whose pixels are damaged passes here and fails in ``read_image``.
    """
    data = read_bytes(path)
    header = read_header(data)
    if header is None:
        # Rare formats that only OpenCV reads have no cheap header; the decoder also finds the right words for junk.
        decoded = decode_bytes(data, path, max_pixels=max_pixels)
        return ImageProbe(decoded.width, decoded.height, decoded.orientation, decoded.content_hash, len(data))
    check_pixels(path, header.width, header.height, max_pixels_allowed(max_pixels))
    return ImageProbe(header.width, header.height, header.orientation, hash_bytes(data), len(data))
