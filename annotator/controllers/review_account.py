"""The account of a review: what was decided in it, what is left, and the steps that Ctrl+Z takes back."""

from __future__ import annotations

from collections.abc import Sequence

from annotator.controllers.review_steps import Step
from engine.records import State
from engine.review import ReviewEntry


class Account:
    """Counts every instance once, however often it is decided."""

    def __init__(self, done: int = 0) -> None:
        """``done`` were decided before, in an earlier session."""
        self.done = done
        self.left = 0
        self.steps: list[Step] = []
        self.undone: list[Step] = []
        self._decided: dict[int, State] = {}

    def knows(self, instance_id: int) -> bool:
        """Tell whether an instance was decided in this review."""
        return instance_id in self._decided

    def state_of(self, entry: ReviewEntry) -> State:
        """Return what was decided about an entry, else what its record says."""
        return self._decided.get(entry.instance.id, judged(entry))

    def add(self, step: Step) -> None:
        """Note a step; what was undone before can no longer be redone."""
        self.count(step)
        self.steps.append(step)
        self.undone.clear()

    def count(self, step: Step) -> None:
        """Note what a step decided, without making it one that can be undone here."""
        if step.state is not None:
            fresh = [each for each in step.ids if each not in self._decided]
            self.done += len(fresh)
            self.left = max(self.left - len(fresh), 0)
            self._decided |= dict.fromkeys(step.ids, step.state)

    def drop(self, step: Step) -> None:
        """Take a step out: it was undone, or never stored."""
        if step in self.steps:
            self.steps.remove(step)
        if step.state is not None and step.before is not State.PROPOSED:
            self._decided |= dict.fromkeys(step.ids, step.before)
        elif step.state is not None:
            self.reopen(step.ids)

    def reopen(self, ids: Sequence[int], *, counted: bool = True) -> None:
        """Note that these wait again; not ``counted``: they are among those left already."""
        back = [each for each in ids if self._decided.pop(each, None) is not None]
        self.done = max(self.done - len(back), 0)
        self.left += len(back) if counted else 0

    def found(self, entry: ReviewEntry) -> Step | None:
        """Take over what became of an entry by other tools; returns a step if that decided it."""
        instance_id, state = entry.instance.id, judged(entry)
        if state is State.PROPOSED:
            self.reopen((instance_id,))
            return None
        fresh = instance_id not in self._decided
        step = Step((instance_id,), state, entry.image.id, entry)
        self.count(step)
        return step if fresh else None


def judged(entry: ReviewEntry) -> State:
    """Return what was decided about an entry: a pose that has joined its object was accepted."""
    state = entry.instance.state
    return State.ACCEPTED if state is State.JOINED else state
