from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from engine.errors import BadImage
from engine.inference import embeddings
from engine.inference.draft import ImageRef
from engine.inference.embeddings import EmbeddingCache, EmbeddingStore
from engine.inference.settings import CacheSettings
from models.api import BackendInfo, Embedding, Image
from models.errors import DeviceOutOfMemory

MakePicture = Callable[..., ImageRef]


@dataclass(frozen=True)
class Sized:
    nbytes: int
    height: int = 40
    width: int = 60


@dataclass
class Counting:
    """A backend whose embeddings hold ``size`` bytes and whose device is full ``full`` times."""

    size: int = 100
    full: int = 0
    fits: bool = True
    encoded: int = 0
    info: BackendInfo = field(default_factory=lambda: BackendInfo("counting", "mask", "cpu", "w", "1"))

    def encode(self, image: Image) -> Embedding:
        if self.full:
            self.full -= 1
            raise DeviceOutOfMemory("full")
        self.encoded += 1
        return Sized(self.size)

    def dump(self, embedding: Embedding) -> Mapping[str, NDArray[Any]]:
        return {"size": np.array([embedding.nbytes])}

    def restore(self, arrays: Mapping[str, NDArray[Any]]) -> Embedding:
        if not self.fits:
            raise ValueError("made by an older version")
        return Sized(int(arrays["size"][0]))


def make_store(backend: Counting, settings: CacheSettings) -> EmbeddingStore:
    return EmbeddingStore(backend, settings)  # type: ignore[arg-type]  # the store never predicts


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch) -> None:
    """Count every encoding as slow enough for the disk."""
    monkeypatch.setattr(embeddings, "SLOW_ENCODE_MS", -1.0)
    monkeypatch.setattr(embeddings, "DISK_BYTES_PER_MS", 1e12)


@given(st.integers(0, 50), st.lists(st.tuples(st.integers(0, 5), st.integers(0, 40), st.booleans())))
def test_memory_stays_within_budget_and_keeps_the_newest(budget: int, steps: list[tuple[int, int, bool]]) -> None:
    cache, model = EmbeddingCache(budget), dict[str, Sized]()
    for number, size, read in steps:
        name = str(number)
        if read:
            assert cache.get(name) is model.get(name)
            if name in model:
                model[name] = model.pop(name)
            continue
        embedding = Sized(size)
        model.pop(name, None)
        model[name] = embedding
        gone = set()
        while sum(kept.nbytes for kept in model.values()) > budget and len(model) > 1:
            oldest = next(iter(model))
            del model[oldest]
            gone.add(oldest)
        assert cache.put(name, embedding) == gone
        assert cache.nbytes == sum(kept.nbytes for kept in model.values())
        assert name in cache
    assert cache.clear() == set(model)
    assert cache.nbytes == 0


def test_the_second_time_it_is_in_memory(picture: MakePicture, settings: CacheSettings) -> None:
    backend, image, misses = Counting(), picture(), list[int]()
    store = make_store(backend, settings)
    first = store.get(image, on_miss=lambda: misses.append(1))
    second = store.get(image, on_miss=lambda: misses.append(1))
    assert second.embedding is first.embedding
    assert first.milliseconds > 0
    assert second.milliseconds == 0
    assert (backend.encoded, len(misses)) == (1, 1)


def test_what_was_quick_to_make_is_not_written(picture: MakePicture, settings: CacheSettings) -> None:
    found = make_store(Counting(), settings).get(picture())
    assert not found.on_disk
    assert not settings.folder.exists()


@pytest.mark.usefixtures("slow")
def test_another_process_finds_it_on_disk(picture: MakePicture, settings: CacheSettings) -> None:
    image = picture()
    assert make_store(Counting(), settings).get(image).on_disk
    image.file.unlink()
    backend = Counting()
    store = make_store(backend, settings)
    assert store.stored == {image.content_hash}
    found = store.get(image)
    assert found.on_disk
    assert found.embedding.nbytes == 100
    assert backend.encoded == 0


@pytest.mark.usefixtures("slow")
def test_one_that_does_not_fit_any_more_is_made_again(picture: MakePicture, settings: CacheSettings) -> None:
    image = picture()
    make_store(Counting(), settings).get(image)
    backend = Counting(fits=False)
    make_store(backend, settings).get(image)
    assert backend.encoded == 1


@pytest.mark.usefixtures("slow")
def test_what_leaves_both_memory_and_disk_is_named(picture: MakePicture, settings: CacheSettings) -> None:
    images = [picture(f"{number}.png", first=(number, 0, 0)) for number in range(3)]
    in_memory = make_store(Counting(size=60), replace(settings, memory_bytes=100, disk_bytes=0))
    assert [in_memory.get(image).gone for image in images] == [
        frozenset(),
        {images[0].content_hash},
        {images[1].content_hash},
    ]
    on_disk = make_store(Counting(size=60), replace(settings, memory_bytes=100))
    assert [on_disk.get(image).gone for image in images] == [frozenset()] * 3


def test_a_full_device_is_emptied_once(picture: MakePicture, settings: CacheSettings) -> None:
    backend, first, second = Counting(), picture("a.png"), picture("bb.png")
    store = make_store(backend, settings)
    store.get(first)
    backend.full = 1
    assert store.get(second).gone == {first.content_hash}
    backend.full = 2
    with pytest.raises(DeviceOutOfMemory):
        store.get(first)


def test_an_image_without_a_hash_is_read_each_time(picture: MakePicture, settings: CacheSettings) -> None:
    image = picture()
    found = make_store(Counting(), settings).get(replace(image, content_hash=""))
    assert found.content_hash == image.content_hash


def test_a_file_that_was_changed_is_refused(picture: MakePicture, settings: CacheSettings) -> None:
    image = picture()
    with pytest.raises(BadImage, match="is not the one"):
        make_store(Counting(), settings).get(replace(image, content_hash="00" * 32))
