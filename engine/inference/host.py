"""Inference as the rest of the program sees it: ask, and get a future."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from types import TracebackType
from typing import Self

import numpy as np
from numpy.typing import NDArray

from engine.inference.desk import Desk, Order
from engine.inference.draft import Answer, Draft, ImageRef
from engine.inference.embeddings import Filled
from engine.inference.events import HostEvent
from engine.inference.messages import Ask, Fill, FindMasks, Grid, Hello, Hover
from engine.inference.settings import CacheSettings, TimeLimits
from engine.inference.supervisor import Supervisor
from engine.inference.waiting import Waiting
from engine.stages.automatic import Found
from engine.stages.work import Work
from models.api import BackendInfo, KeepRule, MaskCandidate
from models.masks import Rle


class InferenceHost:
    """One inference process and its replacements. Every method returns at once and may be called from any thread.

    Futures and events are resolved and told on the host's own thread. A future may fail with InferenceTimeout,
    InferenceCrashed, InferenceCancelled, BackendFailed, BadImage, or InferenceBug (a bug in the backend).
    """

    def __init__(
        self,
        *,
        backend: str,
        cache: CacheSettings,
        device: str | None = None,
        limits: TimeLimits | None = None,
        on_event: Callable[[HostEvent], None] | None = None,
        threads: int | None = None,
    ) -> None:
        """Remember what to run; ``start`` runs it. ``on_event`` must be quick and must not raise.

        ``threads`` are the processor threads the process may use; by default all but one, which the window keeps.
        """
        self._desk = Desk(Hello(backend, device, cache))
        self._supervisor = Supervisor(self._desk, limits or TimeLimits(), on_event, threads)
        self._thread = threading.Thread(target=self._supervisor.run, name="inference host", daemon=True)

    def start(self) -> None:
        """Start the thread, which starts the process. Once only; what was asked before waits until then."""
        self._thread.start()

    def ask(self, draft: Draft, *, multimask: bool | None = None) -> Future[Answer]:
        """Ask for candidates; an older ask that still waits fails with InferenceCancelled.

        ``multimask`` overrules the policy (three masks for the first prompt, one for later ones).
        """
        future: Future[Answer] = Future()
        self._desk.add(Waiting(Ask(self._desk.number(), draft, multimask), future))
        return future

    def hover(self, image: ImageRef, x: float, y: float) -> Future[Answer]:
        """Ask for a preview at (x, y) in image pixels; cancelled by a newer one and by any ask or grid."""
        future: Future[Answer] = Future()
        self._desk.add(Waiting(Hover(self._desk.number(), image, x, y), future))
        return future

    def grid(self, image: ImageRef, points: NDArray[np.float32], keep: KeepRule) -> Future[tuple[MaskCandidate, ...]]:
        """Ask for the masks (as RLE) that each of ``points`` (float32[N, 2]: x, y in image pixels) gives alone."""
        future: Future[tuple[MaskCandidate, ...]] = Future()
        self._desk.add(Waiting(Grid(self._desk.number(), image, points, keep), future))
        return future

    def find(self, image: ImageRef, params: Work, taken: Sequence[Rle] = ()) -> Future[Found]:
        """Ask for everything in the image that is new beside ``taken``, for the masks of boxes or words, or for poses.

        Each window, each box and each batch of poses has the time limits anew.
        """
        future: Future[Found] = Future()
        self._desk.add(Waiting(FindMasks(self._desk.number(), image, params, tuple(taken)), future))
        return future

    def encode_ahead(self, images: Sequence[ImageRef]) -> None:
        """Encode these images, in order, whenever nothing else is asked; replaces the list given before."""
        self._desk.encode_ahead(images)

    def fill(self, image: ImageRef) -> Future[Filled]:
        """Encode an image for the disk cache, whenever nothing else is asked."""
        future: Future[Filled] = Future()
        self._desk.add(Waiting(Fill(self._desk.number(), image), future))
        return future

    def disk_cleared(self) -> frozenset[str]:
        """Note that the disk cache was deleted; return the content hashes that are not ready any more."""
        return self._desk.ready.disk_gone()

    def ready(self, content_hash: str) -> bool:
        """Tell whether the image's embedding is in memory or on disk, so that a click is answered at once.

        It changes with the events Ready, Encoded and Forgotten.
        """
        return content_hash in self._desk.ready

    @property
    def info(self) -> BackendInfo | None:
        """The loaded backend, or None while there is none."""
        return self._desk.info

    def cancel_all(self) -> None:
        """Give up everything asked; what the process is busy with is finished and thrown away."""
        self._desk.cancel_all()

    def switch(self, backend: str, device: str | None = None) -> None:
        """Go on with another backend in a new process; what waits is answered by the new one."""
        self._desk.order(Order("The backend was changed.", forget=True), backend=backend, device=device)

    def restart(self) -> None:
        """Go on in a new process, also after ``Down``."""
        self._desk.order(Order("The inference process was restarted."))

    def close(self, timeout: float = 5.0) -> None:
        """End process and thread within about ``timeout`` seconds; open futures fail with InferenceCancelled."""
        self._desk.begin_closing()
        if self._thread.ident is None:
            self._desk.shut()
        elif self._thread is not threading.current_thread():
            self._thread.join(timeout)
            if self._thread.is_alive():
                self._supervisor.kill()
                self._thread.join(timeout)

    def __enter__(self) -> Self:
        """Start."""
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close."""
        self.close()
