"""Commands of the review mode: going through the queue and deciding."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from typing import Literal

from PySide6.QtCore import QTimer

from annotator.commands.review_choice import ReviewChoice
from annotator.commands.review_look import ReviewLook
from annotator.controllers.review_steps import Bookmark
from annotator.desk import Desk
from engine.changes import Changes
from engine.drafting.active_clock import ActiveClock
from engine.ops.decide import Decision
from engine.records import ImageRecord, State
from engine.review import ReviewEntry, ReviewFilter

SAVE_MS = 3_000
"""The place is kept so long after the last step, not at every one."""
DECISIONS: dict[State, Literal[Decision.ACCEPT, Decision.REJECT]] = {
    State.ACCEPTED: Decision.ACCEPT,
    State.REJECTED: Decision.REJECT,
}


class ReviewCommands:
    """A mode's part (see ``modes``); binds review.* and answers Y, N, labels and undo while it is on."""

    def __init__(self, desk: Desk, *, propose: Callable[[], None]) -> None:
        """``propose`` goes to the mode that makes proposals."""
        self._desk = desk
        self._propose = propose
        self._project = ""
        self._save = QTimer(desk.window)
        self._save.setSingleShot(True)
        self._save.setInterval(SAVE_MS)
        self._save.timeout.connect(self.remember)
        self.look = ReviewLook(desk, ActiveClock(_milliseconds), moved=self._save.start)
        self.reviewing = self.look.reviewing
        self.choice = ReviewChoice(desk, self.look, begin=self._begin)
        self.on = False
        self._connect()

    def _connect(self) -> None:
        registry, desk, sheet = self._desk.registry, self._desk, self.look.sheet
        registry.bind("review.skip", self.reviewing.skip)
        registry.bind("review.back", self.reviewing.back)
        registry.bind("review.image", lambda what: self.decide_image(Decision(what)))
        registry.bind("review.view", self.look.choose)
        self.look.strip.view_chosen.connect(lambda name: registry.trigger(f"review.view.{name}"))
        sheet.opened.connect(self._open)
        sheet.left.connect(lambda: self.look.choose("one"))
        sheet.more_asked.connect(self.reviewing.read_more)
        sheet.pictures_needed.connect(self.look.crops.ask)
        sheet.chosen_changed.connect(self.reviewing.touch)
        self.look.empty.clicked.connect(self._way_out)
        desk.window.canvas.pointer.connect(lambda _x, _y: self.reviewing.touch())
        desk.bus.changed.connect(self._changed)
        desk.navigation.unreadable = self._unreadable

    # --- the mode ------------------------------------------------------------------------------------------------

    def enter(self) -> None:
        """Go on where this project's review was left."""
        self.on = True
        self.look.enter()

        def begin(uuid: str) -> None:
            if self.on:
                self._project = uuid
                stored = self._desk.state.review(uuid)
                self._begin(Bookmark.from_json(stored) if stored else Bookmark())

        self._desk.store.read(lambda reader: reader.project().uuid, begin)

    def leave(self) -> None:
        """Keep the place, and show the picture as the other modes know it."""
        self.remember()
        self.on = False
        self._project = ""
        self.reviewing.stop()
        self.choice.leave()
        self.look.leave()

    def remember(self) -> None:
        """Keep the place for another time; nothing is lost that a person has decided."""
        self._save.stop()
        if self.on and self._project:
            self._desk.state.save_review(self._project, self.reviewing.bookmark.to_json())

    def project_closed(self) -> None:
        """Forget pictures: another project uses the same ids."""
        self.look.sheet.model.forget()

    def _begin(self, mark: Bookmark) -> None:
        self.choice.show(mark)
        self.reviewing.start(mark)

    @property
    def active(self) -> bool:
        """True while there is something to decide."""
        return self.on and self.reviewing.current is not None

    @property
    def can_undo(self) -> bool:
        """True while this review has a decision to take back."""
        return self.on and self.reviewing.can_undo

    @property
    def can_redo(self) -> bool:
        """True while a decision taken back can be made again."""
        return self.on and self.reviewing.can_redo

    # --- deciding ------------------------------------------------------------------------------------------------

    def decide(self, state: State) -> bool:
        """Y or N: decide about what is chosen, else about the current one; False where that is not our business."""
        if not self.on or state not in DECISIONS:
            return False
        if self.look.view == "sheet":
            self._decide_on_sheet(DECISIONS[state])
            return True
        current = self.reviewing.current
        if current is None:
            return False
        if not self._settle_draft(current, state):
            self._decide_chosen(current, DECISIONS[state])
        return True

    def _decide_on_sheet(self, decision: Decision) -> None:
        targets, broken = self.look.sheet.targets, self.look.sheet.model.is_broken
        seen = tuple(each for each in targets if decision is Decision.REJECT or not broken(each))
        if targets and not seen:
            self.look.say("info", "Their images cannot be read. Nobody should accept what cannot be seen.")
        self.reviewing.decide_many(decision, ids=seen)

    def _settle_draft(self, current: ReviewEntry, state: State) -> bool:
        """Deal with an open draft before a decision; True where that decides, or where the decision has to wait."""
        prompting = self._desk.prompting
        draft = prompting.state.draft
        if draft is None:
            return False
        if draft.instance_id == current.instance.id and state is State.REJECTED:
            prompting.cancel()
            return False
        if prompting.state.waiting or not prompting.commit():
            self.look.say("info", "The backend has no mask for these clicks yet. Wait for it, or drop them with Esc.")
            return True
        if draft.instance_id != current.instance.id:
            return False
        # Storing the correction accepts the instance; the next one comes when it is stored.
        self.reviewing.go_on_when_accepted()
        return True

    def _decide_chosen(self, current: ReviewEntry, decision: Literal[Decision.ACCEPT, Decision.REJECT]) -> None:
        """Decide about the current one and other proposals that a person has picked, or about those alone."""
        here, chosen = current.instance.id, self._desk.editing.selection
        known = self._desk.editing.instances
        others = [each for each in chosen if each != here and each in known and known[each].state is State.PROPOSED]
        if not others:
            self.reviewing.decide(decision)
        else:
            self.reviewing.decide_many(decision, ids=(*([here] if here in chosen else []), *others))

    def decide_image(self, decision: Decision) -> None:
        """Decide about all proposals of the image on screen that the filter leaves."""
        current = self.reviewing.current
        if current is not None:
            self.reviewing.decide_many(decision, among=replace(self.reviewing.narrowed, image_id=current.image.id))

    def relabel(self, label_id: int | None) -> bool:
        """On the contact sheet a label goes to what is chosen there; False elsewhere."""
        if not self.on or self.look.view != "sheet":
            return False
        self.reviewing.decide_many(Decision.RELABEL, ids=self.look.sheet.targets, label_id=label_id)
        return True

    def select_all(self) -> bool:
        """Ctrl+A: choose all of the contact sheet; False elsewhere."""
        if not self.on or self.look.view != "sheet":
            return False
        self.look.sheet.view.selectAll()
        return True

    def undo(self, image_id: int | None) -> bool:
        """Ctrl+Z: take back the last decision; False where something else is to be undone."""
        return self.on and self.reviewing.undo(image_id)

    def redo(self) -> bool:
        """Ctrl+Y: decide again as before."""
        return self.on and self.reviewing.redo()

    # --- what comes from elsewhere -------------------------------------------------------------------------------

    def _changed(self, changes: Changes, _initiator: object) -> None:
        if self._desk.store.workspace is None or not self.on:
            return
        self.reviewing.on_changed(changes)
        self.choice.on_changed(changes)
        if self.look.nothing and changes.image_contents:
            self.reviewing.refresh()

    def _unreadable(self, image: ImageRecord) -> None:
        current = self.reviewing.current
        if self.on and self.look.view != "sheet" and current is not None and current.image.id == image.id:
            words = f"{image.path} cannot be shown, so its masks were passed over. Put the file back first."
            self.look.say("warning", words)
            self.reviewing.image_is_blind(image.id)

    def _open(self, instance_id: int) -> None:
        self.reviewing.go_to(instance_id)
        self.look.choose("one")

    def _way_out(self) -> None:
        if self.reviewing.narrowed != ReviewFilter():
            self.choice.narrow(ReviewFilter())
        else:
            self._propose()


def _milliseconds() -> float:
    return time.monotonic() * 1000
