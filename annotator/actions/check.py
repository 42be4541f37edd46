"""The data check."""

from __future__ import annotations

from annotator.actions.action import Action, UiContext, with_project
from annotator.actions.navigate import MENU


def _checked(context: UiContext) -> bool:
    return context.has_project and context.has_image


CHECK_ACTIONS = (
    Action(
        "check.run",
        "Check the data",
        ("F7",),
        "check",
        MENU,
        "check",
        enabled_when=with_project,
        tip="Look through all annotations for islands, duplicates, boxes off the image and more",
    ),
    Action("check.next", "Next finding", ("F8",), "", MENU, "check", enabled_when=_checked, repeat=True),
    Action("check.repair", "Repair the finding", ("Ctrl+F8",), "", MENU, "check", enabled_when=_checked),
    Action("check.leave", "Leave the finding alone", ("Shift+F8",), "", MENU, "check", enabled_when=_checked),
)
