"""A backend that goes on when its device is full: smaller batches, embeddings in main memory, then the processor."""

from __future__ import annotations

import logging
import weakref
from collections.abc import Callable, Mapping
from typing import Any, Literal, TypeVar

import numpy as np
from numpy.typing import NDArray

from models import registry
from models.api import (
    BackendInfo,
    DeviceMemory,
    Embedding,
    Image,
    KeepRule,
    Logits,
    MaskBackend,
    MaskCandidate,
    Measured,
    PromptSet,
)
from models.errors import BackendUnavailable, DeviceOutOfMemory

log = logging.getLogger(__name__)

T = TypeVar("T")
Step = Literal["batch", "offload", "cpu"]
"""What was given up for want of memory, the cheapest first."""


class HeldEmbedding:
    """An embedding that may be sent to main memory and is fetched back when it is asked about."""

    def __init__(self, embedding: Embedding) -> None:
        """Hold an embedding that lies on the device."""
        self.height, self.width, self.nbytes = embedding.height, embedding.width, embedding.nbytes
        self.inner: Embedding | None = embedding
        self.arrays: Mapping[str, NDArray[Any]] | None = None


class ThriftyBackend:
    """A mask backend around another one, which it opens by itself and may open again on the processor."""

    def __init__(
        self,
        name: str,
        device: str | None,
        tell: Callable[[Step, BackendInfo], None] = lambda step, info: None,
    ) -> None:
        """Load the backend called ``name``. ``tell`` hears each step down, once, and who answers now.

        Raises the registry's errors, and BackendUnavailable if it makes no masks.
        """
        self._name = name
        self._tell_once = tell
        self._told: set[Step] = set()
        self._at_once: int | None = None
        self._held: weakref.WeakSet[HeldEmbedding] = weakref.WeakSet()
        try:
            self._backend = _opened(name, device)
        except DeviceOutOfMemory:
            if device == "cpu":
                raise
            self._backend = _opened(name, "cpu")
            self._tell("cpu")

    @property
    def info(self) -> BackendInfo:
        """Name, weights hash, and the device it computes on now."""
        return self._backend.info

    def memory(self) -> DeviceMemory | None:
        """Return how full the device is, None if it has no memory of its own."""
        return self._backend.memory() if isinstance(self._backend, Measured) else None

    def close(self) -> None:
        """Free the backend."""
        self._backend.close()

    def encode(self, image: Image) -> Embedding:
        """Do the work of an image (``uint8[H, W, 3]``) once."""
        return self._hold(self._with_room(lambda: self._backend.encode(image)))

    def predict(
        self, embedding: Embedding, prompts: PromptSet, *, previous: Logits | None = None, multimask: bool = True
    ) -> list[MaskCandidate]:
        """Answer prompts as the backend does."""
        held = _own(embedding)

        def answer() -> list[MaskCandidate]:
            return self._backend.predict(self._fetched(held), prompts, previous=previous, multimask=multimask)

        return self._with_room(answer, held)

    def predict_grid(self, embedding: Embedding, points: NDArray[np.float32], keep: KeepRule) -> list[MaskCandidate]:
        """Answer each of ``float32[N, 2]`` points alone, as many at once as there is memory for."""
        held = _own(embedding)
        found: list[MaskCandidate] = []
        start = 0
        while start < len(points):
            step = min(self._at_once or len(points), len(points) - start)
            part = points[start : start + step]
            try:
                found += self._backend.predict_grid(self._fetched(held), part, keep)
            except DeviceOutOfMemory:
                if step > 1:
                    self._at_once = step // 2
                    self._tell("batch")
                elif not self._step_down(held):
                    raise
                continue
            start += step
        if self._at_once is not None:
            # Each part came best first; a stable sort makes one list of them that does, too.
            found.sort(key=lambda candidate: -candidate.score)
        return found

    def dump(self, embedding: Embedding) -> Mapping[str, NDArray[Any]]:
        """Return plain arrays from which ``restore`` makes the same embedding."""
        held = _own(embedding)
        return held.arrays if held.arrays is not None else self._backend.dump(self._fetched(held))

    def restore(self, arrays: Mapping[str, NDArray[Any]]) -> Embedding:
        """Inverse of ``dump``; raises ValueError on arrays that are not an embedding of this backend."""
        return self._hold(self._with_room(lambda: self._backend.restore(arrays)))

    def _hold(self, embedding: Embedding) -> HeldEmbedding:
        held = HeldEmbedding(embedding)
        self._held.add(held)
        if "offload" in self._told:
            # There was too little room for several; the next one would only fail and be tried again.
            self._offload(held)
        return held

    def _fetched(self, held: HeldEmbedding) -> Embedding:
        if held.inner is None:
            assert held.arrays is not None
            held.inner, held.arrays = self._backend.restore(held.arrays), None
            if "offload" in self._told:
                self._offload(held)
        return held.inner

    def _with_room(self, work: Callable[[], T], needed: HeldEmbedding | None = None) -> T:
        """Do the work; as long as the device is full, give something up and try again."""
        while True:
            try:
                return work()
            except DeviceOutOfMemory:
                if not self._step_down(needed):
                    raise

    def _step_down(self, needed: HeldEmbedding | None) -> bool:
        """Give up the cheapest thing that is left besides ``needed``; False when there is nothing."""
        if self.info.device == "cpu":
            return False
        if self._offload(needed):
            self._tell("offload")
            return True
        self._move_to_processor()
        self._tell("cpu")
        return True

    def _offload(self, needed: HeldEmbedding | None) -> bool:
        """Send all embeddings but ``needed`` to main memory; False when there was none to send."""
        there = [held for held in self._held if held.inner is not None and held is not needed]
        for held in there:
            self._send(held)
        return bool(there)

    def _send(self, held: HeldEmbedding) -> None:
        if held.inner is not None:
            held.arrays, held.inner = self._backend.dump(held.inner), None

    def _move_to_processor(self) -> None:
        processor = _opened(self._name, "cpu")
        for held in list(self._held):
            self._send(held)
        full, self._backend = self._backend, processor
        full.close()
        self._at_once = None

    def _tell(self, step: Step) -> None:
        if step not in self._told:
            self._told.add(step)
            log.warning("the device of '%s' is full; step down: %s", self._name, step)
            self._tell_once(step, self.info)


def _opened(name: str, device: str | None) -> MaskBackend:
    backend = registry.load(name, device=device)
    if isinstance(backend, MaskBackend):
        return backend
    backend.close()
    raise BackendUnavailable(f"The backend '{name}' makes no masks. Choose another one for the Smart tool.")


def _own(embedding: Embedding) -> HeldEmbedding:
    if not isinstance(embedding, HeldEmbedding):
        raise TypeError("not an embedding of this backend")
    return embedding
