"""Goes from mode to mode: each brings a strip under the context bar, a page instead of the picture, or neither."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from annotator.desk import Desk
from annotator.modes import MODES

FIRST = MODES[0].name


class ModePart(Protocol):
    """What a mode does beside showing its strip or page."""

    def enter(self) -> None:
        """The mode was chosen; a project is open."""

    def leave(self) -> None:
        """Another mode was chosen, or the project was closed."""


class ModeCommands:
    """Binds ``view.mode``."""

    def __init__(self, desk: Desk, parts: Mapping[str, ModePart]) -> None:
        """``parts`` by the mode's name; a mode without one only shows what it has added to the window."""
        self._desk = desk
        self._parts = dict(parts)
        self.mode = FIRST
        desk.registry.bind("view.mode", self.choose)
        self._show()

    def choose(self, name: str) -> None:
        """Leave the mode that is on and enter another; choosing the same again changes nothing."""
        if name != self.mode:
            if self.mode in self._parts:
                self._parts[self.mode].leave()
            self.mode = name
            self._show()
            if name in self._parts:
                self._parts[name].enter()
        # Once more in any case: a click on the button that is on must not leave it off.
        self._show()
        self._desk.presenter.refresh_actions()

    def reset(self) -> None:
        """Go back to the first mode: the project was closed."""
        self.choose(FIRST)

    def _show(self) -> None:
        window = self._desk.window
        window.mode_switch.set_mode(self.mode)
        self._desk.registry.set_checked(f"view.mode.{self.mode}", True)
        window.show_mode(self.mode)
