from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays_of
from numpy.typing import NDArray

from engine.inference.disk_cache import CacheKey, DiskCache

HASH = "ab" * 32
KEY = CacheKey(HASH, "sam", "w1", "1")
ARRAYS: dict[str, NDArray[Any]] = {"file": np.arange(6, dtype=np.float32).reshape(2, 3), "x": np.array([1, 2])}

texts = st.text(max_size=20) | st.sampled_from(["..", "../../x", "/etc/passwd", "C:\\x", "a" * 300, "CON", HASH])
keys = st.builds(CacheKey, texts, texts, texts, texts)
same_folder = hypothesis_settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)


@pytest.fixture
def cache(tmp_path: Path) -> DiskCache:
    return DiskCache(tmp_path / "cache", 1 << 20)


def stored(hash_: str, size: int = 1000) -> tuple[CacheKey, dict[str, NDArray[Any]]]:
    return CacheKey(hash_ * 32, "sam", "w1", "1"), {"a": np.zeros(size, dtype=np.uint8)}


@given(keys, keys)
def test_different_keys_have_different_places_inside_the_folder(first: CacheKey, second: CacheKey) -> None:
    cache = DiskCache(Path("cache"), 1)
    one, other = cache.path(first), cache.path(second)
    assert one.parent.parent == Path("cache")
    assert ".." not in one.parts
    assert len(one.name) < 150
    assert (str(one).lower() == str(other).lower()) == (first == second)


@same_folder
@given(
    keys,
    st.dictionaries(
        texts, arrays_of.arrays(st.sampled_from(["f4", "f2", "u1", "i8", "?"]), arrays_of.array_shapes(min_side=0))
    ),
)
def test_what_is_kept_comes_back_exactly(cache: DiskCache, key: CacheKey, arrays: dict[str, NDArray[Any]]) -> None:
    assert cache.write(key, arrays)
    found = cache.read(key)
    assert found is not None
    assert list(found) == list(arrays)
    for name, array in arrays.items():
        assert found[name].dtype == array.dtype
        np.testing.assert_array_equal(found[name], array)


@same_folder
@given(st.data())
def test_a_damaged_file_is_a_miss_and_goes(cache: DiskCache, data: st.DataObject) -> None:
    cache.write(KEY, ARRAYS)
    path = cache.path(KEY)
    content = bytearray(path.read_bytes())
    if data.draw(st.booleans(), label="truncate"):
        content = content[: data.draw(st.integers(0, len(content) - 1))]
    else:
        content[data.draw(st.integers(0, len(content) - 1))] ^= data.draw(st.integers(1, 255))
    path.write_bytes(content)
    assert cache.read(KEY) is None
    assert not path.exists()


def test_a_file_under_another_name_is_a_miss(cache: DiskCache) -> None:
    other = CacheKey("cd" * 32, "sam", "w1", "1")
    cache.write(KEY, ARRAYS)
    cache.path(KEY).rename(cache.path(other))
    assert cache.read(other) is None
    assert cache.read(KEY) is None


def test_other_weights_are_another_embedding(cache: DiskCache) -> None:
    cache.write(KEY, ARRAYS)
    assert cache.read(CacheKey(HASH, "sam", "w2", "1")) is None
    assert cache.stored("sam", "w1", "1") == {HASH}
    assert cache.stored("sam", "w2", "1") == frozenset()


def test_objects_are_not_pickled(cache: DiskCache) -> None:
    assert not cache.write(KEY, {"a": np.array([object()])})
    assert cache.read(KEY) is None


def test_the_least_recently_used_go_first(tmp_path: Path) -> None:
    cache = DiskCache(tmp_path, 5000)
    entries = [stored(name) for name in ("aa", "bb", "cc")]
    for age, (key, arrays) in enumerate(entries):
        assert cache.write(key, arrays)
        os.utime(cache.path(key), (1000 + age, 1000 + age))
    assert cache.trim() == frozenset()
    assert cache.read(entries[0][0]) is not None
    key, arrays = stored("dd")
    cache.write(key, arrays)
    assert cache.trim() == {"bb" * 32}
    assert [cache.read(k) is not None for k, _ in (*entries, (key, arrays))] == [True, False, True, True]
    assert sum(path.stat().st_size for path in tmp_path.rglob("*") if path.is_file()) <= 5000


def test_what_exceeds_the_budget_alone_is_not_kept(tmp_path: Path) -> None:
    assert not DiskCache(tmp_path, 500).write(*stored("aa"))
    assert list(tmp_path.iterdir()) == []


def test_a_budget_of_nothing_turns_it_off(tmp_path: Path) -> None:
    DiskCache(tmp_path, 5000).write(KEY, ARRAYS)
    off = DiskCache(tmp_path, 0)
    assert off.read(KEY) is None
    assert not off.write(KEY, ARRAYS)
    assert off.stored("sam", "w1", "1") == frozenset()


def test_leftovers_of_killed_processes_go(cache: DiskCache) -> None:
    cache.write(KEY, ARRAYS)
    old, new = cache.path(KEY).with_suffix(".1.part"), cache.path(KEY).with_suffix(".2.part")
    for part in (old, new):
        part.write_bytes(b"half")
    os.utime(old, (1000, 1000))
    cache.trim()
    assert not old.exists()
    assert new.exists()
    assert cache.stored("sam", "w1", "1") == {HASH}


def test_a_folder_that_cannot_be_written_or_vanishes(tmp_path: Path) -> None:
    blocked = tmp_path / "blocked"
    blocked.write_text("a file where the folder should be")
    cache = DiskCache(blocked, 5000)
    assert not cache.write(KEY, ARRAYS)
    assert cache.read(KEY) is None
    assert cache.trim() == frozenset()
    assert DiskCache(tmp_path / "nowhere", 5000).trim() == frozenset()


def test_many_at_once_get_whole_files_or_none(tmp_path: Path) -> None:
    caches = [DiskCache(tmp_path, 20_000) for _ in range(2)]
    names = [f"{number:02x}" for number in range(8)]

    def work(number: int) -> bool:
        cache = caches[number % 2]
        key, arrays = stored(names[number % len(names)], 4000)
        cache.write(key, arrays)
        cache.trim()
        found = cache.read(key)
        return found is None or np.array_equal(found["a"], arrays["a"])

    with ThreadPoolExecutor(4) as pool:
        assert all(pool.map(work, range(200)))
    caches[0].trim()
    assert sum(path.stat().st_size for path in tmp_path.rglob("*") if path.is_file()) <= 20_000
