"""Commands of the data check."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from annotator.canvas.mark_item import Mark
from annotator.canvas.scene_data import Rgb
from annotator.controllers.checking import Checking, CheckState
from annotator.desk import Desk
from engine.changes import Changes
from engine.datacheck.scenes import Finding

MARKED: Rgb = (245, 183, 74)
"""The same amber in both themes: marks lie on pictures, not on the theme."""


class CheckCommands:
    """Binds check.run, next, repair and leave."""

    def __init__(self, desk: Desk, *, go_to_image: Callable[[int], None]) -> None:
        """``go_to_image`` puts an image on screen in a mode in which people draw."""
        self._desk = desk
        self._go_to_image = go_to_image
        self._wanted: Finding | None = None
        self._marked: Finding | None = None
        self.dock = desk.window.check
        self.checking = Checking(desk.store, desk.lanes, self)
        self._connect()

    # --- what checking asks for ----------------------------------------------------------------------------------

    def show_check(self, state: CheckState) -> None:
        """Show how it stands; a mark goes with its finding."""
        self.dock.set_names({label.id: label.name for label in self._desk.editing.labels.values()})
        self.dock.show_check(state)
        if self._marked is not None and self._marked != state.current:
            self._mark(None)

    def go_to(self, finding: Finding) -> None:
        """Show a finding where it is, as soon as its image is there."""
        self._wanted = finding
        self._mark(None)
        shown = self._desk.editing.image
        if shown is None or shown.id != finding.image_id or not self._desk.window.canvas.isVisible():
            self._go_to_image(finding.image_id)
        self.look()

    def label_id(self) -> int | None:
        """Return the label in hand."""
        return self._desk.editing.label_id

    def say(self, kind: Literal["info", "success", "warning", "error"], text: str) -> None:
        """Show a message."""
        self._desk.presenter.say(kind, text)

    # --- commands ------------------------------------------------------------------------------------------------

    def run(self) -> None:
        """Bring the dock to the front and look at everything."""
        self.dock.show()
        self.dock.raise_()
        self._desk.window.give_room(self.dock)
        self.checking.run()

    def look(self) -> None:
        """Select and mark what is wanted once both its picture and its instances are there."""
        finding, desk = self._wanted, self._desk
        ready, shown = desk.preview.image, desk.editing.image
        if finding is None or ready is None or shown is None or shown.id != finding.image_id:
            return
        fault = finding.fault
        if ready.image_id != finding.image_id or fault.instance_id not in desk.editing.instances:
            return
        self._wanted = None
        ids = tuple(each for each in (fault.other_id, fault.instance_id) if each in desk.editing.instances)
        desk.editing.select(tuple(each for each in ids if each is not None))
        # The picture may have come after the selection and have cleared it on the canvas.
        desk.window.canvas.set_selection(desk.editing.selection)
        self._mark(finding)

    def _mark(self, finding: Finding | None) -> None:
        canvas = self._desk.window.canvas
        self._marked = finding
        places = () if finding is None else finding.fault.places
        canvas.set_marks([Mark(place, MARKED) for place in places])
        if places:
            x0, y0 = min(each[0] for each in places), min(each[1] for each in places)
            x1, y1 = max(each[0] + each[2] for each in places), max(each[1] + each[3] for each in places)
            canvas.reveal((x0, y0, x1 - x0, y1 - y0))

    def _connect(self) -> None:
        desk, dock, checking = self._desk, self.dock, self.checking
        for name, command in (
            ("run", self.run),
            ("next", checking.step),
            ("repair", checking.repair),
            ("leave", checking.leave),
        ):
            desk.registry.bind(f"check.{name}", command)
        dock.run_asked.connect(checking.run)
        dock.cancel_asked.connect(checking.cancel)
        dock.kind_chosen.connect(checking.choose)
        dock.picked.connect(checking.pick)
        dock.repair_asked.connect(checking.repair)
        dock.leave_asked.connect(checking.leave)
        dock.all_asked.connect(checking.ask_all)
        dock.yes.connect(checking.repair_all)
        dock.no.connect(checking.drop_forecast)
        dock.leave.connect(desk.window.canvas.setFocus)
        desk.bus.changed.connect(self._changed)
        desk.bus.project_changed.connect(lambda _: checking.project_changed())
        before = desk.editing.instances_read

        def instances_read() -> None:
            before()
            self.look()

        desk.editing.instances_read = instances_read

    def _changed(self, changes: Changes, _initiator: object) -> None:
        if self._desk.store.workspace is not None:
            self.checking.on_changed(changes)
