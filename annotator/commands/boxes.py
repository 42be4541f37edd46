"""The commands between boxes and masks: masks from boxes, boxes from masks, and both shown where they disagree."""

from __future__ import annotations

from annotator.canvas.mark_item import Mark
from annotator.controllers.box_masks import BoxMasks
from annotator.controllers.instance_views import ColorBy, color_of
from annotator.desk import Desk
from engine.changes import Changes
from engine.datacheck.plain import box_iou
from engine.ops.fit_boxes import FitBoxes
from engine.records import Box

DIFFERENT = 0.95
"""IoU below which the drawn box of a selected mask is shown beside the tight one."""
MOST = 50
"""More selected instances than this are looked at as a crowd, not box by box."""
WHITE = (255, 255, 255)


class BoxCommands:
    """Binds instance.box2mask and instance.fit_boxes."""

    def __init__(self, desk: Desk) -> None:
        """Bind."""
        self._desk = desk
        self.masks = BoxMasks(
            desk.store,
            desk.editing,
            desk.inference,
            post=desk.lanes.post,
            image=lambda: desk.prompting.image,
            say=desk.presenter.say,
        )
        desk.registry.bind("instance.box2mask", self.masks.make)
        desk.registry.bind("instance.fit_boxes", self.fit)
        desk.bus.selection_changed.connect(lambda _: self.show_pairs())
        desk.bus.changed.connect(self._changed)

    def fit(self) -> None:
        """Fit the drawn boxes of the selected masks."""
        ids = self._desk.editing.selection

        def fitted(number: int) -> None:
            told = "The boxes are tight already." if not number else f"{number} of {len(ids)} boxes fitted to the mask."
            self._desk.presenter.say("success" if number else "info", told)

        self._desk.store.execute(FitBoxes(ids), initiator=self, done=lambda outcome: fitted(outcome.value))

    def show_pairs(self) -> None:
        """Show, for selected masks, the box that each was made from beside the tight one, where they differ."""
        desk = self._desk
        chosen = [desk.editing.instances[each] for each in desk.editing.selection if each in desk.editing.instances]
        masked = tuple(each.id for each in chosen if each.mask is not None)
        if desk.store.workspace is None or not masked or len(masked) > MOST:
            desk.window.canvas.set_pairs(())
            return

        def show(asked: dict[int, Box]) -> None:
            marks: list[Mark] = []
            for each in (desk.editing.instances[number] for number in masked if number in desk.editing.instances):
                box = asked.get(each.id)
                if box is not None and each.bbox is not None and box_iou(box, each.bbox) < DIFFERENT:
                    by: ColorBy = "label" if desk.settings.text("canvas.color_by") == "label" else "instance"
                    marks.append(Mark(each.bbox, color_of(each, desk.editing.labels, by), around=False))
                    marks.append(Mark(box, WHITE, dashed=True, around=False))
            if set(masked) <= set(desk.editing.selection):
                desk.window.canvas.set_pairs(marks)

        desk.store.read(lambda reader: reader.instances.boxes_asked(masked), show)

    def _changed(self, changes: Changes, _initiator: object) -> None:
        touched = changes.everything or changes.instances & set(self._desk.editing.selection)
        if touched and self._desk.store.workspace is not None:
            # Read after what is shown was, as the store's lane keeps the order.
            self._desk.store.read(lambda _: None, lambda _: self.show_pairs())
