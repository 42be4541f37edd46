"""Packs column values into bytes and back: JSON with tags for what JSON lacks, compressed.

History keeps rows for ever, so the form must not depend on Python's pickles.
"""

from __future__ import annotations

import base64
import hashlib
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
import orjson
from numpy.typing import NDArray

from engine.storage.types import DamagedValueError
from models.masks import Rle

_PASS = orjson.OPT_PASSTHROUGH_DATETIME | orjson.OPT_PASSTHROUGH_DATACLASS


@dataclass(frozen=True, slots=True)
class ArrayDigest:
    """Stands for an array that lives in its own row: enough to tell whether it is still the same."""

    digest: str

    @classmethod
    def of(cls, array: NDArray[Any]) -> ArrayDigest:
        """Digest shape and float16 content."""
        data = np.ascontiguousarray(array, dtype="<f2")
        return cls(hashlib.blake2b(repr(data.shape).encode() + data.tobytes(), digest_size=16).hexdigest())


def slim(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values with arrays replaced by their digests: what a row still in the database needs no copy of."""
    return {name: ArrayDigest.of(value) if isinstance(value, np.ndarray) else value for name, value in values.items()}


def same(first: Any, second: Any) -> bool:
    """Compare two column values by content: arrays (or their digests) as stored, JSON by what would be written."""
    if isinstance(first, ArrayDigest | np.ndarray) or isinstance(second, ArrayDigest | np.ndarray):
        return first is not None and second is not None and _digest(first) == _digest(second)
    if isinstance(first, dict | list | tuple) and isinstance(second, dict | list | tuple):
        # Python holds 1, 1.0 and True for equal; a stored attribute of another type is another value.
        return orjson.dumps(first, option=orjson.OPT_SORT_KEYS) == orjson.dumps(second, option=orjson.OPT_SORT_KEYS)
    return bool(first == second)


def pack(values: Mapping[str, Any]) -> bytes:
    """Pack a row's values; raises TypeError for a type it does not know."""
    shielded = {name: {"$json": value} if _looks_tagged(value) else value for name, value in values.items()}
    return zlib.compress(orjson.dumps(shielded, default=_tag, option=_PASS), 1)


def unpack(data: bytes) -> dict[str, Any]:
    """Inverse of ``pack``; raises DamagedValueError on bytes that are none of its making."""
    try:
        return {name: _untag(value) for name, value in orjson.loads(zlib.decompress(data)).items()}
    except (zlib.error, ValueError, TypeError, AttributeError, IndexError) as error:
        raise DamagedValueError("a step of the history cannot be read") from error


def _digest(value: Any) -> ArrayDigest:
    return value if isinstance(value, ArrayDigest) else ArrayDigest.of(value)


def _looks_tagged(value: Any) -> bool:
    return isinstance(value, dict) and len(value) == 1 and str(next(iter(value))).startswith("$")


def _tag(value: Any) -> Any:
    if isinstance(value, Rle):
        return {"$rle": [value.height, value.width, value.counts.decode("ascii")]}
    if isinstance(value, datetime):
        return {"$utc": value.isoformat()}
    if isinstance(value, ArrayDigest):
        return {"$digest": value.digest}
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
        if tag == "$digest":
            return ArrayDigest(content)
        if tag == "$f2":
            rows, columns, text = content
            return np.frombuffer(base64.b64decode(text), dtype="<f2").reshape(rows, columns).astype(np.float16)
        if tag == "$json":
            return content
    return value
