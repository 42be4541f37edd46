"""What helps while objects are drawn: a reminder after half a minute, and a label for every object if demanded."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QTimer

from annotator.desk import Desk
from engine.changes import Changes
from engine.ops.project import DemandLabel

TICK_MS = 500


class AssistedCommands:
    """Binds label.demand; ``labelled_first`` stands before everything that stores a new object."""

    def __init__(self, desk: Desk, *, ask_label: Callable[[Callable[[], object]], bool]) -> None:
        """``ask_label`` lets the person choose a label and then goes on; False where none was chosen."""
        self._desk = desk
        self._ask_label = ask_label
        self.demanded = False
        self._timer = QTimer(desk.window)
        self._timer.setInterval(TICK_MS)
        self._timer.timeout.connect(self._tick)
        desk.registry.bind("label.demand", self._demand)
        desk.bus.project_changed.connect(lambda _: self._read())
        desk.bus.changed.connect(self._changed)

    def refresh(self) -> None:
        """A draft may have come or gone."""
        if not self._desk.prompting.active:
            self._timer.stop()
            self._desk.window.status.set_reminder("")
        elif not self._timer.isActive():
            self._timer.start()

    def labelled_first(self, then: Callable[[], object]) -> None:
        """Store a new object by ``then``, after a label was chosen where the project demands one."""
        if not self.demanded or self._desk.editing.label_id is not None:
            then()
        elif not self._ask_label(then):
            self._desk.presenter.say("info", "This project demands a label for every object, so nothing was stored.")

    def stored_on_leaving(self) -> None:
        """An open draft was stored because the person has gone on: nobody could be asked."""
        if self.demanded and self._desk.editing.label_id is None:
            self._desk.presenter.say("warning", "The open draft was stored without the label this project demands.")

    def draft_stored(self) -> None:
        """Forget the label where the person wants each object to start without one."""
        if not self._desk.settings.flag("flow.keep_label") and not self._desk.editing.selection:
            self._desk.registry.trigger("label.none")

    def _tick(self) -> None:
        limit, active = self._desk.settings.number("flow.reminder_s"), self._desk.prompting.active_ms // 1000
        late = bool(limit) and active >= limit
        words = f"{active} s on this object: Enter stores it as it is, Esc drops it" if late else ""
        self._desk.window.status.set_reminder(words)

    def _demand(self, demanded: bool) -> None:
        self._desk.store.execute(DemandLabel(bool(demanded)), done=lambda _: self._read())

    def _changed(self, changes: Changes, _initiator: object) -> None:
        if changes.project or changes.everything:
            self._read()

    def _read(self) -> None:
        if self._desk.store.workspace is None:
            self._take(demanded=False)
        else:
            self._desk.store.read(
                lambda reader: reader.project().demands_label, lambda found: self._take(demanded=found)
            )

    def _take(self, *, demanded: bool) -> None:
        self.demanded = demanded
        self._desk.registry.set_checked("label.demand", demanded)
