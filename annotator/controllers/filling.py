"""The semi-automatic stage on the image on screen: objects filled in, thresholds tried live, all confirmed as one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import CancelledError, Future
from dataclasses import dataclass, replace
from typing import Literal, Protocol

from annotator.controllers.editing import Editing
from annotator.controllers.store import Store
from engine.changes import Changes
from engine.drafting.active_clock import ActiveClock
from engine.errors import EngineError, InferenceCancelled
from engine.inference.draft import BackendInfo, ImageRef
from engine.jobs.finder import reason_of
from engine.ops.prefill import Confirmed, ConfirmPrefill, StorePrefill
from engine.records import InstanceRecord, PrefillRecord, Rle, Stage, State
from engine.stages.automatic import Found
from engine.stages.params import AutoParams
from engine.stages.semi import FLOOR, SEARCH

Phase = Literal["none", "empty", "finding", "open", "confirmed"]


@dataclass(frozen=True, slots=True)
class FillState:
    """What the strip shows: ``kept`` of ``total`` open proposals reach the thresholds."""

    phase: Phase = "none"
    kept: int = 0
    total: int = 0
    accepted: int = 0
    min_score: float = 0.88
    min_stability: float = 0.95


class FinderHost(Protocol):
    """Who looks for objects."""

    @property
    def info(self) -> BackendInfo | None:
        """The loaded backend."""

    def find(self, image: ImageRef, params: AutoParams, taken: Sequence[Rle]) -> Future[Found]:
        """Look for everything in an image."""

    def restart(self) -> None:
        """Give up what is being worked on."""


@dataclass(frozen=True, slots=True)
class _Running:
    """A search under way: it is stored on its own image, whatever is on screen when it ends."""

    number: int
    image: ImageRef
    place: str


class Filling:
    """Knows whether the image on screen is filled in and confirmed; the proposals themselves are ``Editing``'s."""

    def __init__(
        self,
        store: Store,
        editing: Editing,
        host: FinderHost,
        *,
        post: Callable[[Callable[[], None]], None],
        image: Callable[[], ImageRef | None],
        show: Callable[[FillState], None],
        say: Callable[[Literal["info", "success", "warning", "error"], str], None],
        clock: ActiveClock,
    ) -> None:
        """``image`` is the one on screen once its pixels are there; ``post`` runs a closure on this thread."""
        self._store = store
        self._editing = editing
        self._host = host
        self._post = post
        self._image = image
        self._show = show
        self._say = say
        self._clock = clock
        self._active = False
        self._record: PrefillRecord | None = None
        self._read_of: int | None = None
        self._running: _Running | None = None
        self._number = 0
        self._reading = 0
        self._confirming = False
        self.wanted_at_once: Callable[[], bool] = lambda: False
        self.state = FillState()

    # --- what is shown -------------------------------------------------------------------------------------------

    def enter(self) -> None:
        """The mode was chosen."""
        self._active = True
        self.reload()

    def leave(self) -> None:
        """Another mode was chosen: everything is drawn again."""
        self._active = False
        self._clock.stop()
        self._editing.veil(frozenset())

    def set_thresholds(self, min_score: float, min_stability: float) -> None:
        """Show what these would keep; nothing is asked and nothing is stored."""
        self.state = replace(self.state, min_score=min_score, min_stability=min_stability)
        self._clock.touch()
        self.refresh()

    def touch(self) -> None:
        """Note that the person is at work."""
        if self._active:
            self._clock.touch()

    def image_shown(self) -> None:
        """Another image is on screen."""
        self._record, self._read_of = None, None
        self._clock.stop()
        self.reload()

    def on_changed(self, changes: Changes) -> None:
        """Read again what an op, an undo or another process has changed."""
        image = self._editing.image
        if image is not None and (changes.everything or image.id in changes.image_contents):
            self.reload()

    def reload(self, *, ended: bool = False) -> None:
        """Read whether the image on screen is filled in; with ``ended`` the search is over once that is known."""
        image = self._editing.image
        self._reading += 1
        ticket = self._reading
        if not self._active or image is None or self._store.workspace is None:
            self._record, self._read_of = None, None
            self._running = None if ended else self._running
            self.refresh()
            return

        def take(record: PrefillRecord | None) -> None:
            self._running = None if ended else self._running
            if ticket == self._reading:
                # The seconds of a confirmation count from when the proposals came on screen, found before or just now.
                first = self._read_of != image.id or self._record is None
                self._record, self._read_of = record, image.id
                if record is not None and record.confirmed_at is None and first:
                    self._clock.start()
                self.refresh()
                self.at_once()

        self._store.read(lambda reader: reader.prefills.find(image.id), take)

    def at_once(self) -> None:
        """Look for objects by itself where the person wants that and nobody has looked yet."""
        if self._active and self.state.phase == "empty" and self._image() is not None and self.wanted_at_once():
            self.find()

    def refresh(self) -> None:
        """Draw what reaches the thresholds, and count it."""
        kept, below = self._split()
        if self._active:
            self._editing.veil(below)
        accepted = int(self._record.kept.get("accepted", 0)) if self._record is not None else 0
        self.state = replace(
            self.state, phase=self._phase(), kept=len(kept), total=len(kept) + len(below), accepted=accepted
        )
        if self._active:
            self._show(self.state)

    def _phase(self) -> Phase:
        image = self._editing.image
        if image is None or self._read_of != image.id:
            return "none"
        if self._running is not None and self._running.image.image_id == image.id:
            return "finding"
        if self._record is None:
            return "empty"
        return "open" if self._record.confirmed_at is None else "confirmed"

    def _split(self) -> tuple[frozenset[int], frozenset[int]]:
        """Return the ids that a confirmation would accept now, and those it would drop."""
        if not self._active or self._record is None or self._record.confirmed_at is not None:
            return frozenset(), frozenset()
        open_ones = [each for each in self._editing.instances.values() if _is_open(each)]
        kept = frozenset(each.id for each in open_ones if self._reaches(each))
        return kept, frozenset(each.id for each in open_ones) - kept

    def _reaches(self, instance: InstanceRecord) -> bool:
        told = instance.provenance
        good = (told.score or 0.0) >= self.state.min_score and (told.stability or 0.0) >= self.state.min_stability
        return good or instance.edits > 0

    # --- what the person does ------------------------------------------------------------------------------------

    def find(self) -> None:
        """Ask the backend for everything in the image and store it as proposals."""
        image, shown = self._image(), self._editing.image
        if image is None or shown is None or image.image_id != shown.id:
            self._say("info", "The picture is still being read. Try again in a moment.")
            return
        if self._running is not None:
            self._say("info", "The backend is still looking for objects.")
            return
        if self._record is not None and self._record.confirmed_at is not None:
            self._say("info", "What was filled in here is confirmed. Ctrl+Z takes the confirmation back.")
            return
        self._number += 1
        self._running = _Running(self._number, image, self._store.place)
        self.refresh()
        number = self._number
        future = self._host.find(image, SEARCH, ())
        future.add_done_callback(lambda done: self._post(lambda: self._answered(number, done)))

    def stop(self) -> None:
        """Give up looking; nothing is stored."""
        if self._running is not None:
            self._running = None
            self._host.restart()
            self._say("info", "Stopped. Nothing was filled in.")
            self.refresh()

    def confirm(self) -> None:
        """Accept what reaches the thresholds, drop the rest, and freeze."""
        image = self._editing.image
        if image is None or self.state.phase != "open" or self._confirming:
            self._say("info", "There is nothing to confirm here. Find objects first.")
            return
        self._confirming = True
        op = ConfirmPrefill(image.id, self.state.min_score, self.state.min_stability, self._clock.stop())

        def confirmed(done: Confirmed) -> None:
            self._confirming = False
            dropped = f", {done.dropped} below the thresholds dropped" if done.dropped else ""
            self._say("success", f"{_objects(len(done.accepted))} accepted{dropped}. G goes to the biggest gap.")

        def failed(error: EngineError) -> None:
            self._confirming = False
            self._clock.start()
            self._say("error", str(error))
            self.reload()

        self._store.execute(op, initiator=self, done=lambda outcome: confirmed(outcome.value), failed=failed)

    def _answered(self, number: int, done: Future[Found]) -> None:
        running = self._running
        if running is None or running.number != number:
            return
        try:
            found = done.result()
        except (InferenceCancelled, CancelledError):
            self._end()
            return
        except EngineError as error:
            self._say("error", f"No objects were filled in: {reason_of(error)} Try again, or choose another backend.")
            self._end()
            return
        except Exception:  # a bug keeps its traceback, but the strip must not say "looking" for ever
            self._end()
            raise
        backend = self._host.info
        if self._store.workspace is None or self._store.place != running.place or backend is None:
            self._end()
            return
        about = {"auto": SEARCH.to_json(), "account": found.account()}
        op = StorePrefill(running.image.image_id, found.masks, backend, FLOOR, about)
        self._store.execute(op, initiator=self, done=lambda outcome: self._stored(outcome.value), failed=self._refused)

    def _end(self) -> None:
        self._running = None
        self.refresh()

    def _stored(self, ids: tuple[int, ...]) -> None:
        if not ids:
            self._say("info", "The backend is sure of nothing new here. Add objects with clicks, or with G.")
        self.reload(ended=True)

    def _refused(self, error: EngineError) -> None:
        self._say("error", str(error))
        self.reload(ended=True)


def _is_open(instance: InstanceRecord) -> bool:
    return instance.state is State.PROPOSED and instance.provenance.stage is Stage.SEMI and not instance.locked


def _objects(number: int) -> str:
    return "1 object" if number == 1 else f"{number} objects"
