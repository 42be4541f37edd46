"""What a review looks like: the spotlight on the canvas, the contact sheet, the strip, or that nothing is left."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Literal

from PySide6.QtGui import QPixmap

from annotator.controllers.crops import Crops, Picture
from annotator.controllers.review_steps import Standing
from annotator.controllers.reviewing import Reviewing
from annotator.desk import Desk
from annotator.panels.sheet import ContactSheet
from annotator.presenter import to_qimage
from annotator.widgets.empty_state import EmptyState
from annotator.widgets.review_strip import ReviewStrip
from engine.drafting.active_clock import ActiveClock
from engine.records import Box, InstanceRecord, SkeletonRecord, State
from engine.review import ReviewEntry, ReviewFilter

ROOM = 0.6
"""Room around a mask, as a share of its longer side: its border can only be judged with what lies beyond it."""
LEAST_ROOM = 24.0
POSE_ROOM = 0.2
"""Room around a pose that stays bright, as a share of its longer side."""


class ReviewLook:
    """Implements ``ReviewingView``; ``view`` is one, whole or sheet."""

    def __init__(self, desk: Desk, clock: ActiveClock, *, moved: Callable[[], None]) -> None:
        """``moved`` is told whenever another entry is on screen."""
        self._desk = desk
        self._moved = moved
        self.view = "one"
        self.nothing = False
        """True while there is nothing to show."""
        self.strip = ReviewStrip(desk.icons)
        self.sheet = ContactSheet(desk.icons)
        self.empty = EmptyState(desk.icons)
        desk.window.add_mode_strip("review", self.strip)
        desk.window.add_cover(self.sheet)
        desk.window.add_cover(self.empty)
        model = self.sheet.model
        self.crops = Crops(
            desk.lanes,
            cached=desk.navigation.cached,
            made=self._put_crop,
            failed=model.put_broken,
            edges=lambda instance: () if (skeleton := self._skeleton(instance)) is None else skeleton.edges,
        )
        self.reviewing = Reviewing(desk.store, self, clock)
        self._pixels_of: int | None = None

    @property
    def names(self) -> dict[int, str]:
        """The labels' names by id."""
        return {label.id: label.name for label in self._desk.editing.labels.values()}

    # --- what reviewing asks for ---------------------------------------------------------------------------------

    def show_entry(self, entry: ReviewEntry, following: Sequence[ReviewEntry]) -> None:
        """Put an instance on screen; what is read and decoded ahead makes this a matter of milliseconds."""
        self.nothing = False
        self._moved()
        window, navigation = self._desk.window, self._desk.navigation
        if self.view == "sheet":
            window.show_cover(self.sheet)
            self.stretch_changed()
        else:
            window.show_cover(None)
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
        if self.reviewing.on and self.view == "sheet" and not self.nothing:
            self.sheet.model.set_names(self.names)
            self.sheet.set_entries(self.reviewing.stretch)

    def show_nothing(self, *, blind: int) -> None:
        """Say kindly that there is nothing to do, and what could be done instead."""
        self.nothing = True
        self.unfocus()
        self._desk.editing.select(())
        self.strip.set_info("")
        if blind:
            images = "1 image" if blind == 1 else f"{blind:,} images"
            text = f"{images} with proposals cannot be read. Put the files back, then choose Review again."
            self.empty.show_state("warning", "The rest cannot be shown", text)
        elif self.reviewing.narrowed != ReviewFilter():
            text = "Everything that matches the filter is decided."
            self.empty.show_state("accepted", "Nothing left here", text, "Show all that waits")
        else:
            text = "Every proposal of this project is decided. The Auto mode finds more."
            self.empty.show_state("accepted", "Nothing to review", text, "Find more")
        self._desk.window.show_cover(self.empty)
        self._desk.presenter.refresh_actions()

    def show_standing(self, standing: Standing) -> None:
        """Say how far the review is; a contact sheet has no single one to count."""
        self.strip.set_standing(replace(standing, number=0) if self.view == "sheet" else standing)

    def say(self, kind: Literal["info", "warning", "error", "success"], text: str) -> None:
        """Show a message."""
        self._desk.presenter.say(kind, text)

    # --- the mode and its views ----------------------------------------------------------------------------------

    def enter(self) -> None:
        """The canvas may show an image already."""
        shown = self._desk.preview.image
        self._pixels_of = None if shown is None else shown.image_id

    def leave(self) -> None:
        """Put the picture back as the other modes know it."""
        self.crops.cancel()
        self.nothing = False
        self._desk.window.show_cover(None)
        self.unfocus()

    def choose(self, name: str) -> None:
        """One mask, the whole image, or the contact sheet."""
        before, self.view = self.view, name
        self._desk.registry.set_checked(f"review.view.{name}", True)
        self.strip.set_view(name)
        if before != name and name == "sheet":
            self.reviewing.show_all(True)
        elif before == "sheet" and name != "sheet":
            self.reviewing.show_all(False)
            under = self.sheet.under_cursor
            if under is not None:
                self.reviewing.go_to(under)
        if not self.reviewing.on or self.nothing:
            return
        self.show_standing(self.reviewing.standing)
        if name == "sheet":
            self.unfocus()
            self.strip.set_info("")
            self._desk.window.show_cover(self.sheet)
            self.stretch_changed()
        else:
            self.crops.cancel()
            if self.reviewing.current is not None:
                self.show_entry(self.reviewing.current, ())
        self.take_keys()
        self._desk.presenter.refresh_actions()

    def take_keys(self) -> None:
        """Let the keys go to what is reviewed."""
        (self.sheet if self.view == "sheet" else self._desk.window.canvas).setFocus()

    def pixels_shown(self, image_id: int) -> None:
        """The picture of an image is on the canvas now."""
        self._pixels_of = image_id
        if self.reviewing.on and self.view != "sheet":
            # A picture that comes late comes without what was selected before it was there.
            self._desk.window.canvas.set_selection(self._desk.editing.selection)
        self._focus()

    def labels_changed(self) -> None:
        """Labels have other names."""
        if self.reviewing.on and self.reviewing.current is not None:
            if self.view == "sheet":
                self.sheet.model.set_names(self.names)
            else:
                self._tell(self.reviewing.current)

    def unfocus(self) -> None:
        """Show everything on the canvas as usual."""
        canvas = self._desk.window.canvas
        canvas.isolate(None)
        canvas.set_spotlight(None)
        canvas.set_opacity(self._desk.settings.real("canvas.mask_opacity"))

    def _focus(self) -> None:
        """Bring the current instance into view, as far as its picture is there."""
        entry, canvas = self.reviewing.current, self._desk.window.canvas
        if not self.reviewing.on or self.view == "sheet" or entry is None or self._pixels_of != entry.image.id:
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
            canvas.set_spotlight(entry.instance.mask, lit(entry.instance))
            # Inside the spotlight the object itself counts, not the colour laid over it.
            canvas.set_opacity(0.0)
        else:
            self.unfocus()

    def _tell(self, entry: ReviewEntry) -> None:
        instance, told = entry.instance, entry.instance.provenance
        said = [
            "no label" if instance.label_id is None else self.names.get(instance.label_id, ""),
            "" if entry.asked is None else f"found as '{entry.asked[0]}', {entry.asked[1]:.0%}",
            "" if told.score is None else f"score {told.score:.2f}",
            "" if told.stability is None else f"stability {told.stability:.2f}",
            self._least_joint(instance) if instance.joint_scores else f"{instance.area:,.0f} px",
            told.backend,
            entry.image.path,
        ]
        state = self.reviewing.state_of(entry)
        words = " · ".join(part for part in said if part)
        self.strip.set_info(words, state="" if state is State.PROPOSED else str(state))

    def _skeleton(self, instance: InstanceRecord) -> SkeletonRecord | None:
        editing = self._desk.editing
        label = None if instance.label_id is None else editing.labels.get(instance.label_id)
        return None if label is None or label.skeleton_id is None else editing.skeletons.get(label.skeleton_id)

    def _least_joint(self, instance: InstanceRecord) -> str:
        """Name the joint that needs a look most."""
        skeleton = self._skeleton(instance)
        pairs = zip(instance.joint_scores or (), instance.keypoints or (), strict=True)
        scored = [(score, place) for place, (score, (_, _, v)) in enumerate(pairs) if v]
        if not scored or skeleton is None or len(skeleton.joints) != len(instance.keypoints or ()):
            return ""
        score, place = min(scored)
        return f"least certain: {skeleton.joints[place]} {score:.2f}"

    def _put_crop(self, instance_id: int, picture: Picture) -> None:
        self.sheet.model.put_picture(instance_id, QPixmap.fromImage(to_qimage(picture)))


def lit(instance: InstanceRecord) -> Box | None:
    """Return the box (x, y, w, h) that a spotlight leaves bright; joints end before the limbs they belong to do."""
    if instance.bbox is None or instance.mask is not None or not instance.posed:
        return instance.bbox
    x, y, w, h = instance.bbox
    room = POSE_ROOM * max(w, h)
    return x - room, y - room, w + 2 * room, h + 2 * room


def roomy(box: Box, size: tuple[float, float]) -> Box:
    """Return a box with room around it inside an image of ``size`` (x, y, w, h and width, height in image pixels)."""
    x, y, w, h = box
    # ``zoom_to`` leaves some room of its own.
    room = max(ROOM * max(w, h), LEAST_ROOM) / 2
    x0, y0 = max(x - room, 0.0), max(y - room, 0.0)
    return x0, y0, min(x + w + room, size[0]) - x0, min(y + h + room, size[1]) - y0
