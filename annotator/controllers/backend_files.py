"""Weights fetched, added and removed while the window goes on: one transfer at a time, off the GUI thread."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from annotator.controllers.pace import Pace
from annotator.lanes import Lanes, Task
from engine.control import Cancelled, Control
from engine.errors import EngineError
from engine.inference import bringing
from engine.inference.cards import BackendCard, cards


@dataclass(frozen=True, slots=True)
class Transfer:
    """Weights on their way; ``done`` and ``total`` in bytes, ``rate`` in bytes a second, ``left`` in seconds."""

    name: str
    title: str
    kind: Literal["get", "add"]
    done: int = 0
    total: int | None = None
    rate: float | None = None
    left: float | None = None
    stopping: bool = False


@dataclass(frozen=True, slots=True)
class Said:
    """What is to be told about a backend's weights, in a sentence."""

    name: str
    kind: Literal["info", "success", "error"]
    text: str


class BackendFiles:
    """Owns the list of backends and the one transfer. ``watch`` is called after every change, on the GUI thread."""

    def __init__(
        self,
        lanes: Lanes,
        *,
        now: Callable[[], float],
        told: Callable[[Said], None] = lambda said: None,
        arrived: Callable[[str], None] = lambda name: None,
    ) -> None:
        """``now`` is a clock in seconds; ``told`` hears how a transfer ended, ``arrived`` which backend has weights."""
        self._lanes = lanes
        self._now = now
        self._told = told
        self._arrived = arrived
        self._pace = Pace()
        self._stop = threading.Event()
        self.cards: tuple[BackendCard, ...] = ()
        self.transfer: Transfer | None = None
        self.said: dict[str, Said] = {}
        self.watch: Callable[[], None] = lambda: None

    def card(self, name: str) -> BackendCard | None:
        """Return what is known of a backend."""
        return next((each for each in self.cards if each.name == name), None)

    def refresh(self) -> None:
        """Look again which backends there are and what they have."""
        self._lanes.io.run(cards, done=self._list)

    def get(self, name: str) -> None:
        """Fetch the weights of a backend, going on where an earlier try stopped."""
        self._begin(name, "get", lambda control: bringing.fetch(name, control))

    def add(self, name: str, source: Path) -> None:
        """Check weights on this machine and copy them to where the backend finds them."""
        self._begin(name, "add", lambda control: bringing.add(name, source, control))

    def stop(self) -> None:
        """Ask the transfer to stop; it does so at its next safe point."""
        if self.transfer is not None:
            self._stop.set()
            self._show(replace(self.transfer, stopping=True))

    def remove(self, name: str) -> None:
        """Delete the weights of a backend that were fetched or added."""
        if self.transfer is not None and self.transfer.name == name:
            return
        self.said.pop(name, None)
        self._lanes.io.run(
            lambda: bringing.remove(name),
            done=lambda _: self._ended(Said(name, "info", "The weights were removed.")),
            failed=lambda error: self._failed(name, error),
        )

    def _begin(self, name: str, kind: Literal["get", "add"], work: Callable[[Control], object]) -> None:
        card = self.card(name)
        if self.transfer is not None or card is None:
            return
        self.said.pop(name, None)
        self._pace = Pace()
        self._stop = stop = threading.Event()
        self._show(Transfer(name, card.title, kind, card.begun if kind == "get" else 0, card.size or None))

        def run(task: Task) -> None:
            # Not the task's own cancel: only when the work has really ended may another one write to the same file.
            work(Control(task.report, lambda: stop.is_set() or task.should_stop()))

        self._lanes.io.job(
            run,
            done=lambda _: self._done(name, kind),
            failed=lambda error: self._failed(name, error),
            progress=self._progress,
        )

    def _progress(self, done: int, total: int | None) -> None:
        if self.transfer is None:
            return
        self._pace.note(self._now(), done)
        rate, left = self._pace.rate, self._pace.left(total)
        self._show(replace(self.transfer, done=done, total=total, rate=rate, left=left))

    def _done(self, name: str, kind: Literal["get", "add"]) -> None:
        self.transfer = None
        words = "The weights are here and whole." if kind == "get" else "The weights were checked and copied."
        self._ended(Said(name, "success", words))
        self._arrived(name)

    def _failed(self, name: str, error: BaseException) -> None:
        if self.transfer is not None and self.transfer.name == name:
            self.transfer = None
        if not isinstance(error, EngineError):
            self.watch()
            raise error
        self._ended(Said(name, "info" if isinstance(error, Cancelled) else "error", str(error)))

    def _ended(self, said: Said) -> None:
        self.said[said.name] = said
        self.watch()
        self._told(said)
        self.refresh()

    def _list(self, found: Sequence[BackendCard]) -> None:
        self.cards = tuple(found)
        self.watch()

    def _show(self, transfer: Transfer) -> None:
        self.transfer = transfer
        self.watch()
