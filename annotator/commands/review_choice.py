"""Which part of the queue is reviewed and in which order, and decisions by threshold over it."""

from __future__ import annotations

import time
from collections.abc import Callable

from PySide6.QtCore import QPoint

from annotator.commands.review_look import ReviewLook
from annotator.controllers.review_steps import Bookmark
from annotator.desk import Desk
from annotator.widgets.review_filter import ReviewFilterPopup, words_of
from annotator.widgets.threshold_panel import ThresholdPanel
from engine.changes import Changes
from engine.ops.decide import Decision
from engine.review import SEEDS, Facets, Measure, ReviewBy, ReviewFilter, ReviewOrder, Spread
from engine.storage.reader import Reader


class ReviewChoice:
    """Order and filter in the strip, the histogram below it; binds ``review.threshold``."""

    def __init__(self, desk: Desk, look: ReviewLook, *, begin: Callable[[Bookmark], None]) -> None:
        """``begin`` starts the review at a bookmark."""
        self._desk = desk
        self._look = look
        self._begin = begin
        self.threshold = ThresholdPanel(desk.icons)
        self.popup = ReviewFilterPopup(desk.window)
        desk.window.add_strip(self.threshold)
        desk.registry.bind("review.threshold", lambda on: self.show_threshold(bool(on)))
        look.strip.order_chosen.connect(self._reorder)
        look.strip.filter_asked.connect(self._ask_filter)
        look.strip.threshold_asked.connect(lambda: desk.registry.trigger("review.threshold"))
        self.popup.changed.connect(self.narrow)
        self.threshold.measure_chosen.connect(self._read_spread)
        self.threshold.accept_asked.connect(lambda measure, at: self._decide(Decision.ACCEPT, measure, at))
        self.threshold.reject_asked.connect(lambda measure, at: self._decide(Decision.REJECT, measure, at))

    def show(self, mark: Bookmark) -> None:
        """Say in which order and from which part a review begins."""
        self._look.strip.set_order(mark.order.by, reverse=mark.order.reverse)
        self._look.strip.set_filter(words_of(mark.narrowed, self._look.names))

    def narrow(self, narrowed: ReviewFilter) -> None:
        """Review another part of the queue, from its start."""
        self._begin(Bookmark(self._look.reviewing.bookmark.order, narrowed))
        self._refresh()

    def leave(self) -> None:
        """Close the histogram."""
        self.threshold.hide()
        self._look.strip.set_threshold_shown(False)
        self._desk.registry.set_checked("review.threshold", False)

    def show_threshold(self, on: bool) -> None:
        """Show or hide the histogram."""
        self.threshold.setVisible(on)
        self._look.strip.set_threshold_shown(on)
        if on:
            self._refresh()
            self.threshold.slider.setFocus()
        else:
            self._look.take_keys()

    def on_changed(self, changes: Changes) -> None:
        """Count again what waits."""
        if changes.image_contents or changes.everything:
            self._refresh()

    def _refresh(self) -> None:
        if not self.threshold.isHidden():
            self._read_spread(self.threshold.measure)

    def _read_spread(self, measure: Measure) -> None:
        narrowed = self._look.reviewing.narrowed

        def query(reader: Reader) -> Spread:
            return reader.review.spread(measure, narrowed)

        self._desk.store.read(query, self.threshold.show_spread)

    def _decide(self, decision: Decision, measure: Measure, at: float) -> None:
        narrowed = self._look.reviewing.narrowed
        among = narrowed.least(measure, at) if decision is Decision.ACCEPT else narrowed.below(measure, at)
        self._look.reviewing.decide_many(decision, among=among)
        # Away from the button: the next Space or Enter belongs to the picture.
        self._look.take_keys()

    def _reorder(self, by: ReviewBy, reverse: bool) -> None:
        # Each shuffle another one: the clock is as good a dice as any, and the bookmark keeps it.
        seed = time.time_ns() % SEEDS if by is ReviewBy.RANDOM else 0
        self._begin(Bookmark(ReviewOrder(by, reverse, seed), self._look.reviewing.narrowed))
        self._look.take_keys()

    def _ask_filter(self) -> None:
        button = self._look.strip.filter
        place = button.mapToGlobal(QPoint(0, button.height() + 2))
        current = self._look.reviewing.current
        image_id = current.image.id if current is not None else None

        def show(facets: Facets) -> None:
            self.popup.open_at(place, self._look.reviewing.narrowed, facets, self._look.names, image_id)

        self._desk.store.read(lambda reader: reader.review.facets(), show)
