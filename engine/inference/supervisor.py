"""The thread that owns the inference process: starts it, speaks with it, watches its time, replaces it.

It sends one request at a time, so that what still waits at the desk can be replaced, and then waits for a reply, the
desk's bell or the time limit, whichever comes first.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from multiprocessing.connection import wait

from engine.errors import InferenceCancelled, InferenceCrashed, InferenceTimeout
from engine.inference import events
from engine.inference.child import Child
from engine.inference.desk import Desk, Order
from engine.inference.embeddings import Filled
from engine.inference.messages import (
    Ahead,
    Began,
    Done,
    EmbeddingReady,
    EmbeddingsGone,
    Hello,
    Loaded,
    LoadFailed,
    MemoryUsed,
    Phase,
    Refused,
    Reply,
    SteppedDown,
)
from engine.inference.restarts import Restarts
from engine.inference.settings import TimeLimits
from engine.inference.waiting import Waiting

log = logging.getLogger(__name__)

_GRACE_SECONDS = 2.0


class Supervisor:
    """Runs on one thread until the desk closes; ``kill`` alone may be called from another."""

    def __init__(
        self,
        desk: Desk,
        limits: TimeLimits,
        on_event: Callable[[events.HostEvent], None] | None,
        threads: int | None = None,
    ) -> None:
        """Serve ``desk``; ``on_event`` is called on this object's thread; ``threads`` are the process's."""
        self._desk = desk
        self._limits = limits
        self._on_event = on_event
        self._threads = threads
        self._child: Child | None = None
        self._loaded = False
        self._sent = desk.hello
        self._good: Hello | None = None
        self._down: BaseException | None = None
        self._restarts = Restarts()
        self._deadline: float | None = None
        self._phase: Phase | None = None

    def run(self) -> None:
        """Work until the desk closes; whatever happens, leave no process and no open future."""
        try:
            while self._turn():
                pass
        finally:
            self._end_child()
            self._desk.shut()

    def kill(self) -> None:
        """End the process at once, in an emergency."""
        child = self._child
        if child is not None:
            child.kill()

    def _turn(self) -> bool:
        """Do all that can be done now, then wait for the next thing to happen; False ends the thread."""
        self._desk.fail_unwanted()
        if self._desk.closing:
            return False
        order = self._desk.take_order()
        if order is not None:
            self._obey(order)
        if self._child is None and self._down is None:
            self._start_child()
        self._dispatch()
        child, bell = self._child, self._desk.bell
        if child is None and self._down is None:
            return True
        left = None if self._deadline is None else max(0.0, self._deadline - time.monotonic())
        happened = wait([bell] if child is None else [bell, child.link], left)
        if bell in happened:
            self._desk.hush()
        if child is not None and child.link in happened:
            self._listen(child)
        elif not happened:
            self._overdue()
        return True

    def _start_child(self) -> None:
        hello = self._sent = self._desk.hello
        self._tell(events.Loading(hello.backend, hello.device))
        try:
            self._child = Child(self._threads)
        except OSError as error:
            self._go_down(InferenceCrashed(f"The inference process cannot be started ({error}). Close other programs."))
            return
        self._limit(self._limits.load, None)
        try:
            self._child.send(hello)
        except OSError:
            self._lost()

    def _dispatch(self) -> None:
        """Send what comes next if the process is free, or refuse everything while inference is down."""
        if self._down is not None:
            self._desk.refuse(self._down)
            return
        taken = self._desk.take() if self._loaded else None
        if taken is None or self._child is None:
            return
        self._limit(self._limits.predict, "predict")
        try:
            self._child.send(taken.request)
        except OSError:
            self._lost()

    def _listen(self, child: Child) -> None:
        try:
            reply = child.receive()
        except (EOFError, OSError):
            self._lost()
        else:
            self._take(reply)

    def _take(self, reply: Reply) -> None:
        match reply:
            case Loaded(info, stored, memory):
                self._loaded = True
                self._good = self._sent
                self._limit(None, None)
                self._desk.ready.add_stored(stored)
                self._desk.set_info(info)
                self._tell(events.Ready(info, stored))
                self._tell(events.Memory(memory.device, memory.process))
            case LoadFailed(error):
                self._end_child()
                if not self._went_back(str(error)):
                    self._go_down(error)
            case Began(_, phase):
                self._limit(getattr(self._limits, phase), phase)
                flight = self._desk.flight
                if phase == "encode" and flight is not None:
                    self._tell(events.Encoding(flight.request.image.image_id))
            case EmbeddingReady(image_id, content_hash, milliseconds, on_disk):
                self._desk.ready.add(content_hash, on_disk=on_disk)
                self._tell(events.Encoded(image_id, content_hash, milliseconds))
            case EmbeddingsGone(hashes):
                self._desk.ready.remove(hashes)
                self._tell(events.Forgotten(hashes))
            case MemoryUsed(device, process):
                self._tell(events.Memory(device, process))
            case SteppedDown(step, info):
                if self._loaded:
                    self._desk.set_info(info)
                self._tell(events.Eased(step, info))
            case Done(_, value):
                flight = self._land()
                if isinstance(value, Filled) and flight is not None and value.how != "refused":
                    image = flight.request.image
                    self._desk.ready.add_stored((image.content_hash,))
                    self._tell(events.Encoded(image.image_id, image.content_hash, 0.0))
                if flight is not None and flight.open_future is not None:
                    flight.open_future.set_result(value)
            case Refused(_, error):
                self._fail_flight(error, str(error))

    def _lost(self) -> None:
        """The process ended by itself."""
        doing, loading = self._doing(), not self._loaded
        reason = f"The inference process ended unexpectedly {doing}. {self._end_child()}"
        if not (loading and self._went_back(reason)):
            self._replace_child(reason, InferenceCrashed)

    def _overdue(self) -> None:
        """The process took longer than its time limit."""
        doing, loading = self._doing(), not self._loaded
        seconds = self._limits.load if self._phase is None else getattr(self._limits, self._phase)
        self.kill()
        self._end_child()
        reason = f"The backend '{self._desk.hello.backend}' took longer than {seconds:g} s {doing} and was stopped."
        if loading and self._went_back(reason):
            return
        if loading:
            self._go_down(InferenceTimeout(f"{reason} Restart inference to try again, or choose another backend."))
        else:
            self._replace_child(reason, InferenceTimeout)

    def _replace_child(self, reason: str, kind: type[InferenceCrashed | InferenceTimeout]) -> None:
        """Fail the request in flight; the next turn starts a new process, unless there were too many of late."""
        again = self._restarts.allow(time.monotonic())
        rest = (
            "It is restarted and your clicks are kept: try again, and if it happens again choose a smaller backend."
            if again
            else f"That was failure number {self._restarts.limit + 1} in short order, so it stays off. "
            "Restart inference or choose another backend; your clicks are kept."
        )
        error = kind(f"{reason} {rest}")
        error.reason = reason
        log.error("%s", error)
        self._fail_flight(error, reason)
        if again:
            self._tell(events.Crashed(str(error), self._restarts.count))
        else:
            self._go_down(InferenceCrashed(str(error)))

    def _went_back(self, reason: str) -> bool:
        """After a backend did not load, load the one that worked before; False if there is none.

        One process at a time, so that two networks never fill the memory together; what waits is answered by the old
        one, and what it had on disk is still there.
        """
        failed, good = self._sent, self._good
        if good is None or (good.backend, good.device) == (failed.backend, failed.device):
            return False
        self._limit(None, None)
        self._desk.go_back(good)
        self._tell(events.Returned(failed.backend, reason, good.backend))
        return True

    def _go_down(self, error: BaseException) -> None:
        """Stay without a process until told otherwise; everything asked meanwhile fails with ``error``."""
        self._down = error
        self._limit(None, None)
        self._tell(events.Down(str(error)))

    def _obey(self, order: Order) -> None:
        self._end_child()
        self._fail_flight(InferenceCancelled(order.reason), "")
        self._down = None
        self._restarts = Restarts()
        self._desk.ready.forgive()
        if order.forget:
            self._tell_gone(self._desk.ready.clear())

    def _end_child(self) -> str:
        """End the process, if there is one, and say how it ended."""
        child, self._child = self._child, None
        self._loaded = False
        self._desk.set_info(None)
        if child is None:
            return ""
        child.stop(_GRACE_SECONDS)
        if not self._desk.closing:
            self._tell_gone(self._desk.ready.process_gone())
        return child.epitaph()

    def _land(self) -> Waiting | None:
        """The request in flight is over, one way or another."""
        self._limit(None, None)
        return self._desk.land()

    def _fail_flight(self, error: BaseException, reason: str) -> None:
        """Fail the request in flight, if any; an image that failed ahead is not tried again unless asked for."""
        encoding = self._phase == "encode"
        flight = self._land()
        if flight is None:
            return
        if flight.open_future is not None:
            flight.open_future.set_exception(error)
        image = flight.request.image
        if isinstance(flight.request, Ahead) and reason:
            self._desk.ready.avoid(image.content_hash)
        if encoding:
            self._tell(events.Failed(image.image_id, reason or str(error)))

    def _doing(self) -> str:
        if not self._loaded:
            return f"while loading the backend '{self._desk.hello.backend}'"
        flight = self._desk.flight
        if flight is None:
            return "while it had nothing to do"
        return f"while {'encoding' if self._phase == 'encode' else 'answering on'} {flight.request.image.file.name}"

    def _limit(self, seconds: float | None, phase: Phase | None) -> None:
        self._deadline = None if seconds is None else time.monotonic() + seconds
        self._phase = phase

    def _tell_gone(self, hashes: frozenset[str]) -> None:
        if hashes:
            self._tell(events.Forgotten(hashes))

    def _tell(self, event: events.HostEvent) -> None:
        log.debug("%s", event)
        if self._on_event is not None:
            self._on_event(event)
