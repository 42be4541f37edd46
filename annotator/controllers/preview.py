"""The mask under the pointer, shown before the click; asked for only when nothing else is."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import CancelledError, Future

from engine.errors import EngineError
from engine.inference.draft import Answer, ImageRef
from engine.records import Rle


class Preview:
    """Latest place wins; a draft ends it."""

    def __init__(
        self,
        *,
        ask: Callable[[ImageRef, float, float], Future[Answer]],
        post: Callable[[Callable[[], None]], None],
        show: Callable[[Rle | None], None],
        blocked: Callable[[], bool],
    ) -> None:
        """``blocked`` tells that a draft or a selection has the canvas; ``show(None)`` takes the preview away."""
        self._ask = ask
        self._post = post
        self._show = show
        self._blocked = blocked
        self._ticket = 0
        self._shown = False
        self.image: ImageRef | None = None

    def show(self, x: float, y: float) -> None:
        """Ask what a click at image pixel (x, y) would give."""
        if self.image is None or self._blocked():
            return
        self._ticket += 1
        ticket = self._ticket
        future = self._ask(self.image, x, y)
        future.add_done_callback(lambda done: self._post(lambda: self._answered(ticket, done)))

    def clear(self) -> None:
        """Take the preview away."""
        self._ticket += 1
        if self._shown:
            self._shown = False
            self._show(None)

    def _answered(self, ticket: int, done: Future[Answer]) -> None:
        if ticket != self._ticket or self._blocked():
            return
        try:
            candidates = done.result().candidates
        except (EngineError, CancelledError):
            return  # a preview is a courtesy: the click itself tells what is wrong
        self._shown = bool(candidates)
        self._show(candidates[0].mask if candidates else None)
