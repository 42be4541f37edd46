"""The window's side of the inference process: which backend runs, how it is doing, and what it is asked."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, replace
from typing import Literal, TypeVar

from engine.errors import InferenceError
from engine.inference.draft import Answer, BackendInfo, Draft, ImageRef
from engine.inference.events import Crashed, Down, Encoded, Encoding, Failed, Forgotten, HostEvent, Loading, Ready
from engine.inference.host import InferenceHost
from engine.inference.settings import CacheSettings
from engine.records import Rle
from engine.stages.automatic import Found
from engine.stages.boxes import BoxWork
from engine.stages.params import AutoParams
from engine.stages.words import WordWork

T = TypeVar("T")
Condition = Literal["off", "loading", "ready", "busy", "down"]


@dataclass(frozen=True, slots=True)
class BackendState:
    """What context bar and status line show of the backend."""

    name: str = ""
    title: str = ""
    device: str = ""
    condition: Condition = "off"
    note: str = ""
    last_ms: float | None = None
    ready: frozenset[str] = frozenset()
    """Content hashes of the images whose embedding is at hand."""


class Inference:
    """Owns the host; its events arrive on the host's threads and are posted to the GUI thread."""

    def __init__(
        self,
        *,
        post: Callable[[Callable[[], None]], None],
        show: Callable[[BackendState], None],
        say: Callable[[Literal["info", "warning", "error"], str], None],
        cache: CacheSettings,
        titles: dict[str, str],
    ) -> None:
        """``titles`` are the backends' names for people."""
        self._post = post
        self._show = show
        self._say = say
        self._cache = cache
        self._titles = titles
        self._host: InferenceHost | None = None
        self.state = BackendState()

    def use(self, backend: str, device: str | None) -> None:
        """Start the process with a backend, or switch the running one."""
        self._set(
            BackendState(backend, self._titles.get(backend, backend), device or "", "loading", "Starting the backend")
        )
        if self._host is not None:
            self._host.switch(backend, device)
            return
        self._host = InferenceHost(
            backend=backend,
            device=device,
            cache=self._cache,
            on_event=lambda event: self._post(lambda: self._handle(event)),
        )
        self._host.start()

    def ask(self, draft: Draft) -> Future[Answer]:
        """Ask for candidates; the future fails with an InferenceError."""
        if self._host is None:
            return _failed("No backend is running. Choose one in the settings.")
        return self._watch(self._host.ask(draft))

    def hover(self, image: ImageRef, x: float, y: float) -> Future[Answer]:
        """Ask what a click here would give; dropped when anything else waits."""
        if self._host is None:
            return _failed("No backend is running.")
        return self._host.hover(image, x, y)

    def find(self, image: ImageRef, params: AutoParams | BoxWork | WordWork, taken: Sequence[Rle]) -> Future[Found]:
        """Ask for everything in an image that is new beside ``taken``, or for the masks of boxes or words.

        The future fails with an InferenceError.
        """
        if self._host is None:
            return _failed("No backend is running. Choose one in the settings.")
        future = self._host.find(image, params, taken)
        future.add_done_callback(lambda _: self._post(self._rested))
        return future

    @property
    def info(self) -> BackendInfo | None:
        """The loaded backend, None while there is none."""
        return None if self._host is None else self._host.info

    def encode_ahead(self, images: Sequence[ImageRef]) -> None:
        """Encode these while nothing else is asked, the first one first."""
        if self._host is not None:
            self._host.encode_ahead(images)

    def restart(self) -> None:
        """Start again after the process stayed down."""
        if self._host is not None:
            self._host.restart()

    def close(self) -> None:
        """End the process."""
        if self._host is not None:
            self._host.close()
            self._host = None

    def _watch(self, future: Future[Answer]) -> Future[Answer]:
        def done(finished: Future[Answer]) -> None:
            if not finished.cancelled() and finished.exception() is None:
                milliseconds = finished.result().milliseconds
                self._post(lambda: self._set(replace(self.state, last_ms=milliseconds, condition="ready", note="")))

        future.add_done_callback(done)
        return future

    def _rested(self) -> None:
        if self.state.condition == "busy":
            self._set(replace(self.state, condition="ready", note=""))

    def _handle(self, event: HostEvent) -> None:
        match event:
            case Loading():
                self._set(replace(self.state, condition="loading", note="Loading the backend"))
            case Ready(info=info, stored=stored):
                self._set(replace(self.state, device=info.device, condition="ready", note="", ready=frozenset(stored)))
            case Encoding():
                self._set(replace(self.state, condition="busy", note="Encoding the image"))
            case Encoded(content_hash=content_hash):
                ready = self.state.ready | {content_hash}
                self._set(replace(self.state, condition="ready", note="", ready=ready))
            case Crashed(reason=reason):
                self._set(replace(self.state, condition="loading", note="Restarting the backend"))
                self._say("warning", reason)
            case Down(reason=reason):
                self._set(replace(self.state, condition="down", note=reason))
                self._say("error", reason)
            case Forgotten(content_hashes=gone):
                self._set(replace(self.state, ready=self.state.ready - gone))
            case Failed():
                # Nobody waited for it; whoever opens that image gets the reason then.
                self._set(replace(self.state, condition="ready", note=""))

    def _set(self, state: BackendState) -> None:
        self.state = state
        self._show(state)


def _failed(words: str) -> Future[T]:
    future: Future[T] = Future()
    future.set_exception(InferenceError(words))
    return future
