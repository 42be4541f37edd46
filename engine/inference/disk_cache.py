"""Embeddings on disk: one checksummed file each, safe to delete at any moment, shared by any number of processes."""

from __future__ import annotations

import io
import json
import logging
import os
import re
import secrets
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from blake3 import blake3
from numpy.typing import NDArray

log = logging.getLogger(__name__)

_MAGIC = b"maskwright embedding 1\n"
_DIGEST_BYTES = 32
_SUFFIX = ".emb"
_PLAIN_HASH = re.compile(r"[0-9a-f]{16,128}")
_STALE_SECONDS = 3600.0
"""A temporary file this old belongs to a process that was killed while writing."""


@dataclass(frozen=True, slots=True)
class CacheKey:
    """What an embedding depends on: the image's bytes and the backend's identity."""

    content_hash: str
    backend: str
    weights_hash: str
    version: str

    def to_bytes(self) -> bytes:
        """Return an unambiguous form: different keys never give the same bytes."""
        return json.dumps([self.content_hash, self.backend, self.weights_hash, self.version]).encode()


@dataclass(frozen=True, slots=True)
class _Entry:
    path: Path
    size: int
    used: float


class DiskCache:
    """Files below ``folder``, the least recently used of which go when they exceed ``budget_bytes`` together.

    Nothing here raises for what the disk does: a file that cannot be read is a miss, one that cannot be written is
    not kept. A budget of 0 turns the cache off.
    """

    def __init__(self, folder: Path, budget_bytes: int) -> None:
        """Use ``folder``, which is made when the first embedding is stored."""
        self._folder = folder
        self._budget = budget_bytes

    def path(self, key: CacheKey) -> Path:
        """Return where ``key`` is kept: a folder a backend identity, a file an image."""
        identity = blake3(CacheKey("", key.backend, key.weights_hash, key.version).to_bytes()).hexdigest()[:32]
        plain = _PLAIN_HASH.fullmatch(key.content_hash) is not None
        name = (
            key.content_hash if plain else "x" + blake3(key.content_hash.encode("utf-8", "surrogatepass")).hexdigest()
        )
        return self._folder / identity / (name + _SUFFIX)

    def stored(self, backend: str, weights_hash: str, version: str) -> frozenset[str]:
        """Return the content hashes kept for one backend identity."""
        if not self._budget:
            return frozenset()
        folder = self.path(CacheKey("", backend, weights_hash, version)).parent
        try:
            names = [path.stem for path in folder.iterdir() if path.suffix == _SUFFIX]
        except OSError:
            return frozenset()
        return frozenset(name for name in names if _PLAIN_HASH.fullmatch(name))

    def read(self, key: CacheKey) -> dict[str, NDArray[Any]] | None:
        """Return the arrays kept for ``key``, or None; a damaged file is removed."""
        if not self._budget:
            return None
        path = self.path(key)
        try:
            data = path.read_bytes()
        except OSError:
            return None
        arrays = _unpack(key, data)
        if arrays is None:
            log.warning("%s is damaged; it is removed and the image will be encoded again", path)
            self.remove(key)
            return None
        with suppress(OSError):
            os.utime(path)
        return arrays

    def write(self, key: CacheKey, arrays: Mapping[str, NDArray[Any]]) -> bool:
        """Keep ``arrays`` (of plain numbers) for ``key``; tell whether they are kept."""
        data = _pack(key, arrays) if self._budget else None
        if data is None or len(data) > self._budget:
            return False
        path = self.path(key)
        part = path.with_name(f"{path.stem}.{os.getpid()}-{secrets.token_hex(4)}.part")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            part.write_bytes(data)
            part.replace(path)
        except OSError as error:
            log.warning("the embedding cache cannot be written (%s); going on without", error)
            with suppress(OSError):
                part.unlink(missing_ok=True)
            return False
        return True

    def remove(self, key: CacheKey) -> None:
        """Forget ``key``."""
        with suppress(OSError):
            self.path(key).unlink(missing_ok=True)

    def trim(self) -> frozenset[str]:
        """Remove the least recently used files above the budget; return the names (content hashes) removed."""
        entries = sorted(self._entries(), key=lambda entry: entry.used)
        total = sum(entry.size for entry in entries)
        removed: set[str] = set()
        for entry in entries:
            if total <= self._budget:
                break
            with suppress(OSError):
                entry.path.unlink(missing_ok=True)
                total -= entry.size
                removed.add(entry.path.stem)
        return frozenset(removed)

    @property
    def size(self) -> int:
        """Bytes of everything kept, whichever backend it is for. Looks into the folder."""
        return sum(entry.size for entry in self._entries())

    def clear(self) -> int:
        """Delete everything kept; return the bytes freed. What is being written meanwhile stays."""
        freed = 0
        for entry in self._entries():
            with suppress(OSError):
                entry.path.unlink()
                freed += entry.size
        return freed

    def _entries(self) -> list[_Entry]:
        """List the kept files; temporary files left by killed processes go on the way."""
        entries: list[_Entry] = []
        try:
            paths = list(self._folder.glob("*/*"))
        except OSError:
            return entries
        for path in paths:
            with suppress(OSError):
                found = path.stat()
                if path.suffix == _SUFFIX:
                    entries.append(_Entry(path, found.st_size, found.st_mtime))
                elif path.suffix == ".part" and time.time() - found.st_mtime > _STALE_SECONDS:
                    path.unlink(missing_ok=True)
        return entries


def _pack(key: CacheKey, arrays: Mapping[str, NDArray[Any]]) -> bytes | None:
    """Return the file's bytes, or None for arrays that would need pickling."""
    if any(array.dtype.hasobject for array in arrays.values()):
        return None
    names = np.frombuffer(json.dumps(list(arrays)).encode(), dtype=np.uint8)
    # Positional, because the backend's names could clash with savez's own parameters.
    buffer = io.BytesIO()
    np.savez(buffer, names, *arrays.values())
    body = buffer.getvalue()
    return _MAGIC + _digest(key, body) + body


def _unpack(key: CacheKey, data: bytes) -> dict[str, NDArray[Any]] | None:
    """Inverse of ``_pack``; None when the bytes are not exactly what was written for ``key``."""
    start = len(_MAGIC) + _DIGEST_BYTES
    body = data[start:]
    if data[:start] != _MAGIC + _digest(key, body):
        return None
    with np.load(io.BytesIO(body), allow_pickle=False) as archive:
        names = json.loads(archive["arr_0"].tobytes())
        return {name: archive[f"arr_{number}"] for number, name in enumerate(names, 1)}


def _digest(key: CacheKey, body: bytes) -> bytes:
    return blake3(key.to_bytes() + b"\n" + body).digest(length=_DIGEST_BYTES)
