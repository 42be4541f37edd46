"""Commands of the review mode: the queue, one mask at a time, on its image or on a contact sheet."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Literal

from PySide6.QtCore import QPoint, QTimer
from PySide6.QtGui import QPixmap

from annotator.controllers.crops import Crops, Picture
from annotator.controllers.review_steps import Bookmark, Standing
from annotator.controllers.reviewing import Reviewing
from annotator.desk import Desk
from annotator.panels.sheet import ContactSheet
from annotator.presenter import to_qimage
from annotator.widgets.empty_state import EmptyState
from annotator.widgets.review_filter import ReviewFilterPopup, words_of
from annotator.widgets.review_strip import ReviewStrip
from annotator.widgets.threshold_panel import ThresholdPanel
from engine.changes import Changes
from engine.drafting.active_clock import ActiveClock
from engine.ops.decide import Decision
from engine.records import Box, ImageRecord, State
from engine.review import Facets, Measure, ReviewBy, ReviewEntry, ReviewFilter, ReviewOrder, Spread
from engine.storage.reader import Reader

ROOM = 0.6
"""Room around a mask, as a share of its longer side: its border can only be judged with what lies beyond it."""
LEAST_ROOM = 24.0
SAVE_MS = 3_000
DECISIONS: dict[State, Literal[Decision.ACCEPT, Decision.REJECT]] = {
    State.ACCEPTED: Decision.ACCEPT,
    State.REJECTED: Decision.REJECT,
}


class ReviewCommands:
    """A mode's part (see ``modes``); binds review.* and answers Y, N, labels and undo while it is on."""

    def __init__(self, desk: Desk, *, annotate: Callable[[], None]) -> None:
        """``annotate`` goes back to the mode in which people draw."""
        self._desk = desk
        self._annotate = annotate
        self.strip = ReviewStrip(desk.icons)
        self.threshold = ThresholdPanel(desk.icons)
        self.sheet = ContactSheet(desk.icons)
        self.empty = EmptyState(desk.icons)
        self.popup = ReviewFilterPopup(desk.window)
        desk.window.add_mode_strip("review", self.strip)
        desk.window.add_strip(self.threshold)
        desk.window.add_cover(self.sheet)
        desk.window.add_cover(self.empty)
        self.clock = ActiveClock(_milliseconds)
        self.reviewing = Reviewing(desk.store, self, self.clock)
        self.crops = Crops(
            desk.lanes,
            cached=desk.navigation.cached,
            made=self._put_crop,
            failed=self.sheet.model.put_broken,
        )
        self.view = "one"
        self.on = False
        self._project = ""
        self._pixels_of: int | None = None
        self._nothing = False
        self._save = QTimer(self.strip)
        self._save.setSingleShot(True)
        self._save.setInterval(SAVE_MS)
        self._save.timeout.connect(self.remember)
        self._connect()

    def _connect(self) -> None:
        registry, desk = self._desk.registry, self._desk
        registry.bind("review.skip", self.reviewing.skip)
        registry.bind("review.back", self.reviewing.back)
        registry.bind("review.image", lambda what: self.decide_image(Decision(what)))
        registry.bind("review.view", self.choose_view)
        registry.bind("review.threshold", lambda on: self.show_threshold(bool(on)))
        self.strip.view_chosen.connect(lambda name: registry.trigger(f"review.view.{name}"))
        self.strip.order_chosen.connect(self._reorder)
        self.strip.filter_asked.connect(self._ask_filter)
        self.strip.threshold_asked.connect(lambda: registry.trigger("review.threshold"))
        self.popup.changed.connect(self._narrow)
        self.threshold.measure_chosen.connect(self._read_spread)
        self.threshold.accept_asked.connect(lambda measure, at: self._by_threshold(Decision.ACCEPT, measure, at))
        self.threshold.reject_asked.connect(lambda measure, at: self._by_threshold(Decision.REJECT, measure, at))
        self.sheet.opened.connect(self._open)
        self.sheet.left.connect(lambda: self.choose_view("one"))
        self.sheet.more_asked.connect(self.reviewing.read_more)
        self.sheet.pictures_needed.connect(self.crops.ask)
        self.sheet.chosen_changed.connect(self.reviewing.touch)
        self.empty.clicked.connect(self._way_out)
        desk.window.canvas.pointer.connect(lambda _x, _y: self.reviewing.touch())
        desk.bus.changed.connect(self._changed)
        desk.navigation.unreadable = self._unreadable

    # --- the mode ------------------------------------------------------------------------------------------------

    def enter(self) -> None:
        """Go on where this project's review was left."""
        self.on = True
        self._pixels_of = self._desk.preview.image.image_id if self._desk.preview.image is not None else None

        def begin(uuid: str) -> None:
            if self.on:
                self._project = uuid
                stored = self._desk.state.review(uuid)
                self._begin(Bookmark.from_json(stored) if stored else Bookmark())

        self._desk.store.read(lambda reader: reader.project().uuid, begin)

    def leave(self) -> None:
        """Put the picture back as the other modes know it."""
        self.remember()
        self.on = False
        self.reviewing.stop()
        self.crops.cancel()
        self.threshold.hide()
        self._desk.registry.set_checked("review.threshold", False)
        self._desk.window.show_cover(None)
        self._unfocus()
        self._project = ""

    def remember(self) -> None:
        """Keep the place for another time; nothing is lost that a person has decided."""
        self._save.stop()
        if self.on and self._project:
            self._desk.state.save_review(self._project, self.reviewing.bookmark.to_json())

    def project_closed(self) -> None:
        """Forget pictures: another project uses the same ids."""
        self.sheet.model.forget()

    def _begin(self, mark: Bookmark) -> None:
        self.strip.set_order(mark.order.by, reverse=mark.order.reverse)
        self._show_filter(mark.narrowed)
        self.reviewing.start(mark)
        if not self.threshold.isHidden():
            self._read_spread(self.threshold.measure)

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

    # --- what reviewing asks for ---------------------------------------------------------------------------------

    def show_entry(self, entry: ReviewEntry, following: Sequence[ReviewEntry]) -> None:
        """Put an instance on screen; what is read and decoded ahead makes this a matter of milliseconds."""
        self._nothing = False
        self._save.start()
        if self.view == "sheet":
            self._desk.window.show_cover(self.sheet)
            self.stretch_changed()
            self._desk.presenter.refresh_actions()
            return
        self._desk.window.show_cover(None)
        navigation = self._desk.navigation
        if navigation.image is None or navigation.image.id != entry.image.id:
            self._pixels_of = None
            navigation.visit(entry.image)
        self._desk.editing.begin_with(entry.instance)
        self._focus()
        self._tell(entry)
        navigation.prepare([each.image for each in following])
        self._desk.presenter.refresh_actions()

    def update_entry(self, entry: ReviewEntry) -> None:
        """The instance on screen was changed."""
        if self.view != "sheet":
            self._spot()
            self._tell(entry)
        self._desk.presenter.refresh_actions()

    def stretch_changed(self) -> None:
        """Show more or fewer on the contact sheet."""
        if self.on and self.view == "sheet" and not self._nothing:
            self.sheet.model.set_names(self._names())
            self.sheet.set_entries(self.reviewing.stretch)

    def show_nothing(self, *, blind: int) -> None:
        """Say kindly that there is nothing to do, and what could be done instead."""
        self._nothing = True
        self._unfocus()
        self._desk.editing.select(())
        self.strip.set_info("")
        if blind:
            images = "image" if blind == 1 else "images"
            title, text = "The rest cannot be shown", f"{blind:,} {images} with proposals cannot be read."
            self.empty.show_state("warning", title, f"{text} Put the files back, then choose Review again.")
        elif self.reviewing.narrowed != ReviewFilter():
            text = "Everything that matches the filter is decided."
            self.empty.show_state("accepted", "Nothing left here", text, "Show all that waits")
        else:
            text = "Every proposal of this project is decided. The automatic stage makes new ones."
            self.empty.show_state("accepted", "Nothing to review", text, "Back to annotating")
        self._desk.window.show_cover(self.empty)
        self._desk.presenter.refresh_actions()

    def show_standing(self, standing: Standing) -> None:
        """Say how far the review is; a contact sheet has no single one to count."""
        self.strip.set_standing(replace(standing, number=0) if self.view == "sheet" else standing)

    def say(self, kind: Literal["info", "warning", "error", "success"], text: str) -> None:
        """Show a message."""
        self._desk.presenter.say(kind, text)

    # --- deciding ------------------------------------------------------------------------------------------------

    def decide(self, state: State) -> bool:
        """Y or N: decide about what is chosen, else about the current one; False where that is not our business."""
        if not self.on or state not in DECISIONS:
            return False
        decision = DECISIONS[state]
        if self.view == "sheet":
            broken = self.sheet.model.is_broken
            ids = tuple(each for each in self.sheet.targets if state is State.REJECTED or not broken(each))
            self.reviewing.decide_many(decision, ids=ids)
            return True
        current = self.reviewing.current
        if current is None:
            return False
        if self._desk.prompting.active and not self._desk.prompting.commit():
            self.say("info", "This draft has no mask yet. Press Esc to drop it, then decide.")
            return True
        instances = self._desk.editing.instances
        others = [
            each
            for each in self._desk.editing.selection
            if each != current.instance.id and each in instances and instances[each].state is State.PROPOSED
        ]
        if others and current.instance.id not in self._desk.editing.selection:
            self.reviewing.decide_many(decision, ids=tuple(others))
        elif others:
            self.reviewing.decide_many(decision, ids=(current.instance.id, *others))
        else:
            self.reviewing.decide(decision)
        return True

    def decide_image(self, decision: Decision) -> None:
        """Decide about all proposals of the image on screen that the filter leaves."""
        current = self.reviewing.current
        if current is not None:
            among = self.reviewing.narrowed
            narrowed = ReviewFilter.from_json({**among.to_json(), "image_id": current.image.id})
            self.reviewing.decide_many(decision, among=narrowed)

    def relabel(self, label_id: int | None) -> bool:
        """On the contact sheet a label goes to what is chosen there; False elsewhere."""
        if not self.on or self.view != "sheet":
            return False
        self.reviewing.decide_many(Decision.RELABEL, ids=self.sheet.targets, label_id=label_id)
        return True

    def select_all(self) -> bool:
        """Ctrl+A: choose all of the contact sheet; False elsewhere."""
        if not self.on or self.view != "sheet":
            return False
        self.sheet.view.selectAll()
        return True

    def undo(self, image_id: int | None) -> bool:
        """Ctrl+Z: take back the last decision; False where something else is to be undone."""
        return self.on and self.reviewing.undo(image_id)

    def redo(self) -> bool:
        """Ctrl+Y: decide again as before."""
        return self.on and self.reviewing.redo()

    def _by_threshold(self, decision: Decision, measure: Measure, at: float) -> None:
        narrowed = self.reviewing.narrowed
        among = narrowed.least(measure, at) if decision is Decision.ACCEPT else narrowed.below(measure, at)
        self.reviewing.decide_many(decision, among=among)

    # --- what is shown -------------------------------------------------------------------------------------------

    def choose_view(self, name: str) -> None:
        """One mask, the whole image, or the contact sheet."""
        self.view = name
        self._desk.registry.set_checked(f"review.view.{name}", True)
        self.strip.set_view(name)
        if not self.on or self._nothing:
            return
        if name == "sheet":
            self._unfocus()
            self.strip.set_info("")
            self.show_standing(self.reviewing.standing)
            self._desk.window.show_cover(self.sheet)
            self.stretch_changed()
            self.sheet.setFocus()
        else:
            self.crops.cancel()
            self._desk.window.show_cover(None)
            self._desk.window.canvas.setFocus()
            self.show_standing(self.reviewing.standing)
            if self.reviewing.current is not None:
                self.show_entry(self.reviewing.current, ())
        self._desk.presenter.refresh_actions()

    def show_threshold(self, on: bool) -> None:
        """Show or hide the histogram."""
        self.threshold.setVisible(on)
        self.strip.set_threshold_shown(on)
        if on:
            self._read_spread(self.threshold.measure)
            self.threshold.slider.setFocus()

    def pixels_shown(self, image_id: int) -> None:
        """The picture of an image is on the canvas now."""
        self._pixels_of = image_id
        self._focus()

    def labels_changed(self) -> None:
        """Labels have other names."""
        if self.on and self.reviewing.current is not None:
            if self.view == "sheet":
                self.sheet.model.set_names(self._names())
            else:
                self._tell(self.reviewing.current)

    def _focus(self) -> None:
        """Bring the current instance into view, as far as its picture is there."""
        entry, canvas = self.reviewing.current, self._desk.window.canvas
        if not self.on or self.view == "sheet" or entry is None or self._pixels_of != entry.image.id:
            return
        self._spot()
        if self.view == "one" and entry.instance.bbox is not None:
            canvas.zoom_to(roomy(entry.instance.bbox, canvas.image_size))
        else:
            canvas.fit()

    def _spot(self) -> None:
        entry, canvas = self.reviewing.current, self._desk.window.canvas
        if entry is None or self._pixels_of != entry.image.id:
            return
        if self.view == "one":
            canvas.isolate((entry.instance.id,))
            canvas.set_spotlight(entry.instance.mask, entry.instance.bbox)
            # Inside the spotlight the object itself counts, not the colour laid over it.
            canvas.set_opacity(0.0)
        else:
            self._unfocus()

    def _unfocus(self) -> None:
        canvas = self._desk.window.canvas
        canvas.isolate(None)
        canvas.set_spotlight(None)
        canvas.set_opacity(self._desk.settings.real("canvas.mask_opacity"))

    def _tell(self, entry: ReviewEntry) -> None:
        instance, told = entry.instance, entry.instance.provenance
        label = "no label" if instance.label_id is None else self._names().get(instance.label_id, "")
        said = [
            label,
            "" if told.score is None else f"score {told.score:.2f}",
            "" if told.stability is None else f"stability {told.stability:.2f}",
            f"{instance.area:,.0f} px",
            told.backend,
            entry.image.path,
        ]
        state = self.reviewing.state_of(entry)
        self.strip.set_info(
            " · ".join(part for part in said if part), state="" if state is State.PROPOSED else str(state)
        )

    def _names(self) -> dict[int, str]:
        return {label.id: label.name for label in self._desk.editing.labels.values()}

    # --- order, filter, histogram --------------------------------------------------------------------------------

    def _reorder(self, by: ReviewBy, reverse: bool) -> None:
        # Each shuffle another one: the clock is as good a dice as any, and the bookmark keeps it.
        seed = int(time.time() * 1000) % 2**31 if by is ReviewBy.RANDOM else 0
        self._begin(Bookmark(ReviewOrder(by, reverse, seed), self.reviewing.narrowed))
        self._give_keys_back()

    def _narrow(self, narrowed: ReviewFilter) -> None:
        self._begin(Bookmark(self.reviewing.order, narrowed))

    def _ask_filter(self) -> None:
        button = self.strip.filter
        place = button.mapToGlobal(QPoint(0, button.height() + 2))
        current = self.reviewing.current
        image_id = current.image.id if current is not None else None

        def show(facets: Facets) -> None:
            self.popup.open_at(place, self.reviewing.narrowed, facets, self._names(), image_id)

        self._desk.store.read(lambda reader: reader.review.facets(), show)

    def _show_filter(self, narrowed: ReviewFilter) -> None:
        self.strip.set_filter(words_of(narrowed, self._names()))

    def _read_spread(self, measure: Measure) -> None:
        narrowed = self.reviewing.narrowed

        def query(reader: Reader) -> Spread:
            return reader.review.spread(measure, narrowed)

        self._desk.store.read(query, self.threshold.show_spread)

    def _give_keys_back(self) -> None:
        (self.sheet if self.view == "sheet" else self._desk.window.canvas).setFocus()

    # --- what comes from elsewhere -------------------------------------------------------------------------------

    def _changed(self, changes: Changes, _initiator: object) -> None:
        if self._desk.store.workspace is None or not self.on:
            return
        self.reviewing.on_changed(changes)
        if not self.threshold.isHidden() and (changes.image_contents or changes.everything):
            self._read_spread(self.threshold.measure)
        if self._nothing and (changes.image_contents or changes.everything):
            self._begin(self.reviewing.bookmark)

    def _unreadable(self, image: ImageRecord) -> None:
        current = self.reviewing.current
        if self.on and self.view != "sheet" and current is not None and current.image.id == image.id:
            self.say(
                "warning", f"{image.path} cannot be shown, so its masks were passed over. Put the file back first."
            )
            self.reviewing.image_is_blind(image.id)

    def _open(self, instance_id: int) -> None:
        self.reviewing.go_to(instance_id)
        self.choose_view("one")

    def _put_crop(self, instance_id: int, picture: Picture) -> None:
        self.sheet.model.put_picture(instance_id, QPixmap.fromImage(to_qimage(picture)))

    def _way_out(self) -> None:
        if self.reviewing.narrowed != ReviewFilter():
            self._narrow(ReviewFilter())
        else:
            self._annotate()


def roomy(box: Box, size: tuple[float, float]) -> Box:
    """Return a box with room around it inside an image of ``size`` (x, y, w, h and width, height in image pixels)."""
    x, y, w, h = box
    # ``zoom_to`` leaves some room of its own.
    room = max(ROOM * max(w, h), LEAST_ROOM) / 2
    x0, y0 = max(x - room, 0.0), max(y - room, 0.0)
    return x0, y0, min(x + w + room, size[0]) - x0, min(y + h + room, size[1]) - y0


def _milliseconds() -> float:
    return time.monotonic() * 1000
