"""Who looks at a job's images: a backend in a process of its own that may crash or hang, or one at hand."""

from __future__ import annotations

import queue
from collections.abc import Callable, Sequence
from dataclasses import replace
from time import perf_counter
from typing import Protocol

from engine.errors import BackendFailed, InferenceError
from engine.inference.detectors import Detectors
from engine.inference.draft import ImageRef
from engine.inference.embeddings import read_checked
from engine.inference.events import Down, HostEvent, Ready
from engine.inference.host import InferenceHost
from engine.inference.looking import look
from engine.inference.messages import InferenceBug
from engine.inference.settings import CacheSettings, TimeLimits
from engine.records import Rle
from engine.stages.automatic import Found
from engine.stages.work import Work
from models.api import Backend, BackendInfo
from models.errors import ModelError

TICK_SECONDS = 0.5
"""How often a worker looks up while the backend computes."""
_NO_CACHE = CacheSettings(memory_bytes=0, disk_bytes=0)


class Finder(Protocol):
    """Looks at one image after the other."""

    def ready(self) -> BackendInfo:
        """Wait until the backend is loaded; raises BackendFailed if it does not load."""

    def find(self, image: ImageRef, params: Work, taken: Sequence[Rle], tick: Callable[[], None]) -> Found:
        """Return what is new in the image. ``tick`` is called now and then and may raise to give the image up.

        Raises BadImage and InferenceError, which concern this image alone.
        """

    def close(self) -> None:
        """Free the backend."""


class HostFinder:
    """Asks an inference process, which is ended when it takes too long and replaced when it dies."""

    def __init__(self, backend: str, *, device: str | None, limits: TimeLimits, threads: int) -> None:
        """Start the process."""
        self._events: queue.SimpleQueue[Ready | Down] = queue.SimpleQueue()
        self._loaded_once = False
        self._host = InferenceHost(
            backend=backend, cache=_NO_CACHE, device=device, limits=limits, on_event=self._note, threads=threads
        )
        self._host.start()

    def ready(self) -> BackendInfo:
        """Wait until the backend is loaded, again after each crash."""
        while True:
            info = self._host.info
            if info is not None:
                return info
            event = self._events.get()
            if isinstance(event, Ready):
                self._loaded_once = True
            elif self._loaded_once:
                # Image after image crashed it until the host gave up; each of them is only its own failure.
                self._loaded_once = False
                self._host.restart()
            else:
                raise BackendFailed(event.reason)

    def find(self, image: ImageRef, params: Work, taken: Sequence[Rle], tick: Callable[[], None]) -> Found:
        """Ask the process and look up now and then while it works."""
        future = self._host.find(image, params, taken)
        try:
            while True:
                try:
                    return future.result(TICK_SECONDS)
                except TimeoutError:
                    tick()
        finally:
            if not future.done():
                # What nobody waits for any more must not keep the next image waiting.
                self._host.restart()

    def close(self) -> None:
        """End the process."""
        self._host.close()

    def _note(self, event: HostEvent) -> None:
        if isinstance(event, Ready | Down):
            self._events.put(event)


class LocalFinder:
    """Uses a backend that is loaded already, in this process: nothing protects from its crashes."""

    def __init__(self, backend: Backend) -> None:
        """Use ``backend``, which stays the caller's."""
        self._backend = backend
        self._detectors = Detectors()

    def ready(self) -> BackendInfo:
        """Say who it is."""
        return self._backend.info

    def find(self, image: ImageRef, params: Work, taken: Sequence[Rle], tick: Callable[[], None]) -> Found:
        """Look through the image at once."""
        tick()
        began = perf_counter()
        _, pixels = read_checked(image)
        read = perf_counter() - began
        try:
            found = look(self._backend, self._detectors, pixels, params, taken)
        except ModelError as error:
            raise BackendFailed(str(error)) from error
        return replace(found, spent=replace(found.spent, read=read))

    def close(self) -> None:
        """Free a detector that was needed; the backend is the caller's."""
        self._detectors.close()


def reason_of(error: Exception) -> str:
    """Return why an image failed, without advice that is meant for a person who holds a draft."""
    if isinstance(error, InferenceBug):
        return f"The backend has a bug: {str(error).strip().splitlines()[-1]}"
    return (error.reason if isinstance(error, InferenceError) else "") or " ".join(str(error).split())
