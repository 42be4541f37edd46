"""Packs column values into bytes and back: JSON with tags for what JSON lacks, compressed.

History keeps rows for ever, so the form must not depend on Python's pickles.
"""

from __future__ import annotations

import base64
import zlib
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import numpy as np
import orjson

from models.masks import Rle

_PASS = orjson.OPT_PASSTHROUGH_DATETIME | orjson.OPT_PASSTHROUGH_DATACLASS


def pack(values: Mapping[str, Any]) -> bytes:
    """Pack a row's values; raises TypeError for a type it does not know."""
    shielded = {name: {"$json": value} if _looks_tagged(value) else value for name, value in values.items()}
    return zlib.compress(orjson.dumps(shielded, default=_tag, option=_PASS), 1)


def unpack(data: bytes) -> dict[str, Any]:
    """Inverse of ``pack``."""
    return {name: _untag(value) for name, value in orjson.loads(zlib.decompress(data)).items()}


def _looks_tagged(value: Any) -> bool:
    return isinstance(value, dict) and len(value) == 1 and str(next(iter(value))).startswith("$")


def _tag(value: Any) -> Any:
    if isinstance(value, Rle):
        return {"$rle": [value.height, value.width, value.counts.decode("ascii")]}
    if isinstance(value, datetime):
        return {"$utc": value.isoformat()}
    if isinstance(value, np.ndarray):
        data = np.ascontiguousarray(value, dtype="<f2")
        return {"$f2": [*value.shape, base64.b64encode(data.tobytes()).decode("ascii")]}
    raise TypeError(f"history cannot keep a {type(value).__name__}")


def _untag(value: Any) -> Any:
    # Only top-level column values are tagged; JSON columns pass through as they are.
    if isinstance(value, dict) and len(value) == 1:
        ((tag, content),) = value.items()
        if tag == "$rle":
            return Rle(content[0], content[1], content[2].encode("ascii"))
        if tag == "$utc":
            return datetime.fromisoformat(content)
        if tag == "$f2":
            rows, columns, text = content
            return np.frombuffer(base64.b64decode(text), dtype="<f2").reshape(rows, columns).astype(np.float16)
        if tag == "$json":
            return content
    return value
