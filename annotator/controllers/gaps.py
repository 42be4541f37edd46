"""Shows what no mask explains, and goes to the biggest gap with a suggestion at hand."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import CancelledError, Future
from typing import Literal, Protocol, TypeVar

from engine.errors import EngineError, InferenceCancelled, InferenceCrashed
from engine.inference.draft import Answer, Draft, ImageRef
from engine.jobs.finder import reason_of
from engine.records import PromptRecord, Rle
from engine.stages.coverage import Coverage, coverage
from engine.stages.gaps import Gap, GapParams, find_gaps
from engine.stages.semi import suggestions

T = TypeVar("T")
PARAMS = GapParams()


class GapsView(Protocol):
    """Canvas and strip."""

    def show_coverage(self, covered: Coverage | None) -> None:
        """Say how much is explained; None: not known (yet)."""

    def show_gap(self, gap: Gap) -> None:
        """Bring a gap into view."""

    def show_asking(self, gap: Gap | None) -> None:
        """Say that the backend is asked about a gap, or no longer."""

    def offer(self, gap: Gap, answer: Answer, chosen: int) -> bool:
        """Begin a draft with a suggestion; False where the person has one open."""

    def say(self, kind: Literal["info", "warning", "error"], text: str) -> None:
        """Show a message."""


class Runs(Protocol):
    """A lane for work that must not hold up the window."""

    def __call__(self, work: Callable[[], T], /, *, done: Callable[[T], None]) -> object:
        """Run ``work`` there and ``done`` here."""


class Gaps:
    """Remembers which gaps of the image on screen were looked at."""

    def __init__(
        self,
        view: GapsView,
        *,
        run: Runs,
        ask: Callable[[Draft], Future[Answer]],
        post: Callable[[Callable[[], None]], None],
        image: Callable[[], ImageRef | None],
        masks: Callable[[], tuple[Rle, ...]],
    ) -> None:
        """``image`` is the one on screen; ``masks`` are those that are shown on it, accepted or proposed."""
        self._view = view
        self._run = run
        self._ask = ask
        self._post = post
        self._image = image
        self._masks = masks
        self._active = False
        self._working = self._again = False
        self._ticket = 0
        self._asking = False
        self._seen: list[Gap] = []

    def enter(self) -> None:
        """The mode was chosen."""
        self._active = True
        self.refresh()

    def leave(self) -> None:
        """Another mode was chosen."""
        self._active = False
        self._forget()
        self._view.show_coverage(None)

    def image_shown(self) -> None:
        """Another image is on screen."""
        self._forget()
        self._view.show_coverage(None)
        self.refresh()

    def refresh(self) -> None:
        """Work out anew what is explained; while that is being done, once more afterwards and no oftener."""
        image = self._image()
        if not self._active or image is None:
            return
        if self._working:
            self._again = True
            return
        self._working = True
        masks = self._masks()

        def show(covered: Coverage) -> None:
            self._working = False
            again, self._again = self._again, False
            now = self._image()
            if self._active and now is not None and now.image_id == image.image_id:
                self._view.show_coverage(covered)
            if again:
                self.refresh()

        self._run(lambda: coverage(image.height, image.width, masks), done=show)

    def next(self) -> None:
        """Go to the biggest gap that was not looked at and ask the backend there."""
        image = self._image()
        if image is None or not self._active or self._asking:
            return
        masks, seen = self._masks(), tuple(self._seen)
        self._ticket += 1
        ticket = self._ticket
        self._asking = True

        def go(found: tuple[Gap, ...]) -> None:
            if ticket == self._ticket:
                self._look_at(found, image, ticket)

        self._run(lambda: find_gaps(coverage(image.height, image.width, masks), PARAMS, seen=seen), done=go)

    def _look_at(self, found: tuple[Gap, ...], image: ImageRef, ticket: int) -> None:
        if not found:
            self._asking = False
            if self._seen:
                self._seen.clear()
                self._view.say("info", "Every gap was looked at. G begins anew.")
            else:
                self._view.say("info", f"No gap of {PARAMS.least_share:.1%} of the image or more is left.")
            return
        gap = found[0]
        self._seen.append(gap)
        self._view.show_gap(gap)
        self._view.show_asking(gap)
        self._ask_at(gap, image, ticket, again=True)

    def _ask_at(self, gap: Gap, image: ImageRef, ticket: int, *, again: bool) -> None:
        draft = Draft(image).with_prompt(PromptRecord("point", *gap.point), generation=0)

        def answered(done: Future[Answer]) -> None:
            if ticket != self._ticket:
                return
            try:
                answer = done.result()
            except (InferenceCancelled, CancelledError):
                self._end()
            except EngineError as error:
                if again and isinstance(error, InferenceCrashed):
                    # The process is being replaced; the gap is asked once more, and no oftener.
                    self._ask_at(gap, image, ticket, again=False)
                    return
                self._end()
                self._view.say("error", f"The backend gave no answer at the gap: {reason_of(error)}")
            except Exception:  # a bug keeps its traceback, but G must work again
                self._end()
                raise
            else:
                self._weigh(gap, answer, ticket)

        self._ask(draft).add_done_callback(lambda done: self._post(lambda: answered(done)))

    def _weigh(self, gap: Gap, answer: Answer, ticket: int) -> None:
        # As they are now: masks may have come while the backend was busy.
        masks = self._masks()
        found = [each.mask for each in answer.candidates]

        def offer(kept: tuple[int, ...]) -> None:
            if ticket != self._ticket:
                return
            self._end()
            if not kept:
                self._view.say("info", "The suggestion overlaps masks that are there, so it was dropped. G goes on.")
            elif not self._view.offer(gap, answer, kept[0]):
                self._view.say("info", "You have a draft open, so the suggestion for the gap was dropped.")

        self._run(lambda: suggestions(found, masks), done=offer)

    def _end(self) -> None:
        self._asking = False
        self._view.show_asking(None)

    def _forget(self) -> None:
        self._ticket += 1
        self._seen.clear()
        self._end()
