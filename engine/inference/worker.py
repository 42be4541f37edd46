"""The inference process: ``python -m engine.inference.worker HANDLE THREADS``; started by the host, never by hand.

The main thread only receives, so that the end of the parent is noticed even while a backend computes; one other thread
loads and answers, in order.
"""

from __future__ import annotations

import faulthandler
import logging
import os
import signal
import sys
import threading
import traceback
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any, TypeAlias

import cv2

from engine.inference.messages import Done, Hello, LoadFailed, Refused, Reply, Request
from engine.inference.service import Service, as_reply_error

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

    Link: TypeAlias = Connection[Any, Any]

_GRACE_SECONDS = 1.0
"""How long work in progress may go on after the parent has gone."""


def open_link(handle: int) -> Link:
    """Return our end of the private pipe that the parent handed down (nobody else can reach it)."""
    if sys.platform == "win32":
        from multiprocessing.connection import PipeConnection

        return PipeConnection(handle)
    from multiprocessing.connection import Connection

    return Connection(handle)


def serve(link: Link) -> None:
    """Load what the first message names, then answer until the link closes."""
    hello = _receive(link)
    if hello is None:
        return
    if not isinstance(hello, Hello):
        raise TypeError(f"expected a Hello, got {type(hello).__name__}")
    out = _Out(link)
    pool = ThreadPoolExecutor(1, thread_name_prefix="inference")
    loading = pool.submit(Service, hello, out.send)
    loading.add_done_callback(out.tell_loaded)
    last: Future[Any] = loading
    while (request := _receive(link)) is not None:
        job = pool.submit(_handle, loading, request)
        job.add_done_callback(partial(out.tell_done, request.number))
        last = job
    pool.shutdown(wait=False, cancel_futures=True)
    if wait([loading, last], timeout=_GRACE_SECONDS).not_done:
        # Native code cannot be interrupted; files of the cache are replaced whole, so leaving now breaks nothing.
        os._exit(0)
    if not loading.cancelled() and loading.exception() is None:
        loading.result().close()


def _receive(link: Link) -> Any:
    """Return the next message, or None when the parent has closed the link or is gone."""
    try:
        return link.recv()
    except (EOFError, OSError):
        return None


def _handle(loading: Future[Service], request: Request) -> Done:
    return loading.result().handle(request)


class _Out:
    """Sends replies from whichever thread finishes the work."""

    def __init__(self, link: Link) -> None:
        self._link = link
        self._lock = threading.Lock()

    def send(self, reply: Reply) -> None:
        """Send; when the parent has gone, the receiving thread ends this process."""
        with self._lock, suppress(BrokenPipeError, ConnectionResetError):
            self._link.send(reply)

    def tell_loaded(self, loading: Future[Service]) -> None:
        """Send who is ready, or why not."""
        if not loading.cancelled():
            error = loading.exception()
            self.send(loading.result().loaded if error is None else LoadFailed(as_reply_error(error, _words(error))))

    def tell_done(self, number: int, job: Future[Done]) -> None:
        """Send the answer to request ``number``, or why there is none."""
        if not job.cancelled():
            error = job.exception()
            self.send(job.result() if error is None else Refused(number, as_reply_error(error, _words(error))))


def _words(error: BaseException) -> str:
    return "".join(traceback.format_exception(error))


def main() -> None:
    """Prepare the process and serve the parent."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    faulthandler.enable()
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
    cv2.setNumThreads(int(sys.argv[2]))
    with open_link(int(sys.argv[1])) as link:
        serve(link)


if __name__ == "__main__":
    main()
