"""How fast something comes and how long the rest will take, from what came lately."""

from __future__ import annotations

from collections import deque

SPAN_S = 8.0
"""What counts as lately: long enough for a steady figure, short enough to follow a network that changes."""


class Pace:
    """Told amounts as they grow; the clock (seconds) is the caller's."""

    def __init__(self) -> None:
        """Know nothing yet."""
        self._seen: deque[tuple[float, int]] = deque()

    def note(self, now: float, done: int) -> None:
        """Take how much is there at ``now``."""
        self._seen.append((now, done))
        while len(self._seen) > 2 and now - self._seen[1][0] >= SPAN_S:
            self._seen.popleft()

    @property
    def rate(self) -> float | None:
        """Amount a second; None while that cannot be told."""
        if len(self._seen) < 2:
            return None
        (began, first), (now, last) = self._seen[0], self._seen[-1]
        return (last - first) / (now - began) if now > began and last > first else None

    def left(self, total: int | None) -> float | None:
        """Seconds until ``total`` is there, None while that cannot be told."""
        rate = self.rate
        return None if rate is None or total is None else max(total - self._seen[-1][1], 0) / rate
