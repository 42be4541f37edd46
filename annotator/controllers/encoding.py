"""All images of a project encoded for the disk, one after the other, whenever the backend has nothing else to do."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import CancelledError, Future
from dataclasses import dataclass, field, replace
from typing import Protocol

from annotator.controllers.store import Store
from engine.errors import EngineError, InferenceCancelled
from engine.inference.draft import BackendInfo, ImageRef
from engine.inference.embeddings import Filled
from engine.jobs.finder import reason_of
from engine.records import ImageRecord

PAGE = 100
"""Images read at once from the store."""


class FillHost(Protocol):
    """Who encodes."""

    @property
    def info(self) -> BackendInfo | None:
        """The loaded backend."""

    def fill(self, image: ImageRef) -> Future[Filled]:
        """Encode an image for the disk."""


@dataclass(frozen=True, slots=True)
class Encoding:
    """How far it is: ``done`` of ``total`` images, ``made`` of them now; ``failed`` are paths with reasons."""

    backend: str
    total: int
    done: int = 0
    made: int = 0
    failed: tuple[tuple[str, str], ...] = ()
    full: bool = False


@dataclass(slots=True)
class _Run:
    place: str
    ids: deque[int]
    told: Encoding
    images: deque[ImageRecord] = field(default_factory=deque)
    mine: set[str] = field(default_factory=set)


class EncodeAll:
    """One run at a time. What is on disk already is left alone, so it can be stopped and begun again at any time."""

    def __init__(
        self,
        store: Store,
        host: FillHost,
        *,
        post: Callable[[Callable[[], None]], None],
        show: Callable[[Encoding | None], None],
        ended: Callable[[Encoding, str], None],
    ) -> None:
        """``show`` hears every step and None at the end; ``ended`` the sum and why it ended early, if it did."""
        self._store = store
        self._host = host
        self._post = post
        self._show = show
        self._ended = ended
        self._run: _Run | None = None

    @property
    def running(self) -> bool:
        """True while images are being encoded."""
        return self._run is not None

    def start(self, ids: Sequence[int]) -> None:
        """Encode these images in this order."""
        info = self._host.info
        if self._run is not None or info is None or not ids:
            return
        self._run = _Run(self._store.place, deque(ids), Encoding(info.name, len(ids)))
        self._show(self._run.told)
        self._next(self._run)

    def stop(self, why: str = "Stopped.") -> None:
        """End here; the image the backend is busy with may still come to disk."""
        run, self._run = self._run, None
        if run is not None:
            self._show(None)
            self._ended(run.told, why)

    def _next(self, run: _Run) -> None:
        if run is not self._run:
            return
        info = self._host.info
        if self._store.workspace is None or self._store.place != run.place:
            self.stop("The project was closed.")
        elif info is not None and info.name != run.told.backend:
            self.stop("Another backend is in use now.")
        elif run.images:
            self._ask(run, run.images.popleft())
        elif run.ids:
            page = [run.ids.popleft() for _ in range(min(PAGE, len(run.ids)))]
            self._store.read(
                lambda reader: reader.images.some(page),
                lambda found: self._read(run, found),
                failed=lambda error: self.stop(str(error)),
            )
        else:
            self.stop("")

    def _read(self, run: _Run, found: Sequence[ImageRecord]) -> None:
        run.images.extend(found)
        self._next(run)

    def _ask(self, run: _Run, image: ImageRecord) -> None:
        if image.error or not image.width:
            self._step(run, image, failed=image.error or "it could not be read when it was added")
            return
        future = self._host.fill(ImageRef(image.id, image.file, image.content_hash, image.width, image.height))
        future.add_done_callback(lambda done: self._post(lambda: self._answered(run, image, done)))

    def _answered(self, run: _Run, image: ImageRecord, done: Future[Filled]) -> None:
        if run is not self._run:
            return
        try:
            filled = done.result()
        except (InferenceCancelled, CancelledError):
            run.images.appendleft(image)  # the backend was changed or started again: the next turn tells which
            self._next(run)
            return
        except EngineError as error:
            if self._host.info is None:
                self.stop(str(error))
            else:
                self._step(run, image, failed=reason_of(error))
            return
        if filled.how == "refused" or filled.gone & (run.mine | {image.content_hash}):
            run.told = replace(run.told, full=True)
            self.stop("The disk space for encoded images is spent. Give more in the settings.")
            return
        run.mine.add(image.content_hash)
        self._step(run, image, made=filled.how == "made")

    def _step(self, run: _Run, image: ImageRecord, *, made: bool = False, failed: str = "") -> None:
        told = run.told
        wrong = (*told.failed, (image.path, failed)) if failed else told.failed
        run.told = replace(told, done=told.done + 1, made=told.made + made, failed=wrong)
        self._show(run.told)
        self._next(run)
