"""What the inference process does with one request; knows nothing of processes and pipes."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from typing import Literal

import psutil  # type: ignore[import-untyped]  # psutil ships no types

from engine.errors import BackendFailed, EngineError
from engine.inference.detectors import Detectors
from engine.inference.draft import Answer, ImageRef
from engine.inference.embeddings import EmbeddingStore, Filled, read_checked
from engine.inference.looking import as_mask_backend, look
from engine.inference.messages import (
    Ahead,
    Ask,
    Began,
    Done,
    EmbeddingReady,
    EmbeddingsGone,
    Fill,
    FindMasks,
    Grid,
    Hello,
    Hover,
    InferenceBug,
    Loaded,
    MemoryUsed,
    Reply,
    Request,
    SteppedDown,
)
from engine.inference.prompter import Candidates, Prompter
from engine.inference.settings import CacheSettings
from engine.inference.thrifty import Step, ThriftyBackend
from engine.stages.automatic import Found
from models import registry
from models.api import Backend, BackendInfo, Embedding, MaskBackend, Measured
from models.errors import ModelError

_NO_MEMORY = "There is not enough memory for this image. Close other programs, or use a smaller image or backend."


class _Masks:
    """What belongs to a segmenter alone: embeddings and the policy of prompting."""

    def __init__(self, backend: MaskBackend, cache: CacheSettings) -> None:
        self.backend = backend
        self.store = EmbeddingStore(backend, cache)
        self.prompter = Prompter(backend)


class Service:
    """One loaded backend with its embeddings; ``report`` takes what is to be said before an answer is there."""

    def __init__(self, hello: Hello, report: Callable[[Reply], None]) -> None:
        """Load the backend. Raises BackendFailed."""
        self._report = report
        try:
            backend = self._opened(hello)
        except ModelError as error:
            raise BackendFailed(str(error)) from error
        if backend.info.task == "detect":
            raise BackendFailed(f"The backend '{hello.backend}' makes no masks. Choose another one for the Smart tool.")
        self._backend = backend
        self._masks = _Masks(backend, hello.cache) if isinstance(backend, MaskBackend) else None
        self._detectors = Detectors(hello.device)

    @property
    def loaded(self) -> Loaded:
        """Who is ready, and for which images at once."""
        stored = frozenset[str]() if self._masks is None else self._masks.store.stored
        return Loaded(self._backend.info, stored, self._memory_used())

    def close(self) -> None:
        """Free the backend, and the detector if there is one."""
        self._detectors.close()
        self._backend.close()

    def handle(self, request: Request) -> Done:
        """Answer. Raises EngineError kinds for what the world did; anything else is a bug."""
        try:
            return self._handle(request)
        except ModelError as error:
            raise BackendFailed(str(error)) from error
        except MemoryError as error:
            raise BackendFailed(_NO_MEMORY) from error

    def _handle(self, request: Request) -> Done:
        if isinstance(request, FindMasks):
            return Done(request.number, self._find(request))
        masks = self._masks
        if masks is None:
            as_mask_backend(self._backend)
            raise TypeError(f"{type(request).__name__} asked of a backend without masks")
        if isinstance(request, Fill):
            return Done(request.number, self._fill(masks.store, request))
        embedding, encoded_ms = self._embedding(masks.store, request.number, request.image)
        match request:
            case Ask(number, draft, multimask):
                self._report(Began(number, "predict"))
                began = time.perf_counter()
                found = masks.prompter.answer(embedding, draft, multimask=multimask)
                return Done(number, self._answer(draft.generation, found, began, encoded_ms))
            case Hover(number, image, x, y):
                self._report(Began(number, "predict"))
                began = time.perf_counter()
                found = masks.prompter.hover(embedding, image, x, y)
                return Done(number, self._answer(0, found, began, encoded_ms))
            case Grid(number, _, points, keep):
                self._report(Began(number, "grid"))
                return Done(number, tuple(masks.backend.predict_grid(embedding, points, keep)))
            case Ahead(number):
                return Done(number, None)

    def _find(self, request: FindMasks) -> Found:
        """Look through an image window by window; what is encoded for it is not kept."""
        self._report(Began(request.number, "encode"))
        began = time.perf_counter()
        _, pixels = read_checked(request.image)
        read = time.perf_counter() - began

        def tell(phase: Literal["encode", "grid"]) -> None:
            self._report(Began(request.number, phase))

        found = look(self._backend, self._detectors, pixels, request.params, request.taken, phase=tell)
        return replace(found, spent=replace(found.spent, read=read))

    def _fill(self, store: EmbeddingStore, request: Fill) -> Filled:
        self._report(Began(request.number, "encode"))
        filled = store.fill(request.image)
        gone = frozenset(name for name in filled.gone if not store.kept(name))
        if gone:
            self._report(EmbeddingsGone(gone))
        return filled

    def _embedding(self, store: EmbeddingStore, number: int, image: ImageRef) -> tuple[Embedding, float]:
        found = store.get(image, on_miss=lambda: self._report(Began(number, "encode")))
        if found.milliseconds:
            self._report(self._memory_used())
            self._report(EmbeddingReady(image.image_id, found.content_hash, found.milliseconds, found.on_disk))
        if found.gone:
            self._report(EmbeddingsGone(found.gone))
        return found.embedding, found.milliseconds

    def _opened(self, hello: Hello) -> Backend:
        if registry.find(hello.backend).task != "mask":
            return registry.load(hello.backend, device=hello.device)
        return ThriftyBackend(hello.backend, hello.device, self._stepped_down)

    def _memory_used(self) -> MemoryUsed:
        card = self._backend.memory() if isinstance(self._backend, Measured) else None
        return MemoryUsed(card, psutil.Process().memory_info().rss)

    def _stepped_down(self, step: Step, info: BackendInfo) -> None:
        self._report(SteppedDown(step, info))

    def _answer(self, generation: int, found: Candidates, began: float, encoded_ms: float) -> Answer:
        spent = (time.perf_counter() - began) * 1000
        return Answer(generation, found, self._backend.info, spent, encoded_ms)


def as_reply_error(error: BaseException, words: str) -> EngineError | InferenceBug:
    """Return what crosses the pipe for ``error``: the world's fault as it is, a bug as its traceback ``words``."""
    return error if isinstance(error, EngineError) else InferenceBug(words)
