"""How a running job is asked to stop: once after the image in hand, twice at once."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing import Pipe
from types import FrameType


class Stop:
    """Set from signal handlers and other threads, waited for by the runner.

    A pipe and not an event: a signal handler may not take the lock that the interrupted code holds.
    """

    def __init__(self) -> None:
        """Nobody has asked yet."""
        self._heard, self._bell = Pipe(duplex=False)
        self._times = 0

    def ask(self) -> None:
        """Ask to stop; the second time, at once."""
        self._times += 1
        if self._times == 1:
            self._bell.send_bytes(b"!")

    @property
    def asked(self) -> bool:
        """Stop after the image in hand."""
        return self._times > 0

    @property
    def at_once(self) -> bool:
        """Stop now; the image in hand is given back."""
        return self._times > 1

    def wait(self, seconds: float) -> None:
        """Return after ``seconds``, or as soon as somebody asks."""
        self._heard.poll(seconds)

    @contextmanager
    def on_signals(self) -> Iterator[None]:
        """Let SIGTERM and Ctrl+C ask while this lasts; main thread only."""

        def handle(_number: int, _frame: FrameType | None) -> None:
            self.ask()

        before = {number: signal.signal(number, handle) for number in (signal.SIGTERM, signal.SIGINT)}
        try:
            yield
        finally:
            for number, old in before.items():
                signal.signal(number, old)

    def close(self) -> None:
        """Close the pipe."""
        self._heard.close()
        self._bell.close()
