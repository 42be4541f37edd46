"""Leads a reviewer through the queue: one decision a key, the next mask on screen before the last one is stored."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Literal, Protocol

from annotator.controllers.review_account import Account
from annotator.controllers.review_queue import LOW, Look, ReviewQueue
from annotator.controllers.review_steps import Bookmark, Standing, Step
from annotator.controllers.review_words import passed_over, told
from annotator.controllers.store import Store
from engine.changes import Changes
from engine.drafting.active_clock import ActiveClock
from engine.errors import EngineError
from engine.ops.decide import Decided, DecideMany, Decision
from engine.ops.reviews import SetState
from engine.records import State
from engine.review import Place, ReviewEntry, ReviewFilter
from engine.storage.reader import Reader
from engine.workspace import Outcome

AHEAD = 4
"""Entries whose images are decoded before they are reached."""
STATE_OF = {Decision.ACCEPT: State.ACCEPTED, Decision.REJECT: State.REJECTED}


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


class Reviewing:
    """Owns the place in the queue. Everything it shows was read ahead; everything it stores goes out behind it."""

    def __init__(self, store: Store, view: ReviewingView, clock: ActiveClock) -> None:
        """Nothing is read before ``start``."""
        self._store = store
        self._view = view
        self._clock = clock
        self._queue = ReviewQueue(store, self._cannot_read)
        self.on = False
        self._all = False
        self._begin(Bookmark())

    def _begin(self, mark: Bookmark) -> None:
        self._queue.clear(mark.order, mark.narrowed)
        self._account = Account(mark.done)
        self.current: ReviewEntry | None = None
        self._trail: list[ReviewEntry] = []
        self._base = self._seen = self._moves = 0
        self._leaving: int | None = None
        self._redoing: Step | None = None

    # --- beginning and end ---------------------------------------------------------------------------------------

    def start(self, mark: Bookmark) -> None:
        """Begin (again) at a place in a queue."""
        self._begin(mark)
        self.on = True
        self._look(None if self._all else mark.place)

    def stop(self) -> None:
        """Nobody reviews any more; what was read ahead may become untrue."""
        self.on = False
        self._queue.stop()
        self._clock.stop()

    @property
    def narrowed(self) -> ReviewFilter:
        """What the queue is narrowed to."""
        return self._queue.narrowed

    @property
    def bookmark(self) -> Bookmark:
        """Where to go on another time: just before what is on screen, or behind the last of the queue."""
        order, place = self._queue.order, self._trail[-1].place if self._trail else None
        if self.current is not None:
            # One id short of the current entry's, in the direction of the queue, is the place just before it.
            here = self.current.place
            place = Place(here.key, here.instance_id + (1 if order.downwards else -1))
        return Bookmark(order, self.narrowed, place, self._account.done)

    @property
    def standing(self) -> Standing:
        """How far the review is."""
        number = self._base + len(self._trail) if self.current is not None else 0
        total = self._account.done + self._account.left
        return Standing(number, max(total, number), self._account.done, self._account.left)

    @property
    def stretch(self) -> list[ReviewEntry]:
        """The current entry and those read ahead: what a contact sheet shows."""
        return [*([] if self.current is None else [self.current]), *self._queue]

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
            self._queue.put_back(self.current)
        self._show(self._trail.pop())

    def go_to(self, instance_id: int) -> None:
        """Make an entry that is read ahead the current one; those before it are passed over."""
        if any(each.instance.id == instance_id for each in self._queue):
            while self.current is None or self.current.instance.id != instance_id:
                self._trail.extend([] if self.current is None else [self.current])
                self.current = self._queue.take()
            self._moves += 1
            self._tell_standing()

    def state_of(self, entry: ReviewEntry) -> State:
        """Return what was decided about an entry in this review, else what its record says."""
        return self._account.state_of(entry)

    def image_is_blind(self, image_id: int) -> None:
        """An image cannot be shown: pass over everything on it, for nobody should decide unseen."""
        self._queue.drop_image(image_id)
        if self.current is not None and self.current.image.id == image_id:
            self._advance()

    def read_more(self) -> None:
        """Read further ahead: a contact sheet was scrolled to its end."""
        self._queue.read_on(self._read)

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
        if before is state:
            self.skip()
            return
        spent = self._clock.stop()
        step = Step((instance_id,), state, entry.image.id, entry, before)
        self._account.add(step)
        self._trail.append(entry)
        # What was read ahead is shown at once; where nothing is, the queue is asked after the decision is in it.
        shown = len(self._queue) > 0
        if shown:
            self._advance()

        def refused(error: EngineError) -> None:
            self._account.drop(step)
            self._return_to(entry)
            self._view.say("error", f"The decision was not stored, so this mask is still to decide. {error}")

        def stored(history_id: int, decided: Decided) -> None:
            step.history_id = history_id
            if not history_id:
                self._account.drop(step)
                self._view.say("info", passed_over(decided))
                self.refresh()

        if before is State.PROPOSED:
            one = DecideMany(decision, (instance_id,), review_ms=spent)
            self._store.execute(one, done=lambda o: stored(o.history_id, o.value), failed=refused)
        else:
            # What a person has decided, a person may decide otherwise: but one by one, never in bulk.
            anew = SetState((instance_id,), state, spent)
            self._store.execute(anew, done=lambda o: stored(o.history_id, Decided((instance_id,))), failed=refused)
        if not shown:
            self._advance()

    def go_on_when_accepted(self) -> None:
        """The current one is being corrected by an op that accepts it: go on once that is stored."""
        self._leaving = None if self.current is None else self.current.instance.id

    def decide_many(
        self,
        decision: Decision,
        *,
        ids: tuple[int, ...] = (),
        among: ReviewFilter | None = None,
        label_id: int | None = None,
    ) -> None:
        """Decide about several at once, by id or by filter, as one step."""
        if among is None and not ids:
            return
        op = DecideMany(decision, ids, among, label_id, self._clock.stop())
        self._clock.start()

        def stored(outcome: Outcome[Decided]) -> None:
            decided, changes = outcome.value, outcome.changes
            if outcome.history_id:
                images = changes.image_contents
                scope = next(iter(images)) if len(images) == 1 and not changes.everything else None
                step = Step(decided.done, STATE_OF.get(decision), scope, self.current, history_id=outcome.history_id)
                self._account.add(step)
            kind, words = told(decision, decided)
            self._view.say(kind, words)
            gone = decided.done if decision is not Decision.RELABEL else ()
            self._queue.drop(frozenset(gone))
            if among is not None or decided.already or decided.gone:
                self._go_on_from(gone)
            elif self.current is not None and self.current.instance.id in gone:
                self._advance()
            self._tell_standing()
            self._view.stretch_changed()

        def refused(error: EngineError) -> None:
            self._view.say("error", f"{op.title}: nothing was changed. {error}")

        self._store.execute(op, done=stored, failed=refused)

    def _go_on_from(self, gone: Collection[int]) -> None:
        """Read the queue again; where the current entry has left it, go on behind it."""
        if self.current is not None and self.current.instance.id in gone:
            self._look(self.current.place)
        else:
            self.refresh()

    # --- undo ----------------------------------------------------------------------------------------------------

    @property
    def can_undo(self) -> bool:
        """True while this review has a decision to take back."""
        return bool(self._account.steps)

    @property
    def can_redo(self) -> bool:
        """True while a decision taken back can be made again."""
        return bool(self._account.undone)

    def undo(self, image_id: int | None) -> bool:
        """Take back the last decision and go back to it, unless the image on screen was edited since; False if none."""
        if not self._account.steps:
            return False
        step = self._account.steps[-1]

        def go(newest: int) -> None:
            if step not in self._account.steps or newest > step.history_id:
                self._store.undo(image_id)
            else:
                self._store.undo(step.scope, done=lambda outcome: self._undid(step, outcome.history_id))

        self._store.read(lambda reader: _newest(reader, image_id), go)
        return True

    def _undid(self, step: Step, history_id: int) -> None:
        if history_id != step.history_id:
            self.refresh()
            return
        self._account.drop(step)
        self._account.undone.append(step)
        if step.single and step.entry is not None:
            self._return_to(step.entry)
        else:
            self.refresh()

    def redo(self) -> bool:
        """Make the decision again that was taken back last; False if there is none."""
        if not self._account.undone:
            return False
        step, account = self._account.undone[-1], self._account
        self._redoing = step

        def redone(outcome: Outcome[None]) -> None:
            self._redoing = None
            if step in account.undone and outcome.history_id == step.history_id:
                account.undone.remove(step)
                account.steps.append(step)
                account.count(step)
                if step.single and self.current is not None and self.current.instance.id in step.ids:
                    self.skip()
                    return
            self._go_on_from(step.ids if step.state is not None else ())

        self._store.undo(step.scope, redo=True, done=redone)
        return True

    # --- keeping it true -----------------------------------------------------------------------------------------

    def show_all(self, on: bool) -> None:
        """Go through the queue from its start while a contact sheet shows it: it may not hide what came before."""
        self._all = on
        if on and self.on:
            self._look(None)

    def refresh(self) -> None:
        """Read again from the current entry on: others, or a bulk decision, have changed the queue."""
        if self.on and self._all:
            self._look(None)
        elif self.on:
            self._look(None if self.current is None else self.current.place, keep=self.current)

    def on_changed(self, changes: Changes) -> None:
        """Keep what was read ahead true."""
        if self.on and changes.everything:
            self.refresh()
        elif self.on:
            touched = [each.place for each in self.stretch if each.instance.id in changes.instances]
            if touched:
                ids = frozenset(place.instance_id for place in touched)
                self._queue.again(touched, lambda found: self._update(found, ids))

    def _update(self, found: dict[int, ReviewEntry], touched: frozenset[int]) -> None:
        def renewed(entry: ReviewEntry) -> ReviewEntry | None:
            new = found.get(entry.instance.id)
            if entry.instance.id not in touched:
                return entry
            return new if new is not None and self._belongs(new) else None

        self._queue.renew(renewed)
        current = self.current
        if current is not None and current.instance.id in touched:
            entry = found.get(current.instance.id)
            if entry is None:
                self._view.say("info", "This mask was deleted; on to the next one.")
                self._advance()
            else:
                self._current_changed(entry)
        self._view.stretch_changed()

    def _current_changed(self, entry: ReviewEntry) -> None:
        self.current = entry
        if self._redoing is not None and entry.instance.id in self._redoing.ids:
            return  # what follows from it is done once it is known to be done
        step = self._account.found(entry)
        if step is not None:
            # Corrected by hand it is accepted already: Y only goes on, and Ctrl+Z leads back here.
            self._account.add(step)
            image_id = entry.image.id
            self._store.read(
                lambda reader: _newest(reader, image_id), lambda newest: setattr(step, "history_id", newest)
            )
        if self._leaving == entry.instance.id and self.state_of(entry) is State.ACCEPTED:
            self.skip()
            return
        self._view.update_entry(entry)
        self._tell_standing()

    def _belongs(self, entry: ReviewEntry) -> bool:
        return entry.instance.state is State.PROPOSED or self._account.knows(entry.instance.id)

    def _look(self, place: Place | None, *, keep: ReviewEntry | None = None) -> None:
        """Read again behind a place; ``keep`` stays on screen where it is still in the queue."""
        asked = self._moves

        def show(look: Look | None) -> None:
            if look is None:
                self.refresh()  # the person has gone on meanwhile, and the answer may hold what was decided since
            else:
                self._take(look, keep)

        self._queue.look(place, keep, overtaken=lambda: self._moves != asked, done=show)

    def _take(self, look: Look, keep: ReviewEntry | None) -> None:
        account, now = self._account, look.current
        account.left = look.left
        if keep is None:
            self._trail = []
            self._base = account.done + look.before + 1
            self._advance()
        elif now is not None and self._belongs(now):
            if now.instance.state is State.PROPOSED:
                account.reopen((now.instance.id,), counted=False)
            self._base = account.done + look.before + 1 - len(self._trail)
            self.current = now
            if now.instance != keep.instance:
                self._view.update_entry(now)
            self._tell_standing()
        else:
            if now is not None:
                self._view.say("info", "Somebody else has decided this mask meanwhile; on to the next one.")
            self._advance()
        self._view.stretch_changed()

    # --- what is on screen ---------------------------------------------------------------------------------------

    def _advance(self) -> None:
        self._moves += 1
        if len(self._queue):
            self._show(self._queue.take())
            return
        self.current = None
        if self._queue.dry:
            self._queue.count(self._at_the_end)
        else:
            self._queue.read_on(self._read)

    def _read(self) -> None:
        if self.current is None:
            self._advance()
        self._view.stretch_changed()

    def _at_the_end(self, left: int) -> None:
        """Begin again for what was passed over, or say that nothing is left."""
        if self.current is not None:
            return
        seen, self._seen = self._seen, 0
        self._account.left = left
        if left and (seen or not self._queue.from_top):
            if seen:
                self._view.say("info", f"That was the last one; {left:,} were passed over. From the start again.")
            self._look(None)
        else:
            self._view.show_nothing(blind=len(self._queue.blind) if left else 0)
            self._tell_standing()

    def _return_to(self, entry: ReviewEntry) -> None:
        """Bring an entry back on screen, and what came after it back into the queue."""
        if self.current is not None and self.current.instance.id != entry.instance.id:
            self._queue.put_back(self.current)
        self._queue.drop((entry.instance.id,))
        if any(each.instance.id == entry.instance.id for each in self._trail):
            while self._trail[-1].instance.id != entry.instance.id:
                self._queue.put_back(self._trail.pop())
            self._trail.pop()
        self._show(entry)

    def _show(self, entry: ReviewEntry) -> None:
        self.current = entry
        self._moves += 1
        self._leaving = self._redoing = None
        self._seen += 1
        self._clock.start()
        self._view.show_entry(entry, list(self._queue)[:AHEAD])
        self._tell_standing()
        if len(self._queue) < LOW:
            self._queue.read_on(self._read)

    def _tell_standing(self) -> None:
        self._view.show_standing(self.standing)

    def _cannot_read(self, error: EngineError) -> None:
        self._view.say("error", f"The review queue cannot be read. {error}")


def _newest(reader: Reader, image_id: int | None) -> int:
    """Return the newest step that Ctrl+Z would take back on an image, 0 if there is none."""
    records = () if image_id is None else reader.history(image_id, limit=100)
    return next((each.id for each in records if each.state == "done" and each.undoable), 0)
