"""Counts the seconds a person really worked on an object: pauses are taken out."""

from __future__ import annotations

from collections.abc import Callable

IDLE_MS = 10_000
"""A longer pause counts as this much: whoever thinks for ten seconds still works, whoever fetches coffee does not."""


class ActiveClock:
    """Adds up the time between signs of life, each gap at most ``idle_ms``."""

    def __init__(self, now_ms: Callable[[], float], *, idle_ms: float = IDLE_MS) -> None:
        """``now_ms`` is a steady clock in milliseconds."""
        self._now = now_ms
        self._idle = idle_ms
        self._last: float | None = None
        self._started = 0.0
        self._total = 0.0

    def start(self) -> None:
        """Begin anew with the first prompt."""
        self._started = self._last = self._now()
        self._total = 0.0

    def touch(self) -> None:
        """Note a sign of life (a prompt, a pointer move, a look at another candidate)."""
        if self._last is None:
            return
        now = self._now()
        self._total += min(now - self._last, self._idle)
        self._last = now

    def stop(self) -> int:
        """End, and return the active milliseconds."""
        self.touch()
        self._last = None
        return round(self._total)

    @property
    def so_far(self) -> int:
        """Active milliseconds until now; a pause that is still going on counts as ``stop`` would count it."""
        pause = 0.0 if self._last is None else min(self._now() - self._last, self._idle)
        return round(self._total + pause)

    @property
    def since_start(self) -> int:
        """Milliseconds since ``start``, pauses included: the time stamp of a prompt."""
        return 0 if self._last is None else round(self._now() - self._started)
