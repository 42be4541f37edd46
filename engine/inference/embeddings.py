"""Gets an image's embedding from memory, from disk, or by decoding and encoding, and keeps it."""

from __future__ import annotations

import logging
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from engine.errors import BadImage
from engine.imaging.decode import read_image
from engine.inference.disk_cache import CacheKey, DiskCache
from engine.inference.draft import ImageRef
from engine.inference.settings import CacheSettings
from models.api import Embedding, Image, MaskBackend
from models.errors import DeviceOutOfMemory

log = logging.getLogger(__name__)

SLOW_ENCODE_MS = 200.0
"""Embeddings made quicker than this are not written to disk: making them again costs the annotator nothing."""
DISK_BYTES_PER_MS = 200_000
"""What an ordinary disk reads in a millisecond; an embedding must take longer to make than twice its reading."""


class EmbeddingCache:
    """Least-recently-used embeddings in memory. The newest stays even when it alone exceeds the budget."""

    def __init__(self, budget_bytes: int) -> None:
        """Start empty."""
        self._budget = budget_bytes
        self._kept: OrderedDict[str, Embedding] = OrderedDict()
        self._bytes = 0

    def get(self, content_hash: str) -> Embedding | None:
        """Return the embedding and mark it as used, or None."""
        found = self._kept.get(content_hash)
        if found is not None:
            self._kept.move_to_end(content_hash)
        return found

    def put(self, content_hash: str, embedding: Embedding) -> frozenset[str]:
        """Keep an embedding; return the hashes of those that had to go."""
        old = self._kept.pop(content_hash, None)
        if old is not None:
            self._bytes -= old.nbytes
        self._kept[content_hash] = embedding
        self._bytes += embedding.nbytes
        gone: set[str] = set()
        while self._bytes > self._budget and len(self._kept) > 1:
            name, oldest = self._kept.popitem(last=False)
            self._bytes -= oldest.nbytes
            gone.add(name)
        return frozenset(gone)

    def clear(self) -> frozenset[str]:
        """Drop everything; return the hashes dropped."""
        gone = frozenset(self._kept)
        self._kept.clear()
        self._bytes = 0
        return gone

    def __contains__(self, content_hash: str) -> bool:
        """Tell whether it is kept, without marking it as used."""
        return content_hash in self._kept

    @property
    def nbytes(self) -> int:
        """Memory the kept embeddings hold together."""
        return self._bytes


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """An embedding, under which content hash it is kept, and how it was come by.

    ``milliseconds`` is 0 when it was in memory; ``gone`` are hashes that are kept nowhere any more because of it.
    """

    embedding: Embedding
    content_hash: str
    milliseconds: float = 0.0
    on_disk: bool = False
    gone: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Filled:
    """How an embedding came to disk; ``refused`` if the disk did not take it. ``gone`` left the disk for it."""

    how: Literal["there", "made", "refused"]
    gone: frozenset[str] = frozenset()


class EmbeddingStore:
    """One backend's embeddings, in memory and on disk."""

    def __init__(self, backend: MaskBackend, settings: CacheSettings) -> None:
        """Keep embeddings of ``backend`` within ``settings``."""
        self._backend = backend
        self._memory = EmbeddingCache(settings.memory_bytes)
        self._disk = DiskCache(settings.folder, settings.disk_bytes)
        info = backend.info
        self._on_disk = set(self._disk.stored(info.name, info.weights_hash, info.version))

    @property
    def stored(self) -> frozenset[str]:
        """Content hashes known to be on disk."""
        return frozenset(self._on_disk)

    def get(self, image: ImageRef, *, on_miss: Callable[[], None] | None = None) -> Found:
        """Return the image's embedding; ``on_miss`` is called before anything slow begins.

        Raises BadImage (unreadable, or changed since it was added) and what the backend's ``encode`` raises.
        """
        kept = self._memory.get(image.content_hash)
        if kept is not None:
            return Found(kept, image.content_hash, on_disk=image.content_hash in self._on_disk)
        if on_miss is not None:
            on_miss()
        began = time.perf_counter()
        embedding = self._restore(image.content_hash)
        content_hash, gone = image.content_hash, set[str]()
        if embedding is None:
            content_hash, pixels = read_checked(image)
            encode_began = time.perf_counter()
            embedding, cleared = self._encode(pixels)
            gone |= cleared
            gone |= self._keep_on_disk(content_hash, embedding, _since(encode_began))
        gone |= self._memory.put(content_hash, embedding)
        gone = {name for name in gone if name not in self._on_disk and name not in self._memory}
        return Found(embedding, content_hash, _since(began), content_hash in self._on_disk, frozenset(gone))

    def kept(self, content_hash: str) -> bool:
        """Tell whether an embedding is at hand, in memory or on disk."""
        return content_hash in self._memory or content_hash in self._on_disk

    def fill(self, image: ImageRef) -> Filled:
        """Put the image's embedding on disk, however quick it was to make, and keep nothing in memory.

        Raises as ``get`` does.
        """
        if image.content_hash and image.content_hash in self._on_disk:
            return Filled("there")
        content_hash, pixels = read_checked(image)
        embedding, _ = self._encode(pixels)
        if not self._disk.write(self._key(content_hash), self._backend.dump(embedding)):
            return Filled("refused")
        self._on_disk.add(content_hash)
        trimmed = self._disk.trim() & self._on_disk
        self._on_disk -= trimmed
        return Filled("made", frozenset(trimmed))

    def _restore(self, content_hash: str) -> Embedding | None:
        key = self._key(content_hash)
        arrays = self._disk.read(key) if content_hash else None
        if arrays is not None:
            try:
                return self._backend.restore(arrays)
            except ValueError as error:
                log.warning("the stored embedding %s does not fit the backend (%s); it is made again", key, error)
                self._disk.remove(key)
        self._on_disk.discard(content_hash)
        return None

    def _encode(self, pixels: Image) -> tuple[Embedding, frozenset[str]]:
        try:
            return self._backend.encode(pixels), frozenset()
        except DeviceOutOfMemory:
            cleared = self._memory.clear()
            if not cleared:
                raise
            log.warning("the device is full; %d kept embeddings are dropped and encoding is tried again", len(cleared))
        return self._backend.encode(pixels), cleared

    def _keep_on_disk(self, content_hash: str, embedding: Embedding, encode_ms: float) -> frozenset[str]:
        """Write what was slow to make; return hashes that left the disk for it."""
        if encode_ms <= max(SLOW_ENCODE_MS, 2 * embedding.nbytes / DISK_BYTES_PER_MS):
            return frozenset()
        if not self._disk.write(self._key(content_hash), self._backend.dump(embedding)):
            return frozenset()
        self._on_disk.add(content_hash)
        trimmed = self._disk.trim() & self._on_disk
        self._on_disk -= trimmed
        return frozenset(trimmed)

    def _key(self, content_hash: str) -> CacheKey:
        info = self._backend.info
        return CacheKey(content_hash, info.name, info.weights_hash, info.version)


def read_checked(image: ImageRef) -> tuple[str, Image]:
    """Return the content hash and the pixels (uint8[H, W, 3], displayed frame) of the image's file.

    Raises BadImage when it cannot be read or is another one than the project knows.
    """
    decoded = read_image(image.file)
    if image.content_hash and decoded.content_hash != image.content_hash:
        raise BadImage(
            f"{image.file}: the file is not the one that was added to the project. "
            "Put the original back, or add the changed file as a new image."
        )
    return decoded.content_hash, decoded.pixels


def _since(began: float) -> float:
    return (time.perf_counter() - began) * 1000
