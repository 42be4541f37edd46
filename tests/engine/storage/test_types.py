from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from sqlalchemy.dialects import sqlite

from engine.records import Rle
from engine.storage.types import DamagedValueError, HalfArrayType, RleType, UtcType

DIALECT = sqlite.dialect()


@given(st.integers(0, 2**32 - 1), st.integers(0, 2**32 - 1), st.binary(max_size=50))
def test_rle_comes_back(height: int, width: int, counts: bytes) -> None:
    rle = Rle(height, width, counts)
    assert RleType().process_result_value(RleType().process_bind_param(rle, DIALECT), DIALECT) == rle


@given(st.datetimes(timezones=st.sampled_from([UTC, timezone(timedelta(hours=5, minutes=45))])))
def test_time_comes_back_to_the_microsecond(moment: datetime) -> None:
    stored = UtcType().process_bind_param(moment, DIALECT)
    assert UtcType().process_result_value(stored, DIALECT) == moment


@given(st.lists(st.datetimes(timezones=st.just(UTC)), min_size=2, max_size=2))
def test_stored_times_sort_as_times(moments: list[datetime]) -> None:
    first, second = (UtcType().process_bind_param(moment, DIALECT) for moment in moments)
    assert first is not None and second is not None
    assert (first < second) == (moments[0] < moments[1])


def test_naive_time_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        UtcType().process_bind_param(datetime(2026, 1, 1), DIALECT)


@given(hnp.arrays(np.float16, hnp.array_shapes(min_dims=2, max_dims=2)))
def test_array_comes_back_bit_for_bit(array: np.ndarray) -> None:
    kind = HalfArrayType()
    back = kind.process_result_value(kind.process_bind_param(array, DIALECT), DIALECT)
    assert back is not None and back.shape == array.shape and back.tobytes() == array.tobytes()


def test_array_is_compared_by_content() -> None:
    array = np.ones((2, 2), dtype=np.float16)
    assert HalfArrayType().compare_values(array, array.copy())
    assert not HalfArrayType().compare_values(array, None)
    assert not HalfArrayType().compare_values(array, array * 2)


@pytest.mark.parametrize(
    ("kind", "stored"),
    [(RleType(), b"abc"), (RleType(), 7), (UtcType(), 2**62), (UtcType(), "soon"), (HalfArrayType(), b"\0" * 9)],
)
def test_damaged_bytes_say_so(kind: RleType | UtcType | HalfArrayType, stored: object) -> None:
    with pytest.raises(DamagedValueError):
        kind.process_result_value(stored, DIALECT)  # type: ignore[arg-type]  # what a damaged file really gives


def test_nothing_stays_nothing() -> None:
    for kind in (RleType(), UtcType(), HalfArrayType()):
        assert kind.process_bind_param(None, DIALECT) is None
        assert kind.process_result_value(None, DIALECT) is None
