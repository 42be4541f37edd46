"""Every thread of the window, and the one way back to the GUI thread.

Results return as closures in a locked deque, and one parameterless queued signal of one long-lived QObject wakes the
GUI thread. No QObject is ever made or destroyed on a worker: that is what crashed in our stress runs.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import Executor, Future, ThreadPoolExecutor, wait
from typing import Any, Generic, TypeVar

from PySide6.QtCore import QObject, Qt, Signal, Slot
from shiboken6 import isValid

T = TypeVar("T")
Closure = Callable[[], None]
Progress = Callable[[int, int | None], None]

BUDGET_S = 0.008
"""Longest stretch of returned closures run at once: half a frame at 60 Hz, so that the mouse stays alive."""


class Inbox(QObject):
    """Closures on their way to the GUI thread; made on that thread."""

    _woken = Signal()

    def __init__(self) -> None:
        """Belong to the calling thread."""
        super().__init__()
        self._lock = threading.Lock()
        self._waiting: deque[Closure] = deque()
        self._armed = False
        self._closed = False
        self._woken.connect(self._run_some, Qt.ConnectionType.QueuedConnection)

    @property
    def empty(self) -> bool:
        """True when nothing waits."""
        with self._lock:
            return not self._waiting

    def put(self, closure: Closure) -> None:
        """Queue a closure from any thread; nothing happens once closed."""
        with self._lock:
            if self._closed:
                return
            self._waiting.append(closure)
            first = not self._armed
            self._armed = True
        if first:
            self._woken.emit()

    def close(self) -> None:
        """Drop what waits and take nothing more: a signal to a deleted object would raise on a worker."""
        with self._lock:
            self._closed = True
            self._waiting.clear()

    @Slot()
    def _run_some(self) -> None:
        end = time.monotonic() + BUDGET_S
        while self.run_one():
            if time.monotonic() > end:
                break
        self._rearm()

    def run_one(self) -> bool:
        """Run the oldest closure; False when none waits. Its exception passes through, the rest stays queued."""
        with self._lock:
            if not self._waiting:
                return False
            closure = self._waiting.popleft()
        done = False
        try:
            closure()
            done = True
        finally:
            if not done:
                self._rearm()
        return True

    def _rearm(self) -> None:
        with self._lock:
            more = self._armed = bool(self._waiting)
        if more:
            self._woken.emit()


class Task:
    """One call on a lane. Everything but ``report`` and ``should_stop`` belongs to the GUI thread."""

    def __init__(self, post: Callable[[Closure], None], closing: threading.Event, progress: Progress | None) -> None:
        """Made by a lane only."""
        self._post = post
        self._closing = closing
        self._progress = progress
        self._stop = threading.Event()
        self._lock = threading.Lock()
        self._latest: tuple[int, int | None] | None = None
        self.finished = False

    @property
    def cancelled(self) -> bool:
        """True once ``cancel`` was called."""
        return self._stop.is_set()

    def cancel(self) -> None:
        """Ask the work to stop; neither ``done`` nor ``failed`` will be called."""
        self._stop.set()

    def should_stop(self) -> bool:
        """Tell the work that nobody waits for it any more."""
        return self._stop.is_set() or self._closing.is_set()

    def report(self, done: int, total: int | None = None) -> None:
        """Note progress from the work; only the latest reaches the GUI thread."""
        if self._progress is None:
            return
        with self._lock:
            first = self._latest is None
            self._latest = (done, total)
        if first:
            self._post(self._show_progress)

    def _show_progress(self) -> None:
        with self._lock:
            latest, self._latest = self._latest, None
        if latest is not None and self._progress is not None and not self.cancelled and not self.finished:
            self._progress(*latest)


class Lane:
    """A named worker (or a few): takes calls in order, gives results back on the GUI thread."""

    def __init__(self, name: str, executor: Executor, inbox: Inbox, closing: threading.Event, *, inline: bool) -> None:
        """Made by ``Lanes`` only."""
        self.name = name
        self._executor = executor
        self._inbox = inbox
        self._closing = closing
        self._inline = inline
        self._lock = threading.Lock()
        self._running: set[Future[Any]] = set()

    @property
    def running(self) -> set[Future[Any]]:
        """Calls that are waiting or at work."""
        with self._lock:
            return set(self._running)

    def run(
        self,
        fn: Callable[[], T],
        *,
        done: Callable[[T], None] | None = None,
        failed: Callable[[BaseException], None] | None = None,
        owner: QObject | None = None,
    ) -> Task:
        """Call ``fn`` on the lane; ``done`` or ``failed`` follows on the GUI thread, unless ``owner`` is gone."""
        return self.job(lambda _task: fn(), done=done, failed=failed, owner=owner)

    def job(
        self,
        fn: Callable[[Task], T],
        *,
        done: Callable[[T], None] | None = None,
        failed: Callable[[BaseException], None] | None = None,
        progress: Progress | None = None,
        owner: QObject | None = None,
    ) -> Task:
        """Like ``run`` for long work: ``fn`` gets its task, to report progress and to ask whether it should stop."""
        task = Task(self._post, self._closing, progress)
        if self._closing.is_set():
            task.cancel()
            return task
        delivery = _Delivery(task, done, failed, owner, has_owner=owner is not None)
        future: Future[T] = self._executor.submit(_unless_cancelled, task, fn)
        if self._inline:
            delivery.deliver(future)
            return task
        with self._lock:
            self._running.add(future)
        future.add_done_callback(lambda ended: self._ended(ended, delivery))
        return task

    def close(self, *, finish: bool) -> None:
        """Take no more calls; with ``finish`` those waiting are still done, else they are dropped."""
        self._executor.shutdown(wait=True, cancel_futures=not finish)

    def _ended(self, future: Future[T], delivery: _Delivery[T]) -> None:
        self._inbox.put(lambda: delivery.deliver(future))
        with self._lock:
            self._running.discard(future)

    def _post(self, closure: Closure) -> None:
        if self._inline:
            closure()
        else:
            self._inbox.put(closure)


class Lanes:
    """Owns every thread: ``store`` (one worker: reads and writes in order) and ``io`` (decode, thumbnails, files)."""

    def __init__(self, *, io_workers: int = 3, inline: bool = False) -> None:
        """Make it on the GUI thread. ``inline`` (tests) runs every call at once on the calling thread."""
        self._inline = inline
        self._gui = threading.get_ident()
        self._inbox = Inbox()
        self._closing = threading.Event()
        self.store = self._lane("store", 1)
        self.io = self._lane("io", io_workers)

    @property
    def busy(self) -> bool:
        """True while a call is at work or a result waits to be delivered."""
        return bool(self.store.running or self.io.running) or not self._inbox.empty

    def post(self, closure: Closure, *, owner: QObject | None = None) -> None:
        """Run ``closure`` on the GUI thread, from any thread; dropped when ``owner`` is gone by then."""
        guarded = closure if owner is None else _guarded(closure, owner)
        if self._inline and threading.get_ident() == self._gui:
            guarded()
        else:
            self._inbox.put(guarded)

    def drain(self, timeout_s: float = 10.0) -> None:
        """Wait on the GUI thread until nothing runs and every result is delivered; raises TimeoutError."""
        end = time.monotonic() + timeout_s
        while self.busy:
            if time.monotonic() > end:
                raise TimeoutError(f"the lanes were still busy after {timeout_s:g} s")
            wait(self.store.running | self.io.running, timeout=0.05)
            while self._inbox.run_one():
                pass

    def close(self) -> None:
        """End every thread: ``io`` drops what waits, then ``store`` finishes all it was given. Results are dropped.

        Call ``drain`` before, if the last results still matter.
        """
        self._closing.set()
        self.io.close(finish=False)
        self.store.close(finish=True)
        self._inbox.close()

    def _lane(self, name: str, workers: int) -> Lane:
        executor: Executor
        executor = _InlineExecutor() if self._inline else ThreadPoolExecutor(workers, thread_name_prefix=f"lane-{name}")
        return Lane(name, executor, self._inbox, self._closing, inline=self._inline)


class _Delivery(Generic[T]):
    """Gives a finished call's result to whoever asked, if he is still there."""

    def __init__(
        self,
        task: Task,
        done: Callable[[T], None] | None,
        failed: Callable[[BaseException], None] | None,
        owner: QObject | None,
        *,
        has_owner: bool,
    ) -> None:
        self._task = task
        self._done = done
        self._failed = failed
        self._owner = owner if has_owner else None

    def deliver(self, future: Future[T]) -> None:
        self._task.finished = True
        if future.cancelled() or self._task.cancelled or (self._owner is not None and not isValid(self._owner)):
            return
        error = future.exception()
        if error is None:
            if self._done is not None:
                self._done(future.result())
        elif self._failed is not None:
            self._failed(error)
        else:
            raise error


class _InlineExecutor(Executor):
    """Runs a call at once where it was made."""

    def submit(self, fn: Callable[..., T], /, *args: object, **kwargs: object) -> Future[T]:
        future: Future[T] = Future()
        try:
            future.set_result(fn(*args, **kwargs))
        except BaseException as error:  # noqa: BLE001  # kept in the future, as every executor does
            future.set_exception(error)
        return future


class _Skipped(Exception):
    """The task was cancelled before it began; nobody ever sees this."""


def _unless_cancelled(task: Task, fn: Callable[[Task], T]) -> T:
    if task.cancelled:
        raise _Skipped
    return fn(task)


def _guarded(closure: Closure, owner: QObject) -> Closure:
    def run() -> None:
        if isValid(owner):
            closure()

    return run
