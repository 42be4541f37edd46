"""Just enough of TIFF's tag directory to learn an image's size and orientation.

EXIF is a TIFF directory too, so one small reader serves both. It never warns and never raises: a damaged directory
yields what could be read.
"""

from __future__ import annotations

import struct

IMAGE_WIDTH = 256
IMAGE_LENGTH = 257
ORIENTATION = 274

_ENTRY_BYTES = 12
_BYTE, _SHORT, _LONG = 1, 3, 4  # field types of TIFF 6.0, section 2
_EXIF_MARK = b"Exif\x00\x00"


def read_tags(data: bytes) -> dict[int, int]:
    """Return the first value of every BYTE, SHORT or LONG tag of the first directory; ``data`` is TIFF or EXIF."""
    data = data.removeprefix(_EXIF_MARK)
    order = {b"II*\x00": "<", b"MM\x00*": ">"}.get(data[:4], "")
    if not order:
        return {}
    tags: dict[int, int] = {}
    try:
        (start,) = struct.unpack_from(order + "I", data, 4)
        (count,) = struct.unpack_from(order + "H", data, start)
        for index in range(count):
            entry = start + 2 + index * _ENTRY_BYTES
            tag, kind, values = struct.unpack_from(order + "HHI", data, entry)
            form = {_BYTE: "B", _SHORT: "H", _LONG: "I"}.get(kind)
            # More than one value is stored elsewhere; none of the tags asked for here has more than one.
            if form and values == 1:
                (tags[tag],) = struct.unpack_from(order + form, data, entry + 8)
    except struct.error:
        return tags
    return tags


def orientation_of(tags: dict[int, int]) -> int:
    """Return EXIF's orientation 1..8; 1 when it is absent or nonsense."""
    value = tags.get(ORIENTATION, 1)
    return value if 1 <= value <= 8 else 1
