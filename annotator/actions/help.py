"""Help."""

from __future__ import annotations

from annotator.actions.action import Action

MENU = "&Help"

HELP_ACTIONS = (
    Action("help.shortcuts", "Keyboard shortcuts", ("F1",), "keyboard", MENU, "help"),
    Action("help.log", "Open the log folder", (), "folder", MENU, "help"),
    Action("help.about", "About Maskwright", (), "about", MENU, "about"),
)
