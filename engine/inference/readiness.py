"""Which images would be answered at once, as far as the parent has been told."""

from __future__ import annotations

import threading
from collections.abc import Iterable


class Readiness:
    """Content hashes in the process's memory, on disk, and those not to be encoded ahead again. Thread-safe."""

    def __init__(self) -> None:
        """Start knowing nothing."""
        self._lock = threading.Lock()
        self._memory: set[str] = set()
        self._disk: set[str] = set()
        self._avoided: set[str] = set()

    def __contains__(self, content_hash: str) -> bool:
        """Tell whether the embedding is at hand."""
        with self._lock:
            return content_hash in self._memory or content_hash in self._disk

    def wants(self, content_hash: str) -> bool:
        """Tell whether encoding ahead is of use: not in memory yet, and not known to fail."""
        with self._lock:
            return content_hash not in self._memory and content_hash not in self._avoided

    def add(self, content_hash: str, *, on_disk: bool) -> None:
        """Note an embedding made or read."""
        with self._lock:
            self._memory.add(content_hash)
            if on_disk:
                self._disk.add(content_hash)

    def add_stored(self, content_hashes: Iterable[str]) -> None:
        """Note embeddings found on disk."""
        with self._lock:
            self._disk.update(content_hashes)

    def remove(self, content_hashes: Iterable[str]) -> None:
        """Note embeddings that are kept nowhere any more."""
        gone = set(content_hashes)
        with self._lock:
            self._memory -= gone
            self._disk -= gone

    def process_gone(self) -> frozenset[str]:
        """Note that the process's memory is lost; return what is not at hand any more."""
        with self._lock:
            gone = frozenset(self._memory - self._disk)
            self._memory.clear()
            return gone

    def disk_gone(self) -> frozenset[str]:
        """Note that nothing is on disk any more; return what is not at hand any more."""
        with self._lock:
            gone = frozenset(self._disk - self._memory)
            self._disk.clear()
            return gone

    def clear(self) -> frozenset[str]:
        """Forget everything, as for another backend; return what is not at hand any more."""
        with self._lock:
            gone = frozenset(self._memory | self._disk)
            self._memory.clear()
            self._disk.clear()
            self._avoided.clear()
            return gone

    def avoid(self, content_hash: str) -> None:
        """Note that encoding this image failed."""
        if content_hash:
            with self._lock:
                self._avoided.add(content_hash)

    def forgive(self) -> None:
        """Forget which images failed."""
        with self._lock:
            self._avoided.clear()
