"""The semi-automatic mode."""

from __future__ import annotations

from annotator.actions.action import Action, UiContext
from annotator.actions.navigate import MENU


def _in_mode(context: UiContext) -> bool:
    return context.mode == "semi" and context.has_image


SEMI_ACTIONS = (
    Action(
        "semi.find",
        "Find objects",
        ("Shift+S",),
        "semi",
        MENU,
        "semi",
        enabled_when=_in_mode,
        tip="The backend fills in what it is sure of",
    ),
    Action(
        "semi.confirm",
        "Confirm what was filled in",
        ("Shift+Return", "Shift+Enter"),
        "accept",
        MENU,
        "semi",
        enabled_when=_in_mode,
        tip="Accepts what reaches the thresholds and drops the rest, as one step",
        scope="canvas",
    ),
    Action(
        "semi.coverage",
        "Hatch what no mask explains",
        ("Shift+G",),
        "gaps",
        MENU,
        "semi",
        enabled_when=_in_mode,
        checkable=True,
    ),
)
