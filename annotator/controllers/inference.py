"""The window's side of the inference process: which backend runs, how it is doing, and what it is asked."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, replace
from typing import Literal, TypeVar

from engine.errors import InferenceError
from engine.inference.draft import Answer, BackendInfo, Draft, ImageRef
from engine.inference.embeddings import Filled
from engine.inference.events import (
    Crashed,
    Down,
    Eased,
    Encoded,
    Encoding,
    Failed,
    Forgotten,
    HostEvent,
    Loading,
    Memory,
    Ready,
    Returned,
)
from engine.inference.host import InferenceHost
from engine.inference.settings import CacheSettings
from engine.inference.thrifty import Step
from engine.records import Rle
from engine.stages.automatic import Found
from engine.stages.boxes import BoxWork
from engine.stages.params import AutoParams
from engine.stages.words import WordWork

T = TypeVar("T")
EASED: Mapping[Step, str] = {
    "batch": "The graphics card is short of memory: fewer points are asked at once, so finding all objects takes "
    "longer.",
    "offload": "The graphics card is short of memory: encoded images now wait in main memory, so going back to one "
    "takes a moment longer.",
    "cpu": "The graphics card's memory is full, so the processor computes now, which takes longer. Close other "
    "programs, then try the card again.",
}
"""What is said when something was given up for want of memory."""
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
    card: str = ""
    """The graphics card's name, empty on the processor."""
    card_used: int = 0
    card_total: int = 0
    """Bytes of the card's memory, used by all programs and in all; 0 on the processor."""
    process: int = 0
    """Bytes of main memory that the inference process holds."""


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
        self._asked: tuple[str, str | None] | None = None
        self._started: tuple[str, str | None] | None = None
        self.state = BackendState()
        self.returned: Callable[[], None] = lambda: None
        self.answers: Callable[[BackendInfo], None] = lambda info: None
        self.down: Callable[[str], None] = lambda reason: self._say("error", reason)
        self.eased: Callable[[str], None] = lambda text: self._say("warning", text)

    def use(self, backend: str, device: str | None) -> None:
        """Start the process with a backend, or switch the running one; one that did not start is tried again."""
        if self._asked == (backend, device) and self.state.condition not in ("off", "down"):
            return
        self._asked = (backend, device)
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

    def fill(self, image: ImageRef) -> Future[Filled]:
        """Encode an image for the disk when nothing else is asked; the future fails with an InferenceError."""
        if self._host is None:
            return _failed("No backend is running. Choose one in the settings.")
        future = self._host.fill(image)
        future.add_done_callback(lambda _: self._post(self._rested))
        return future

    @property
    def cache(self) -> CacheSettings:
        """Where encoded images are kept, and how many."""
        return self._cache

    def disk_cleared(self) -> None:
        """Note that the encoded images on disk were deleted."""
        if self._host is not None:
            self._set(replace(self.state, ready=self.state.ready - self._host.disk_cleared()))

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
                self._post(lambda: self._took(milliseconds))

        future.add_done_callback(done)
        return future

    @property
    def _up(self) -> bool:
        """False while another process is awaited: what the old one still tells says nothing of the new one."""
        return self.state.condition in ("ready", "busy")

    def _rest(self, *, ready: frozenset[str]) -> None:
        self._set(replace(self.state, condition="ready", note="", ready=ready))

    def _took(self, milliseconds: float) -> None:
        if self._up:
            self._set(replace(self.state, last_ms=milliseconds, condition="ready", note=""))

    def _rested(self) -> None:
        if self.state.condition == "busy":
            self._set(replace(self.state, condition="ready", note=""))

    def _handle(self, event: HostEvent) -> None:
        match event:
            case Loading(backend=backend, device=device):
                self._started = (backend, device)
                self._set(replace(self.state, condition="loading", note="Loading the backend"))
            case Ready(info=info, stored=stored):
                if self._asked is not None and self._asked != self._started:
                    return  # another one has been asked for meanwhile
                self._set(replace(self.state, device=info.device, condition="ready", note="", ready=frozenset(stored)))
                self.answers(info)
            case Encoding() if self._up:
                self._set(replace(self.state, condition="busy", note="Encoding the image"))
            case Encoded(content_hash=content_hash) if self._up:
                self._rest(ready=self.state.ready | {content_hash})
            case Crashed(reason=reason):
                self._set(replace(self.state, condition="loading", note="Restarting the backend"))
                self._say("warning", reason)
            case Returned(backend=backend, reason=reason, to=to):
                if self._asked is None or self._asked[0] != backend:
                    return  # the person has chosen another one meanwhile
                title, old = (self._titles.get(name, name) for name in (backend, to))
                self._asked = None
                self._set(BackendState(to, old, "", "loading", "Loading the backend"))
                if backend == to:
                    self._say("error", f"{reason} {old} goes on where it was.")
                else:
                    self._say("error", f"{title} did not start, so {old} goes on. {reason}")
                self.returned()
            case Memory(device=card, process=process):
                name, used, total = ("", 0, 0) if card is None else (card.name, card.used, card.total)
                self._set(replace(self.state, card=name, card_used=used, card_total=total, process=process))
            case Eased(step=step, info=info):
                self._set(replace(self.state, device=info.device))
                self.eased(EASED[step])
            case Down(reason=reason):
                self._set(replace(self.state, condition="down", note=reason))
                self.down(reason)
            case Forgotten(content_hashes=gone):
                self._set(replace(self.state, ready=self.state.ready - gone))
            case Failed() if self._up:
                # Nobody waited for it; whoever opens that image gets the reason then.
                self._rest(ready=self.state.ready)

    def _set(self, state: BackendState) -> None:
        self.state = state
        self._show(state)


def _failed(words: str) -> Future[T]:
    future: Future[T] = Future()
    future.set_exception(InferenceError(words))
    return future
