"""What travels between the window's process and the inference process: frozen, picklable, nothing else."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from engine.errors import EngineError
from engine.inference.draft import Answer, Draft, ImageRef
from engine.inference.embeddings import Filled
from engine.inference.settings import CacheSettings
from engine.inference.thrifty import Step
from engine.stages.automatic import Found
from engine.stages.work import Work
from models.api import BackendInfo, DeviceMemory, KeepRule, MaskCandidate
from models.masks import Rle

Phase: TypeAlias = Literal["encode", "predict", "grid"]
"""What the inference process is busy with; each phase has its own time limit."""


class InferenceBug(RuntimeError):
    """A bug in the inference process or in a backend; the message is the traceback from over there."""


@dataclass(frozen=True, slots=True)
class Hello:
    """First message to a new process: what to load."""

    backend: str
    device: str | None
    cache: CacheSettings


@dataclass(frozen=True, slots=True)
class Ask:
    """Answer a draft; ``multimask`` None leaves the choice to the prompter."""

    number: int
    draft: Draft
    multimask: bool | None = None

    @property
    def image(self) -> ImageRef:
        """The image it is about."""
        return self.draft.image


@dataclass(frozen=True, slots=True)
class Hover:
    """Answer one include click at (x, y), for a preview."""

    number: int
    image: ImageRef
    x: float
    y: float


@dataclass(frozen=True, slots=True, eq=False)
class Grid:
    """Answer each of ``points`` (float32[N, 2], x, y in image pixels) alone and keep what ``keep`` allows."""

    number: int
    image: ImageRef
    points: NDArray[np.float32]
    keep: KeepRule


@dataclass(frozen=True, slots=True, eq=False)
class FindMasks:
    """Do the ``params`` of a run in one image; ``taken`` are the masks that are there already."""

    number: int
    image: ImageRef
    params: Work
    taken: tuple[Rle, ...]


@dataclass(frozen=True, slots=True)
class Ahead:
    """Encode an image that will be needed soon."""

    number: int
    image: ImageRef


@dataclass(frozen=True, slots=True)
class Fill:
    """Put an image's embedding on disk, for days on which it will be needed; nothing is kept in memory."""

    number: int
    image: ImageRef


@dataclass(frozen=True, slots=True)
class MemoryUsed:
    """How full the device is (None if it has no memory of its own), and main memory of this process in bytes."""

    device: DeviceMemory | None
    process: int


@dataclass(frozen=True, slots=True)
class Loaded:
    """The backend is ready; ``stored`` are content hashes whose embeddings lie on disk for it."""

    info: BackendInfo
    stored: frozenset[str]
    memory: MemoryUsed


@dataclass(frozen=True, slots=True)
class LoadFailed:
    """The backend did not load; the process ends."""

    error: EngineError | InferenceBug


@dataclass(frozen=True, slots=True)
class Began:
    """Request ``number`` entered ``phase``."""

    number: int
    phase: Phase


@dataclass(frozen=True, slots=True)
class EmbeddingReady:
    """An image's embedding is in memory; ``on_disk`` tells whether it survives this process."""

    image_id: int
    content_hash: str
    milliseconds: float
    on_disk: bool


@dataclass(frozen=True, slots=True)
class EmbeddingsGone:
    """Embeddings (by content hash) that are kept nowhere any more."""

    content_hashes: frozenset[str]


@dataclass(frozen=True, slots=True)
class SteppedDown:
    """The device was full and something was given up for it; ``info`` says where the backend computes now."""

    step: Step
    info: BackendInfo


@dataclass(frozen=True, slots=True, eq=False)
class Done:
    """Request ``number`` succeeded; ``value`` fits the request: an Answer, grid masks, what was found, how the disk
    was filled, or nothing."""

    number: int
    value: Answer | tuple[MaskCandidate, ...] | Found | Filled | None


@dataclass(frozen=True, slots=True)
class Refused:
    """Request ``number`` failed; the process goes on."""

    number: int
    error: EngineError | InferenceBug


Request: TypeAlias = Ask | Hover | Grid | FindMasks | Ahead | Fill
Reply: TypeAlias = (
    Loaded | LoadFailed | Began | EmbeddingReady | EmbeddingsGone | MemoryUsed | SteppedDown | Done | Refused
)
