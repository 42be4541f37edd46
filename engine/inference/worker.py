"""The inference process: ``python -m engine.inference.worker HANDLE``; started by the host, never by hand.

The main thread only receives, so that the end of the parent is noticed even while a backend computes; one other thread
loads and answers, in order.
"""

from __future__ import annotations

import faulthandler
import logging
import os
import signal
import sys
import traceback
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import suppress
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
    try:
        hello = link.recv()
    except (EOFError, OSError):
        return
    if not isinstance(hello, Hello):
        raise TypeError(f"expected a Hello, got {type(hello).__name__}")
    pool = ThreadPoolExecutor(1, thread_name_prefix="inference")
    loading = pool.submit(_load, hello, link)
    pending: set[Future[None]] = set()
    while True:
        try:
            request = link.recv()
        except (EOFError, OSError):
            break
        pending = {job for job in pending if not job.done()}
        pending.add(pool.submit(_answer, loading, request, link))
    pool.shutdown(wait=False, cancel_futures=True)
    running = wait({loading, *pending}, timeout=_GRACE_SECONDS).not_done
    if running:
        # Native code cannot be interrupted; everything on disk is replaced whole, so leaving now breaks nothing.
        os._exit(0)
    if not loading.cancelled() and loading.exception() is None:
        service = loading.result()
        if service is not None:
            service.close()


def _load(hello: Hello, link: Link) -> Service | None:
    loading: Future[Service] = _run(lambda: Service(hello, lambda reply: _send(link, reply)))
    error = loading.exception()
    if error is None:
        service = loading.result()
        _send(link, service.loaded)
        return service
    _send(link, LoadFailed(as_reply_error(error, _words(error))))
    return None


def _answer(loading: Future[Service | None], request: Request, link: Link) -> None:
    service = loading.result()
    if service is None:
        return
    answering: Future[Done] = _run(lambda: service.handle(request))
    error = answering.exception()
    if error is None:
        _send(link, answering.result())
    else:
        _send(link, Refused(request.number, as_reply_error(error, _words(error))))


def _send(link: Link, reply: Reply) -> None:
    """Send; when the parent has gone the main thread will notice."""
    with suppress(BrokenPipeError, ConnectionResetError):
        link.send(reply)


def main() -> None:
    """Prepare the process and serve the parent."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    faulthandler.enable()
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
    cv2.setNumThreads(int(os.environ["OMP_NUM_THREADS"]))
    with open_link(int(sys.argv[1])) as link:
        serve(link)


if __name__ == "__main__":
    main()
