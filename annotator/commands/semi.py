"""Commands of the semi-automatic mode."""

from __future__ import annotations

import time
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from annotator.canvas.coverage_item import hatch, rgb
from annotator.controllers.filling import Filling, FillState
from annotator.controllers.gaps import Gaps
from annotator.desk import Desk
from annotator.widgets.semi_strip import SemiStrip
from engine.changes import Changes
from engine.drafting.active_clock import ActiveClock
from engine.inference.draft import Answer, Draft
from engine.records import Rle, Stage
from engine.stages.coverage import Coverage
from engine.stages.gaps import Gap

SCORE, STABILITY, AT_ONCE = "semi.min_score", "semi.min_stability", "semi.find_at_once"


class SemiCommands:
    """A mode's part (see ``modes``); binds semi.* and go.next_gap."""

    def __init__(self, desk: Desk) -> None:
        """Bind."""
        self._desk = desk
        self._on = False
        self._layer = False
        self._covered: Coverage | None = None
        self._asked: Gap | None = None
        self._counted: frozenset[int] = frozenset()
        self.strip = SemiStrip(desk.icons)
        desk.window.add_mode_strip("semi", self.strip)
        self.filling = Filling(
            desk.store,
            desk.editing,
            desk.inference,
            post=desk.lanes.post,
            image=lambda: desk.prompting.image,
            show=self._show_state,
            say=desk.presenter.say,
            clock=ActiveClock(_milliseconds),
        )
        self.filling.wanted_at_once = lambda: desk.settings.flag(AT_ONCE)
        self.gaps = Gaps(
            self,
            run=desk.lanes.io.run,
            ask=desk.inference.ask,
            post=desk.lanes.post,
            image=lambda: desk.prompting.image,
            masks=self._masks,
        )
        self._connect()

    def enter(self) -> None:
        """Show the strip's step; what is added by hand now belongs to this stage."""
        self._on = True
        self._desk.prompting.stage = Stage.SEMI
        score, stability = self._desk.settings.real(SCORE), self._desk.settings.real(STABILITY)
        self.strip.set_thresholds(score, stability)
        self.filling.set_thresholds(score, stability)
        self.filling.enter()
        self.gaps.enter()

    def leave(self) -> None:
        """Draw everything again, without the layer."""
        self._on = False
        self._desk.prompting.stage = Stage.ASSISTED
        self.filling.leave()
        self.gaps.leave()

    def image_shown(self) -> None:
        """Another image, or none, was turned to; its pixels are still to come."""
        if self._on:
            self.filling.image_shown()
            self.gaps.image_shown()

    def picture_ready(self) -> None:
        """The pixels of the image on screen are there."""
        if self._on:
            self.gaps.refresh()
            self.filling.at_once()

    # --- what gaps asks for --------------------------------------------------------------------------------------

    def show_coverage(self, covered: Coverage | None) -> None:
        """Say how much is explained, and hatch the rest if wanted."""
        self._covered = covered
        self.strip.set_share(None if covered is None else covered.share)
        self._draw_layer()

    def show_gap(self, gap: Gap) -> None:
        """Bring the middle of a gap into view and take the smart tool."""
        self._desk.registry.trigger("tool.smart")
        (x, y), reach = gap.point, gap.radius
        self._desk.window.canvas.reveal((x - reach, y - reach, 2 * reach, 2 * reach))

    def show_asking(self, gap: Gap | None) -> None:
        """Say that the backend is asked."""
        self.strip.set_asking(None if gap is None else gap.share)

    def offer(self, gap: Gap, answer: Answer, chosen: int) -> bool:
        """Begin a draft with the suggestion."""
        self._desk.editing.select(())
        self._asked = gap
        return self._desk.prompting.offer(gap.point, answer, chosen)

    def say(self, kind: Literal["info", "warning", "error"], text: str) -> None:
        """Show a message."""
        self._desk.presenter.say(kind, text)

    # --- commands ------------------------------------------------------------------------------------------------

    def next_gap(self) -> None:
        """Go to the next gap; a suggestion that was only looked at gives way."""
        prompting = self._desk.prompting
        draft = prompting.state.draft
        if draft is not None:
            if not self._only_suggested(draft):
                self._desk.presenter.say("info", "Store the open draft with Enter, or drop it with Esc, first.")
                return
            prompting.cancel()
        self.gaps.next()

    def _only_suggested(self, draft: Draft) -> bool:
        """Tell whether a draft is a gap's suggestion to which the person has added nothing."""
        asked = None if self._asked is None else self._asked.point
        return len(draft.prompts) == 1 and (draft.prompts[0].x0, draft.prompts[0].y0) == asked

    def show_layer(self, shown: bool) -> None:
        """Hatch what no mask explains, or no longer."""
        self._layer = shown
        self.strip.set_coverage_shown(shown)
        self._desk.registry.set_checked("semi.coverage", shown)
        self._draw_layer()

    def _confirm(self) -> None:
        if self._desk.prompting.active:
            self._desk.presenter.say("info", "Store the open draft with Enter, or drop it with Esc, first.")
        else:
            self.filling.confirm()

    def _connect(self) -> None:
        desk, strip, registry = self._desk, self.strip, self._desk.registry
        registry.bind("semi.find", self.filling.find)
        registry.bind("semi.confirm", self._confirm)
        registry.bind("semi.coverage", self.show_layer)
        registry.bind("go.next_gap", self.next_gap)
        for slider in (strip.score, strip.stability):
            # A slider that was clicked has the keys; confirming must not need another click.
            registry.add_to(slider, ("semi.confirm",))
        strip.find_asked.connect(self.filling.find)
        strip.stop_asked.connect(self.filling.stop)
        strip.confirm_asked.connect(self._confirm)
        strip.gap_asked.connect(self.next_gap)
        strip.coverage_toggled.connect(self.show_layer)
        strip.thresholds_changed.connect(self._thresholds)
        desk.window.canvas.pointer.connect(lambda _x, _y: self.filling.touch())
        desk.bus.changed.connect(self._changed)
        desk.theme.changed.connect(lambda _: self._draw_layer())
        desk.editing.instances_read = self._instances_read

    def _thresholds(self, score: float, stability: float) -> None:
        self._desk.settings.set(SCORE, score)
        self._desk.settings.set(STABILITY, stability)
        self.filling.set_thresholds(score, stability)

    def _masks(self) -> tuple[Rle, ...]:
        editing = self._desk.editing
        shown = (each for key, each in editing.instances.items() if key not in editing.veiled)
        return tuple(each.mask for each in shown if each.mask is not None)

    def _show_state(self, state: FillState) -> None:
        self.strip.set_state(state)
        if self._on and self._desk.editing.veiled != self._counted:
            self._counted = self._desk.editing.veiled
            self.gaps.refresh()

    def _instances_read(self) -> None:
        if self._on:
            self.filling.refresh()
            self.gaps.refresh()

    def _changed(self, changes: Changes, _initiator: object) -> None:
        if self._desk.store.workspace is not None and self._on:
            self.filling.on_changed(changes)

    def _draw_layer(self) -> None:
        covered, canvas = self._covered, self._desk.window.canvas
        if covered is None or not self._layer or not self._on:
            canvas.set_coverage(None, 0, 0)
            return
        color = rgb(self._desk.icons.tokens.exclude)

        def show(pixels: NDArray[np.uint8]) -> None:
            if covered is self._covered and self._layer:
                canvas.set_coverage(pixels, covered.width, covered.height)

        self._desk.lanes.io.run(lambda: hatch(covered.shares, color), done=show)


def _milliseconds() -> float:
    return time.monotonic() * 1000
