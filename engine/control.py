"""How a long reading or writing tells how far it is, and how it is asked to stop."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from engine.errors import EngineError


class Cancelled(EngineError):
    """The person stopped it; the message says what was kept, if anything."""


def _tell_nobody(_done: int, _total: int | None) -> None:
    return


def _never() -> bool:
    return False


@dataclass(frozen=True, slots=True)
class Control:
    """``on_progress(done, total or None)`` is called now and then; ``should_stop()`` is asked as often."""

    on_progress: Callable[[int, int | None], None] = _tell_nobody
    should_stop: Callable[[], bool] = _never

    def step(self, done: int, total: int | None, *, what: str) -> None:
        """Report, then raise Cancelled if asked to; ``what`` says in one sentence what was left behind."""
        self.on_progress(done, total)
        if self.should_stop():
            raise Cancelled(what)


QUIET = Control()
"""Tells nobody and never stops."""
