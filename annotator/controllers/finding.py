"""What words name in the image on screen: asked of detector and backend, stored as proposals in one step."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import CancelledError, Future
from dataclasses import dataclass
from typing import Literal, Protocol

from annotator.controllers.editing import Editing
from annotator.controllers.store import Store
from engine.errors import EngineError, InferenceCancelled
from engine.inference.draft import BackendInfo, ImageRef
from engine.jobs.finder import reason_of
from engine.jobs.words import FindRequest, word_job
from engine.ops.base import Op
from engine.ops.word_masks import StoreWordMasks
from engine.records import Rle
from engine.stages.automatic import Found
from engine.stages.words import WordParams, WordWork
from engine.storage.reader import Reader


@dataclass(frozen=True, slots=True)
class FindRun:
    """A search of many images, done by processes of their own like any run."""

    request: FindRequest
    backend: str
    image_ids: tuple[int, ...]
    workers: int = 1

    def op(self, reader: Reader) -> Op[int]:
        """Return what notes the run; raises InvalidOp and BackendFailed."""
        return word_job(reader, self.backend, self.request, self.image_ids)


class WordHost(Protocol):
    """Who looks for words."""

    @property
    def info(self) -> BackendInfo | None:
        """The loaded backend, which makes the masks."""

    def find(self, image: ImageRef, params: WordWork, taken: Sequence[Rle]) -> Future[Found]:
        """Find what words name in an image."""

    def restart(self) -> None:
        """Give up what is being worked on."""


class FindView(Protocol):
    """Where it is shown that somebody looks."""

    def show_finding(self, title: str) -> None:
        """Say what is looked for, with a way to stop; an empty title: nothing any more."""

    def say(self, kind: Literal["info", "success", "warning", "error"], text: str) -> None:
        """Show a message."""


@dataclass(frozen=True, slots=True, eq=False)
class _Running:
    """A search under way: what comes back is stored on its own image, whatever is on screen then."""

    image: ImageRef
    place: str
    request: FindRequest


class Finding:
    """One search at a time."""

    def __init__(
        self,
        store: Store,
        editing: Editing,
        host: WordHost,
        view: FindView,
        *,
        post: Callable[[Callable[[], None]], None],
        image: Callable[[], ImageRef | None],
    ) -> None:
        """``image`` is the one on screen once its pixels are there; ``post`` runs a closure on this thread."""
        self._store = store
        self._editing = editing
        self._host = host
        self._view = view
        self._post = post
        self._image = image
        self._running: _Running | None = None

    @property
    def busy(self) -> bool:
        """Somebody looks already, which a person is told."""
        if self._running is not None:
            self._view.say("info", "The detector is still at work. Stop it first, or wait.")
        return self._running is not None

    def find(self, request: FindRequest) -> None:
        """Look through the image on screen."""
        image, shown = self._image(), self._editing.image
        if image is None or shown is None or image.image_id != shown.id:
            self._view.say("info", "The picture is still being read. Try again in a moment.")
            return
        if self.busy:
            return
        running = self._running = _Running(image, self._store.place, request)
        self._view.show_finding(f"Finding {', '.join(request.words)} in {image.file.name}")

        def query(reader: Reader) -> tuple[WordWork, tuple[Rle, ...]]:
            return request.work(reader, image.image_id)

        def ask(told: tuple[WordWork, tuple[Rle, ...]]) -> None:
            if self._running is running:
                work, taken = told
                future = self._host.find(image, work, taken)
                future.add_done_callback(lambda done: self._post(lambda: self._answered(running, work.params, done)))

        self._store.read(query, ask, failed=lambda error: self._failed(running, str(error)))

    def stop(self) -> None:
        """Give up looking; nothing is stored."""
        if self._running is not None:
            self._end()
            self._host.restart()
            self._view.say("info", "Stopped. Nothing was proposed.")

    def _answered(self, running: _Running, params: WordParams, done: Future[Found]) -> None:
        if self._running is not running:
            return
        try:
            found = done.result()
        except (InferenceCancelled, CancelledError):
            self._end()
            return
        except EngineError as error:
            self._failed(running, f"Nothing was found: {reason_of(error)}")
            return
        except Exception:  # a bug keeps its traceback, but the strip must not say "finding" for ever
            self._end()
            raise
        backend = self._host.info
        if self._store.workspace is None or self._store.place != running.place or backend is None:
            self._end()
            return
        if not found.masks:
            self._failed(running, _nothing(params, found), kind="info")
            return
        op = StoreWordMasks(running.image.image_id, found.masks, backend, params)
        self._store.execute(
            op,
            initiator=self,
            done=lambda outcome: self._stored(running, found, outcome.value),
            failed=lambda error: self._failed(running, str(error)),
        )

    def _stored(self, running: _Running, found: Found, ids: tuple[int, ...]) -> None:
        if self._running is running:
            self._end()
        counts = Counter(each.detection.word for each in found.masks if each.detection is not None)
        told = ", ".join(f"{word} {counts[word]}" for word in running.request.words if counts[word])
        self._view.say("success", f"{len(ids)} proposed ({told}). Y accepts, N rejects what is selected.")

        def select(_: None) -> None:
            shown = self._editing.image
            if shown is not None and shown.id == running.image.image_id:
                self._editing.select(ids)

        # Read after what is shown was, as the store's lane keeps the order: only then can they be selected.
        self._store.read(lambda _: None, select)

    def _failed(self, running: _Running, text: str, *, kind: Literal["info", "error"] = "error") -> None:
        if self._running is running:
            self._end()
            self._view.say(kind, text)

    def _end(self) -> None:
        self._running = None
        self._view.show_finding("")


def _nothing(params: WordParams, found: Found) -> str:
    if found.counts.asked:
        return "What was found is stored already, or nearly the same as something that is."
    score = f"{params.min_score:.0%}"
    return f"Nothing here looks like {', '.join(params.words)}. Use other words, or a least score below {score}."
