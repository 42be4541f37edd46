"""What the inference host tells whoever listens; called on the host's own thread."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from engine.inference.thrifty import Step
from models.api import BackendInfo, DeviceMemory


@dataclass(frozen=True, slots=True)
class Loading:
    """A new inference process is loading this backend, on this device (None: the best one)."""

    backend: str
    device: str | None = None


@dataclass(frozen=True, slots=True)
class Ready:
    """The backend is loaded and answers; ``stored`` are content hashes whose embeddings lie on disk for it."""

    info: BackendInfo
    stored: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Encoding:
    """An image is being decoded and encoded (or its embedding read from disk)."""

    image_id: int


@dataclass(frozen=True, slots=True)
class Encoded:
    """An image's embedding is ready."""

    image_id: int
    content_hash: str
    milliseconds: float


@dataclass(frozen=True, slots=True)
class Forgotten:
    """These embeddings (by content hash) are no longer ready."""

    content_hashes: frozenset[str]


@dataclass(frozen=True, slots=True)
class Failed:
    """An image could not be encoded; whoever asked for it gets the error too, ahead of time nobody did."""

    image_id: int
    reason: str


@dataclass(frozen=True, slots=True)
class Crashed:
    """The inference process ended unexpectedly or was stopped over its time limit; restart number ``restarts``."""

    reason: str
    restarts: int


@dataclass(frozen=True, slots=True)
class Down:
    """There is no inference until ``restart()`` or ``switch()``."""

    reason: str


@dataclass(frozen=True, slots=True)
class Returned:
    """``backend`` did not load, for ``reason``; ``to``, which worked before, is loaded again."""

    backend: str
    reason: str
    to: str


@dataclass(frozen=True, slots=True)
class Memory:
    """How full the device is (None if it has no memory of its own), and main memory of the process in bytes."""

    device: DeviceMemory | None
    process: int


@dataclass(frozen=True, slots=True)
class Eased:
    """The device was full and something was given up for it; ``info`` says where the backend computes now."""

    step: Step
    info: BackendInfo


HostEvent: TypeAlias = (
    Loading | Ready | Encoding | Encoded | Forgotten | Failed | Crashed | Down | Returned | Memory | Eased
)
