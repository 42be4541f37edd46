"""Where callers leave requests and the supervisor picks them up: the only state that threads share, under one lock."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass, replace
from multiprocessing import Pipe
from typing import TYPE_CHECKING, Any

from engine.errors import InferenceCancelled
from engine.inference.draft import ImageRef
from engine.inference.messages import Ahead, Hello
from engine.inference.readiness import Readiness
from engine.inference.waiting import Waiting, WaitingRoom
from models.api import BackendInfo

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

_REPLACED = "A newer request replaced this one."
_CANCELLED = "Cancelled."
_CLOSED = "Inference is closed."


@dataclass(frozen=True, slots=True)
class Order:
    """A new process is wanted; with ``forget`` the embeddings of the old one are of no use to it."""

    reason: str
    forget: bool = False


class Desk:
    """Requests in, futures out.

    Futures are failed by the supervisor and never under the lock, since whoever waits for one may ask again at once.
    """

    def __init__(self, hello: Hello) -> None:
        """Open the desk for the process that ``hello`` describes."""
        self.ready = Readiness()
        self._lock = threading.Lock()
        self._numbers = itertools.count(1)
        self._hello = hello
        self._info: BackendInfo | None = None
        self._room = WaitingRoom()
        self._flight: Waiting | None = None
        self._unwanted: list[tuple[Future[Any], str]] = []
        self._order: Order | None = None
        self._closing = False
        self._shut = False
        self._bell, self._button = Pipe(duplex=False)
        self._rung = False

    # ---- for callers ----------------------------------------------------------------------------------------------

    def number(self) -> int:
        """Return a number no other request has."""
        return next(self._numbers)

    def add(self, waiting: Waiting) -> None:
        """Take in a request; what it replaces will be failed, and so will it when the desk is closing."""
        with self._lock:
            if self._closing:
                self._drop([waiting], _CLOSED)
            else:
                self._drop(self._room.add(waiting), _REPLACED)
            self._ring()
            shut = self._shut
        if shut:
            self.fail_unwanted()

    def encode_ahead(self, images: Sequence[ImageRef]) -> None:
        """Replace the images waiting to be encoded ahead."""
        wanted = [Ahead(self.number(), image) for image in images if self.ready.wants(image.content_hash)]
        with self._lock:
            self._room.replace_ahead(wanted)
            self._ring()

    def cancel_all(self) -> None:
        """Drop everything waiting, and the answer of what is in flight."""
        with self._lock:
            self._drop(self._room.clear(), _CANCELLED)
            self._drop([] if self._flight is None else [self._flight], _CANCELLED)
            self._ring()

    def order(self, order: Order, *, backend: str | None = None, device: str | None = None) -> None:
        """Ask for a new process, of another backend if one is named."""
        with self._lock:
            if backend is not None:
                self._hello = replace(self._hello, backend=backend, device=device)
            self._order = order
            self._ring()

    def begin_closing(self) -> None:
        """Take in nothing more and tell the supervisor to end."""
        with self._lock:
            self._closing = True
            self._ring()

    @property
    def info(self) -> BackendInfo | None:
        """The loaded backend; None while there is none."""
        with self._lock:
            return self._info

    # ---- for the supervisor ---------------------------------------------------------------------------------------

    @property
    def bell(self) -> Connection[Any, Any]:
        """Becomes readable when there is something to see to; ``hush`` silences it."""
        return self._bell

    def hush(self) -> None:
        """Silence the bell, which must be ringing."""
        with self._lock:
            self._bell.recv_bytes()
            self._rung = False

    @property
    def closing(self) -> bool:
        """Tell whether the supervisor is to end."""
        with self._lock:
            return self._closing

    @property
    def hello(self) -> Hello:
        """What a new process is to load."""
        with self._lock:
            return self._hello

    @property
    def flight(self) -> Waiting | None:
        """The request the process is busy with."""
        with self._lock:
            return self._flight

    def go_back(self, hello: Hello) -> None:
        """Describe the next process by ``hello`` again, unless a new one was ordered meanwhile."""
        with self._lock:
            if self._order is None:
                self._hello = hello

    def set_info(self, info: BackendInfo | None) -> None:
        """Note which backend is loaded."""
        with self._lock:
            self._info = info

    def take_order(self) -> Order | None:
        """Return the order for a new process, once."""
        with self._lock:
            order, self._order = self._order, None
            return order

    def take(self) -> Waiting | None:
        """Return what comes next, now in flight; None when nothing waits or something is in flight already."""
        with self._lock:
            if self._flight is not None:
                return None
            while (taken := self._room.take()) is not None:
                if taken.future is None or taken.future.set_running_or_notify_cancel():
                    break
            self._flight = taken
            return taken

    def land(self) -> Waiting | None:
        """Return what was in flight, for its future to be resolved unless that is done."""
        self.fail_unwanted()
        with self._lock:
            flight, self._flight = self._flight, None
            return flight

    def refuse(self, error: BaseException) -> None:
        """Fail everything waiting with copies of ``error``."""
        with self._lock:
            refused = self._room.clear()
        for waiting in refused:
            if waiting.future is not None:
                _fail(waiting.future, type(error)(str(error)))

    def fail_unwanted(self) -> None:
        """Fail the futures dropped since the last time."""
        with self._lock:
            unwanted, self._unwanted = self._unwanted, []
        for future, reason in unwanted:
            _fail(future, InferenceCancelled(reason))

    def shut(self) -> None:
        """Fail what is left and close the bell; later requests fail at once."""
        with self._lock:
            self._closing = True
            self._drop(self._room.clear(), _CLOSED)
            self._drop([] if self._flight is None else [self._flight], _CLOSED)
            self._flight = None
            if not self._shut:
                self._shut = True
                self._bell.close()
                self._button.close()
        self.fail_unwanted()

    # ---- under the lock -------------------------------------------------------------------------------------------

    def _drop(self, dropped: Sequence[Waiting], reason: str) -> None:
        self._unwanted += [(waiting.future, reason) for waiting in dropped if waiting.future is not None]

    def _ring(self) -> None:
        if not self._rung and not self._shut:
            self._rung = True
            self._button.send_bytes(b"!")


def _fail(future: Future[Any], error: BaseException) -> None:
    """Fail a future that may be waiting, running, cancelled by its owner, or done."""
    if future.done() and not future.cancelled():
        return
    if future.running() or future.set_running_or_notify_cancel():
        future.set_exception(error)
