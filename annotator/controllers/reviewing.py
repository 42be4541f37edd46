"""Leads a reviewer through the queue: one decision a key, the next mask on screen before the last one is stored."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from annotator.controllers.review_steps import Bookmark, Standing, Step
from annotator.controllers.store import Store
from engine.changes import Changes
from engine.drafting.active_clock import ActiveClock
from engine.errors import EngineError
from engine.ops.decide import Decided, DecideMany, Decision
from engine.ops.reviews import SetState
from engine.records import State
from engine.review import Place, ReviewEntry, ReviewFilter, ReviewOrder
from engine.storage.reader import Reader
from engine.workspace import Outcome

PAGE, LOW = 40, 15
"""Entries read at once, and how few may be left before the next are read: nobody decides 15 in that time."""
MOST = 400
"""Entries read again at once at most."""
AHEAD = 4
"""Entries whose images are decoded before they are reached."""
STATE_OF = {Decision.ACCEPT: State.ACCEPTED, Decision.REJECT: State.REJECTED}
_PAST = {Decision.ACCEPT: "Accepted", Decision.REJECT: "Rejected", Decision.RELABEL: "Relabelled"}


class ReviewingView(Protocol):
    """What shows the queue; called on the GUI thread only."""

    def show_entry(self, entry: ReviewEntry, following: Sequence[ReviewEntry]) -> None:
        """Put an instance on screen; ``following`` come next and may be made ready."""

    def update_entry(self, entry: ReviewEntry) -> None:
        """The instance on screen was changed."""

    def stretch_changed(self) -> None:
        """Other entries are read ahead than before."""

    def show_nothing(self, *, blind: int) -> None:
        """Say that nothing waits; ``blind`` images with something in the queue cannot be shown."""

    def show_standing(self, standing: Standing) -> None:
        """Say how far the review is."""

    def say(self, kind: Literal["info", "warning", "error", "success"], text: str) -> None:
        """Show a message."""


@dataclass(frozen=True, slots=True)
class _Found:
    """One look at the queue: what waits, what comes before the place, the current entry as it is now, what follows."""

    left: int
    before: int
    current: ReviewEntry | None
    following: list[ReviewEntry]
    dry: bool
    end: Place | None


class Reviewing:
    """Owns the place in the queue. Everything it shows was read ahead; everything it stores goes out behind it."""

    def __init__(self, store: Store, view: ReviewingView, clock: ActiveClock) -> None:
        """Nothing is read before ``start``."""
        self._store = store
        self._view = view
        self._clock = clock
        self.order, self.narrowed = ReviewOrder(), ReviewFilter()
        self.on = False
        self._forget()

    def _forget(self) -> None:
        self.current: ReviewEntry | None = None
        self._ahead: deque[ReviewEntry] = deque()
        self._trail: list[ReviewEntry] = []
        self._steps: list[Step] = []
        self._undone: list[Step] = []
        self._decided: dict[int, State] = {}
        self._blind: set[int] = set()
        self._end: Place | None = None
        self._dry = self._reading = False
        self._from_top = True
        self._ticket = getattr(self, "_ticket", 0) + 1
        self._done = self._left = self._base = self._seen = 0

    # --- beginning and end ---------------------------------------------------------------------------------------

    def start(self, mark: Bookmark) -> None:
        """Begin (again) at a place in a queue."""
        self._forget()
        self.on = True
        self.order, self.narrowed, self._done = mark.order, mark.narrowed, mark.done
        self._look(mark.place, current=None)

    def stop(self) -> None:
        """Nobody reviews any more; what was read ahead may become untrue."""
        self.on = False
        self._ticket += 1
        self._clock.stop()

    @property
    def bookmark(self) -> Bookmark:
        """Where to go on another time: just before what is on screen, or behind the last of the queue."""
        last = self._trail[-1].place if self._trail else None
        return Bookmark(self.order, self.narrowed, self._before_current() or last, self._done)

    def _before_current(self) -> Place | None:
        # One id short of the current entry's, in the direction of the queue, is the place just before it.
        if self.current is None:
            return None
        place = self.current.place
        return Place(place.key, place.instance_id + (1 if self.order.downwards else -1))

    @property
    def stretch(self) -> list[ReviewEntry]:
        """The current entry and those read ahead: what a contact sheet shows."""
        return [*([] if self.current is None else [self.current]), *self._ahead]

    def read_more(self) -> None:
        """Read further ahead: a contact sheet was scrolled to its end."""
        self._read_on()

    # --- going through -------------------------------------------------------------------------------------------

    def skip(self) -> None:
        """Leave the current one undecided and go on."""
        if self.current is not None:
            self._trail.append(self.current)
            self._advance()

    def back(self) -> None:
        """Go back to what was on screen before, decided or not."""
        if not self._trail:
            self._view.say("info", "This is where the review began.")
            return
        if self.current is not None:
            self._ahead.appendleft(self.current)
        self._show(self._trail.pop())

    def go_to(self, instance_id: int) -> None:
        """Make an entry that is read ahead the current one; those before it are passed over."""
        if any(each.instance.id == instance_id for each in self._ahead):
            if self.current is not None:
                self._trail.append(self.current)
            while (entry := self._ahead.popleft()).instance.id != instance_id:
                self._trail.append(entry)
            self.current = entry
            self._tell_standing()

    def state_of(self, entry: ReviewEntry) -> State:
        """Return what was decided about an entry in this review, else what its record says."""
        return self._decided.get(entry.instance.id, entry.instance.state)

    def image_is_blind(self, image_id: int) -> None:
        """An image cannot be shown: pass over everything on it, for nobody should decide unseen."""
        self._blind.add(image_id)
        self._ahead = deque(each for each in self._ahead if each.image.id != image_id)
        if self.current is not None and self.current.image.id == image_id:
            self._advance()

    def touch(self) -> None:
        """Note a sign of life: the pointer moves over the picture."""
        self._clock.touch()

    # --- deciding ------------------------------------------------------------------------------------------------

    def decide(self, decision: Literal[Decision.ACCEPT, Decision.REJECT]) -> None:
        """Accept or reject the current one and go on; the next is shown before this is stored."""
        entry = self.current
        if entry is None:
            return
        instance_id, state = entry.instance.id, STATE_OF[decision]
        before = self.state_of(entry)
        spent = self._clock.stop()
        if before is state:
            self._trail.append(entry)
            self._advance()
            return
        step = Step((instance_id,), state, entry.image.id, entry, before)
        self._note(step)
        self._trail.append(entry)
        # What was read ahead is shown at once; where nothing is, the queue is asked after the decision is in it.
        shown = bool(self._ahead)
        if shown:
            self._advance()

        def refused(error: EngineError) -> None:
            self._drop(step)
            self._return_to(entry)
            self._view.say("error", f"The decision was not stored, so this mask is still to decide. {error}")

        def stored(history_id: int, decided: Decided) -> None:
            step.history_id = history_id
            if not history_id:
                self._passed_over(step, decided)

        if before is State.PROPOSED:
            one = DecideMany(decision, (instance_id,), review_ms=spent)
            self._store.execute(one, done=lambda o: stored(o.history_id, o.value), failed=refused)
        else:
            # What a person has decided, a person may decide otherwise: but one by one, never in bulk.
            anew = SetState((instance_id,), state, spent)
            self._store.execute(anew, done=lambda o: stored(o.history_id, Decided((instance_id,))), failed=refused)
        if not shown:
            self._advance()

    def decide_many(
        self,
        decision: Decision,
        *,
        ids: tuple[int, ...] = (),
        among: ReviewFilter | None = None,
        label_id: int | None = None,
        then: Callable[[Decided], None] = lambda _: None,
    ) -> None:
        """Decide about several at once, by id or by filter, as one step; then read the queue again."""
        if among is None and not ids:
            return
        op = DecideMany(decision, ids, among, label_id, self._clock.stop())
        self._clock.start()

        def stored(outcome: Outcome[Decided]) -> None:
            decided = outcome.value
            if outcome.history_id:
                images = outcome.changes.image_contents
                scope = next(iter(images)) if len(images) == 1 and not outcome.changes.everything else None
                step = Step(decided.done, STATE_OF.get(decision), scope, self.current, history_id=outcome.history_id)
                self._steps.append(step)
                self._undone.clear()
                self._count(step)
            self._tell(decision, decided)
            gone = frozenset(decided.done) if decision is not Decision.RELABEL else frozenset()
            self._ahead = deque(each for each in self._ahead if each.instance.id not in gone)
            if among is not None or decided.already or decided.gone:
                self._go_on_from(gone)
            elif self.current is not None and self.current.instance.id in gone:
                self._advance()
            self._tell_standing()
            self._view.stretch_changed()
            then(decided)

        def refused(error: EngineError) -> None:
            self._view.say("error", f"{op.title}: nothing was changed. {error}")

        self._store.execute(op, done=stored, failed=refused)

    def _go_on_from(self, gone: Collection[int]) -> None:
        """Read the queue again; where the current entry has left it, go on behind it."""
        if self.current is not None and self.current.instance.id in gone:
            self._look(self.current.place, current=None)
        else:
            self.refresh()

    def _tell(self, decision: Decision, decided: Decided) -> None:
        count = len(decided.done)
        if not count and not (decided.already or decided.locked or decided.gone):
            self._view.say("info", "No mask in the queue is like that; nothing was changed.")
            return
        words = f"{_PAST[decision]} {count:,} {'mask' if count == 1 else 'masks'}." if count else "Nothing was changed."
        if decided.already:
            words += f" {decided.already:,} had been decided by somebody else and stay as they are."
        if decided.locked:
            words += f" {decided.locked:,} are locked and stay as they are."
        if decided.gone:
            words += f" {decided.gone:,} are no longer there."
        self._view.say("success" if count else "info", words + (" Ctrl+Z takes it back." if count else ""))

    def _passed_over(self, step: Step, decided: Decided) -> None:
        """The op found nothing to decide: somebody was quicker, or the instance is locked or gone."""
        self._drop(step)
        if decided.locked:
            self._view.say("info", "That mask is locked, so it was passed over. Unlock it first (Ctrl+L).")
        elif decided.gone:
            self._view.say("info", "That mask is no longer there; it was passed over.")
        else:
            self._view.say("info", "Somebody else had decided that mask meanwhile; it stays as it is.")
        self.refresh()

    def _note(self, step: Step) -> None:
        self._count(step)
        self._steps.append(step)
        self._undone.clear()

    def _count(self, step: Step) -> None:
        if step.state is not None:
            fresh = [each for each in step.ids if each not in self._decided]
            self._done += len(fresh)
            self._left = max(self._left - len(fresh), 0)
            self._decided |= dict.fromkeys(step.ids, step.state)

    def _drop(self, step: Step) -> None:
        """Take a step out of the account: it was undone, or never stored."""
        if step in self._steps:
            self._steps.remove(step)
        if step.state is None:
            return
        if step.before is not State.PROPOSED:
            self._decided |= dict.fromkeys(step.ids, step.before)
            return
        back = [each for each in step.ids if self._decided.pop(each, None) is not None]
        self._done = max(self._done - len(back), 0)
        self._left += len(back)

    # --- undo ----------------------------------------------------------------------------------------------------

    @property
    def can_undo(self) -> bool:
        """True while this review has a decision to take back."""
        return bool(self._steps)

    @property
    def can_redo(self) -> bool:
        """True while a decision taken back can be made again."""
        return bool(self._undone)

    def undo(self, image_id: int | None) -> bool:
        """Take back the last decision and go back to it, unless the image on screen was edited since; False if none."""
        if not self._steps:
            return False
        step = self._steps[-1]

        def newest(reader: Reader) -> int:
            records = () if image_id is None else reader.history(image_id, limit=100)
            return next((each.id for each in records if each.state == "done" and each.undoable), 0)

        def go(history_id: int) -> None:
            if step not in self._steps or history_id > step.history_id:
                self._store.undo(image_id)
            else:
                self._store.undo(step.scope, done=lambda outcome: self._undid(step, outcome.history_id))

        self._store.read(newest, go)
        return True

    def _undid(self, step: Step, history_id: int) -> None:
        if history_id != step.history_id:
            self.refresh()
            return
        self._drop(step)
        self._undone.append(step)
        if step.single and step.entry is not None:
            self._return_to(step.entry)
        else:
            self.refresh()

    def redo(self) -> bool:
        """Make the decision again that was taken back last; False if there is none."""
        if not self._undone:
            return False
        step = self._undone[-1]

        def redone(outcome: Outcome[None]) -> None:
            if step in self._undone and outcome.history_id == step.history_id:
                self._undone.remove(step)
                self._steps.append(step)
                self._count(step)
                if step.single and self.current is not None and self.current.instance.id in step.ids:
                    self.skip()
                    return
            self._go_on_from(step.ids if step.state is not None else ())

        self._store.undo(step.scope, redo=True, done=redone)
        return True

    # --- the queue -----------------------------------------------------------------------------------------------

    def refresh(self) -> None:
        """Read again from the current entry on: others, or a bulk decision, have changed the queue."""
        if self.on:
            place = self.current.place if self.current is not None else None
            self._look(place, current=self.current)

    def on_changed(self, changes: Changes) -> None:
        """Keep what was read ahead true."""
        if not self.on:
            return
        if changes.everything:
            self.refresh()
            return
        known = {each.instance.id: each for each in (self.current, *self._ahead) if each is not None}
        touched = [known[each].place for each in sorted(changes.instances & set(known))]
        if touched:
            ticket = self._ticket

            def show(found: list[ReviewEntry]) -> None:
                if ticket == self._ticket:
                    self._update({each.instance.id: each for each in found}, {each.instance_id for each in touched})

            self._store.read(lambda reader: reader.review.entries(touched), show)

    def _update(self, found: dict[int, ReviewEntry], touched: set[int]) -> None:
        fresh = [found.get(each.instance.id, each) for each in self._ahead]
        self._ahead = deque(
            each
            for each in fresh
            if each.instance.id not in touched
            or (each.instance.id in found and (self._is_open(each) or each.instance.id in self._decided))
        )
        self._view.stretch_changed()
        if self.current is None or self.current.instance.id not in touched:
            return
        entry = found.get(self.current.instance.id)
        if entry is None:
            self._view.say("info", "This mask was deleted; on to the next one.")
            self._advance()
            return
        self.current = entry
        state = entry.instance.state
        if state is not State.PROPOSED and entry.instance.id not in self._decided:
            # Refined by hand it is accepted already; Y then only goes on.
            self._count(Step((entry.instance.id,), state, entry.image.id))
        elif state is State.PROPOSED and self._decided.pop(entry.instance.id, None) is not None:
            self._done, self._left = max(self._done - 1, 0), self._left + 1
        elif entry.instance.id in self._decided:
            self._decided[entry.instance.id] = state
        self._view.update_entry(entry)
        self._tell_standing()

    def _is_open(self, entry: ReviewEntry) -> bool:
        return entry.instance.state is State.PROPOSED

    def _look(self, place: Place | None, *, current: ReviewEntry | None) -> None:
        self._ticket += 1
        ticket, order, narrowed = self._ticket, self.order, self.narrowed
        self._reading = True
        self._from_top = place is None
        # As many as are on a contact sheet already, so that it does not shrink under the reader.
        limit = min(max(PAGE, len(self._ahead) + 1), MOST)

        def query(reader: Reader) -> _Found:
            queue = reader.review
            now = queue.entries([current.place]) if current is not None else []
            places = queue.places(order, narrowed, after=place, limit=limit)
            before = 0 if place is None else queue.before(order, narrowed, place)
            at = now[0] if now else None
            # ``before`` a place that is behind the last decided one leaves out nothing that waits.
            return _Found(
                queue.count(narrowed),
                before,
                at,
                queue.entries(places),
                len(places) < limit,
                places[-1] if places else place,
            )

        def show(found: _Found) -> None:
            if ticket != self._ticket:
                return
            self._reading = False
            if current is not None and (self.current is None or self.current.instance.id != current.instance.id):
                self.refresh()  # the person has gone on meanwhile
            else:
                self._take(found, current)

        self._store.read(query, show, failed=self._cannot_read)

    def _take(self, found: _Found, current: ReviewEntry | None) -> None:
        self._left, self._end, self._dry = found.left, found.end, found.dry
        self._ahead = deque(self._visible(found.following))
        at = found.current
        mine = at is not None and (self._is_open(at) or at.instance.id in self._decided)
        if current is None:
            self._trail = []
            self._base = self._done + found.before + 1
            self._advance()
        elif at is not None and mine:
            self._base = self._done + found.before + 1 - len(self._trail)
            changed = at.instance != current.instance
            self.current = at
            if self._is_open(at) and self._decided.pop(at.instance.id, None) is not None:
                self._done = max(self._done - 1, 0)
            if changed:
                self._view.update_entry(at)
            self._tell_standing()
            self._view.stretch_changed()
        else:
            if at is not None and at.instance.id not in self._decided:
                self._view.say("info", "Somebody else has decided this mask meanwhile; on to the next one.")
            self._advance()

    def _visible(self, entries: Sequence[ReviewEntry]) -> list[ReviewEntry]:
        return [each for each in entries if each.image.id not in self._blind]

    def _advance(self) -> None:
        if self._ahead:
            self._show(self._ahead.popleft())
        elif not self._dry:
            self.current = None
            self._read_on()
        else:
            self._at_the_end()

    def _at_the_end(self) -> None:
        """Begin again for what was passed over, or say that nothing is left."""
        self.current = None
        ticket, narrowed = self._ticket, self.narrowed
        seen, self._seen = self._seen, 0

        def look(left: int) -> None:
            if ticket != self._ticket:
                return
            self._left = left
            if left and (seen or not self._from_top):
                if seen:
                    self._view.say("info", f"That was the last one; {left:,} were passed over. From the start again.")
                self._look(None, current=None)
            else:
                self._view.show_nothing(blind=len(self._blind) if left else 0)
                self._tell_standing()

        self._store.read(lambda reader: reader.review.count(narrowed), look, failed=self._cannot_read)

    def _read_on(self) -> None:
        if self._reading or self._dry:
            return
        self._reading = True
        ticket, order, narrowed, end = self._ticket, self.order, self.narrowed, self._end

        def query(reader: Reader) -> tuple[list[Place], list[ReviewEntry]]:
            places = reader.review.places(order, narrowed, after=end, limit=PAGE)
            return places, reader.review.entries(places)

        def show(found: tuple[list[Place], list[ReviewEntry]]) -> None:
            if ticket != self._ticket:
                return
            self._reading = False
            places, entries = found
            self._dry = len(places) < PAGE
            self._end = places[-1] if places else end
            self._ahead.extend(self._visible(entries))
            if self.current is None:
                self._advance()
            self._view.stretch_changed()

        self._store.read(query, show, failed=self._cannot_read)

    def _cannot_read(self, error: EngineError) -> None:
        self._reading = False
        self._view.say("error", f"The review queue cannot be read. {error}")

    def _return_to(self, entry: ReviewEntry) -> None:
        """Bring an entry back on screen, and what came after it back into the queue."""
        if self.current is not None and self.current.instance.id != entry.instance.id:
            self._ahead.appendleft(self.current)
        self._ahead = deque(each for each in self._ahead if each.instance.id != entry.instance.id)
        if any(each.instance.id == entry.instance.id for each in self._trail):
            while self._trail[-1].instance.id != entry.instance.id:
                self._ahead.appendleft(self._trail.pop())
            self._trail.pop()
        self._show(entry)

    def _show(self, entry: ReviewEntry) -> None:
        self.current = entry
        self._seen += 1
        self._clock.start()
        self._view.show_entry(entry, list(self._ahead)[:AHEAD])
        self._tell_standing()
        if len(self._ahead) < LOW:
            self._read_on()

    @property
    def standing(self) -> Standing:
        """How far the review is."""
        number = self._base + len(self._trail) if self.current is not None else 0
        total = self._done + self._left
        return Standing(number, max(total, number), self._done, self._left)

    def _tell_standing(self) -> None:
        self._view.show_standing(self.standing)
