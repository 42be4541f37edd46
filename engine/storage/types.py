"""Column types: run-length masks, UTC times and small float arrays, the same on SQLite and PostgreSQL."""

from __future__ import annotations

import struct
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import BigInteger, Dialect, LargeBinary
from sqlalchemy.types import TypeDecorator

from models.masks import Rle

_SIZE = struct.Struct(">II")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


class DamagedValueError(ValueError):
    """Stored bytes are not what their column promises; told to people as a damaged project, with its name."""


class RleType(TypeDecorator[Rle]):
    """A mask as bytes: height and width (two big-endian uint32), then COCO's compressed counts."""

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value: Rle | None, dialect: Dialect) -> bytes | None:
        """Pack."""
        return None if value is None else _SIZE.pack(value.height, value.width) + value.counts

    def process_result_value(self, value: Any | None, dialect: Dialect) -> Rle | None:
        """Unpack."""
        if value is None:
            return None
        try:
            height, width = _SIZE.unpack_from(value)
            return Rle(height, width, bytes(value[_SIZE.size :]))
        except (struct.error, TypeError) as error:
            raise DamagedValueError("a stored mask cannot be read") from error


class UtcType(TypeDecorator[datetime]):
    """A UTC time as whole microseconds since 1970, so that it sorts and compares alike everywhere."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:
        """Pack; refuses naive times, which mean something else on every machine."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a stored time needs a time zone")
        return (value - _EPOCH) // _MICROSECOND

    def process_result_value(self, value: int | None, dialect: Dialect) -> datetime | None:
        """Unpack."""
        try:
            return None if value is None else _EPOCH + value * _MICROSECOND
        except (OverflowError, TypeError) as error:
            raise DamagedValueError("a stored time cannot be read") from error


class HalfArrayType(TypeDecorator[NDArray[np.float16]]):
    """A two-dimensional float16 array: two big-endian uint32 for rows and columns, then the values, little-endian."""

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value: NDArray[np.float16] | None, dialect: Dialect) -> bytes | None:
        """Pack."""
        if value is None:
            return None
        return _SIZE.pack(*value.shape) + np.ascontiguousarray(value, dtype="<f2").tobytes()

    def process_result_value(self, value: Any | None, dialect: Dialect) -> NDArray[np.float16] | None:
        """Unpack."""
        if value is None:
            return None
        try:
            rows, columns = _SIZE.unpack_from(value)
            return np.frombuffer(value, dtype="<f2", offset=_SIZE.size).reshape(rows, columns).astype(np.float16)
        except (struct.error, ValueError, TypeError) as error:
            raise DamagedValueError("a stored array cannot be read") from error

    def compare_values(self, x: Any, y: Any) -> bool:
        """Compare by content: arrays have no truth value."""
        return x is y or (x is not None and y is not None and np.array_equal(x, y))
