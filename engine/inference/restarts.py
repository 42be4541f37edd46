"""How often a process that keeps dying may be started again."""

from __future__ import annotations

from collections import deque


class Restarts:
    """Allows ``limit`` restarts within ``seconds``; times are those of a monotonic clock."""

    def __init__(self, limit: int = 3, seconds: float = 60.0) -> None:
        """Start with none."""
        self.limit = limit
        self._seconds = seconds
        self._times: deque[float] = deque()

    @property
    def count(self) -> int:
        """Restarts allowed of late."""
        return len(self._times)

    def allow(self, now: float) -> bool:
        """Tell whether a restart at ``now`` is allowed, and count it if so."""
        while self._times and now - self._times[0] >= self._seconds:
            self._times.popleft()
        if len(self._times) >= self.limit:
            return False
        self._times.append(now)
        return True
