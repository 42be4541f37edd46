from __future__ import annotations

import zlib
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.records import Rle
from engine.storage.pack import ArrayDigest, pack, same, slim, unpack
from engine.storage.types import DamagedValueError

TAGS = st.sampled_from(["$rle", "$utc", "$f2", "$json", "$digest", "$", "$unknown"])
LEAVES = st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, allow_infinity=False)
JSON = st.recursive(
    LEAVES | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5) | TAGS, inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(st.text(min_size=1, max_size=8), JSON))
def test_json_comes_back_whatever_it_looks_like(values: dict[str, Any]) -> None:
    back = unpack(pack(values))
    assert back == values
    assert all(same(back[name], value) for name, value in values.items())


@given(TAGS, JSON)
def test_a_person_cannot_fake_a_tag(tag: str, content: Any) -> None:
    for value in ({tag: content}, {"$json": {tag: content}}, {"$json": {"$json": {tag: content}}}):
        assert unpack(pack({"extra": value})) == {"extra": value}


@given(
    st.binary(max_size=60).map(lambda raw: bytes(48 + byte % 64 for byte in raw)), st.datetimes(timezones=st.just(UTC))
)
def test_masks_and_times_come_back(counts: bytes, moment: datetime) -> None:
    values = {"mask": Rle(3, 4, counts), "at": moment, "none": None}
    assert unpack(pack(values)) == values


def test_arrays_come_back_bit_for_bit() -> None:
    array = np.array([[1.5, np.nan], [np.inf, -0.0]], dtype=np.float16)
    back = unpack(pack({"logits": array}))["logits"]
    assert back.dtype == np.float16 and back.tobytes() == array.tobytes()
    assert same(back, array)


def test_slim_keeps_only_what_tells_arrays_apart() -> None:
    array = np.arange(6, dtype=np.float16).reshape(2, 3)
    kept = unpack(pack(slim({"logits": array, "rank": 1})))
    assert kept == {"logits": ArrayDigest.of(array), "rank": 1}
    assert same(kept["logits"], array) and same(array, kept["logits"])
    assert not same(kept["logits"], array.reshape(3, 2))
    assert not same(kept["logits"], array + 1)
    assert not same(kept["logits"], None)
    assert len(pack(slim({"logits": np.zeros((256, 256), np.float16)}))) < 200


@pytest.mark.parametrize(("first", "second"), [({"a": 1}, {"a": True}), ({"a": 1}, {"a": 1.0}), ([0], [False])])
def test_json_of_another_type_is_another_value(first: Any, second: Any) -> None:
    assert not same(first, second)
    assert same(first, first.copy())


def test_tuples_are_stored_lists_and_key_order_is_nothing() -> None:
    assert same({"a": (1, 2), "b": 0}, {"b": 0, "a": [1, 2]})


def test_an_unknown_type_is_a_bug() -> None:
    with pytest.raises(TypeError, match="complex"):
        pack({"value": 1j})


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"no zlib",
        zlib.compress(b"no json"),
        zlib.compress(b"[1]"),
        zlib.compress(b'{"a": {"$rle": 5}}'),
        zlib.compress(b'{"a": {"$rle": [1, 2]}}'),
        zlib.compress(b'{"a": {"$utc": "soon"}}'),
        zlib.compress(b'{"a": {"$f2": [9, 9, "AAAA"]}}'),
        pack({"a": 1})[:-3],
    ],
)
def test_bytes_of_nobodys_making_are_damage(data: bytes) -> None:
    with pytest.raises(DamagedValueError):
        unpack(data)
