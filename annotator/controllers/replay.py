"""Shows click by click how an instance came to be: the backend is asked again after each of its prompts."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import CancelledError, Future
from dataclasses import dataclass, replace
from typing import Literal, Protocol

from engine.drafting.replay import Step, likeness, steps_of
from engine.errors import EngineError, InferenceCancelled
from engine.inference.draft import Answer, Draft, ImageRef
from engine.jobs.finder import reason_of
from engine.records import InstanceRecord, PromptRecord, Rle


@dataclass(frozen=True, slots=True)
class ReplayState:
    """What is on screen: step ``place`` of ``steps``, its mask (None while the backend works) and how alike it is.

    ``note`` says where another backend or other weights answer than those that made the instance.
    """

    instance_id: int
    steps: tuple[Step, ...]
    place: int
    mask: Rle | None = None
    alike: float | None = None
    note: str = ""

    @property
    def step(self) -> Step:
        """The step that is shown."""
        return self.steps[self.place]

    @property
    def last(self) -> bool:
        """True at the end."""
        return self.place == len(self.steps) - 1


class ReplayView(Protocol):
    """Canvas and strip."""

    def show_replay(self, state: ReplayState | None) -> None:
        """Show a step, or the ordinary picture again."""

    def say(self, kind: Literal["info", "warning", "error"], text: str) -> None:
        """Show a message."""


class Replay:
    """Owns the step that is shown; every answer is kept, so going back asks nothing."""

    def __init__(
        self,
        view: ReplayView,
        *,
        ask: Callable[[Draft], Future[Answer]],
        post: Callable[[Callable[[], None]], None],
    ) -> None:
        """``post`` runs a closure on this thread."""
        self._view = view
        self._ask = ask
        self._post = post
        self._ticket = 0
        self._image: ImageRef | None = None
        self._instance: InstanceRecord | None = None
        self._masks: dict[int, Rle] = {}
        self.state: ReplayState | None = None

    def begin(self, image: ImageRef, instance: InstanceRecord, prompts: tuple[PromptRecord, ...], note: str) -> None:
        """Show the first prompt of an instance on the image that is on screen."""
        steps = steps_of(prompts)
        if not steps:
            self._view.say("info", "No clicks are stored with this instance: it was drawn, painted or imported.")
            return
        self._image, self._instance, self._masks = image, instance, {}
        self._show(ReplayState(instance.id, steps, 0, note=note))

    def step(self, by: int) -> bool:
        """Go forward or back; False where no replay is on."""
        if self.state is None:
            return False
        place = min(max(self.state.place + by, 0), len(self.state.steps) - 1)
        if place != self.state.place:
            self._show(replace(self.state, place=place))
        return True

    def end(self) -> bool:
        """Show the ordinary picture again; False where no replay was on."""
        if self.state is None:
            return False
        self._ticket += 1
        self.state = self._image = self._instance = None
        self._view.show_replay(None)
        return True

    def _show(self, state: ReplayState) -> None:
        self._ticket += 1
        known = self._masks.get(state.place)
        self.state = self._with_mask(state, known)
        self._view.show_replay(self.state)
        if known is None and state.step.answered and self._image is not None:
            ticket, draft = self._ticket, Draft(self._image, state.step.prompts)
            future = self._ask(draft)
            future.add_done_callback(lambda done: self._post(lambda: self._answered(ticket, done)))

    def _answered(self, ticket: int, done: Future[Answer]) -> None:
        if ticket != self._ticket or self.state is None:
            return
        try:
            answer = done.result()
        except (InferenceCancelled, CancelledError):
            return
        except EngineError as error:
            self._view.say("error", f"This step could not be shown again: {reason_of(error)}")
            return
        if not answer.candidates:
            return
        # Where the person chose among candidates, the one they ended with is likest what is stored.
        masks = [each.mask for each in answer.candidates]
        stored = self._instance.mask if self._instance is not None else None
        best = (
            max(masks, key=lambda mask: likeness(mask, stored)) if stored is not None and self.state.last else masks[0]
        )
        self._masks[self.state.place] = best
        self.state = self._with_mask(self.state, best)
        self._view.show_replay(self.state)

    def _with_mask(self, state: ReplayState, mask: Rle | None) -> ReplayState:
        stored = self._instance.mask if self._instance is not None else None
        alike = likeness(mask, stored) if mask is not None and stored is not None else None
        return replace(state, mask=mask, alike=alike)
