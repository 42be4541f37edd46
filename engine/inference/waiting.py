"""What waits for the inference process: an ask before grids and searches, those before a hover, then encoding ahead.

What is encoded for the disk alone comes last.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any

from engine.inference.messages import Ahead, Ask, Fill, FindMasks, Grid, Hover, Request


@dataclass(slots=True, eq=False)
class Waiting:
    """A request and who waits for its answer (nobody, when encoding ahead)."""

    request: Request
    future: Future[Any] | None = None

    @property
    def open_future(self) -> Future[Any] | None:
        """The future, unless it is resolved already (by being cancelled)."""
        return None if self.future is None or self.future.done() else self.future


class WaitingRoom:
    """Keeps only what is still wanted. Not thread-safe: the host holds its lock."""

    def __init__(self) -> None:
        """Start empty."""
        self._ask: Waiting | None = None
        self._grids: deque[Waiting] = deque()
        self._hover: Waiting | None = None
        self._ahead: deque[Waiting] = deque()
        self._fill: deque[Waiting] = deque()

    def add(self, waiting: Waiting) -> list[Waiting]:
        """Take in a request and return what it drops.

        A newer ask or hover replaces the waiting one; a hover gives way to any ask, grid or search.
        """
        dropped: list[Waiting | None] = []
        match waiting.request:
            case Ask():
                dropped = [self._ask, self._hover]
                self._ask, self._hover = waiting, None
            case Grid() | FindMasks():
                dropped = [self._hover]
                self._hover = None
                self._grids.append(waiting)
            case Hover() if self._ask is not None or self._grids:
                dropped = [waiting]
            case Hover():
                dropped = [self._hover]
                self._hover = waiting
            case Ahead():
                self._ahead.append(waiting)
            case Fill():
                self._fill.append(waiting)
        return [old for old in dropped if old is not None]

    def replace_ahead(self, requests: Iterable[Ahead]) -> None:
        """Put a new list in the place of the images waiting to be encoded ahead."""
        self._ahead = deque(Waiting(request) for request in requests)

    def take(self) -> Waiting | None:
        """Remove and return what comes next, or None."""
        if self._ask is not None:
            taken, self._ask = self._ask, None
            return taken
        if self._grids:
            return self._grids.popleft()
        if self._hover is not None:
            taken, self._hover = self._hover, None
            return taken
        if self._ahead:
            return self._ahead.popleft()
        return self._fill.popleft() if self._fill else None

    def clear(self) -> list[Waiting]:
        """Remove and return everything, in the order in which it would have been taken."""
        left: list[Waiting] = []
        while (waiting := self.take()) is not None:
            left.append(waiting)
        return left
