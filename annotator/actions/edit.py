"""Undo, redo, clipboard and selection."""

from __future__ import annotations

from annotator.actions.action import Action, with_image, with_selection

MENU = "&Edit"

EDIT_ACTIONS = (
    Action(
        "edit.undo",
        "Undo",
        ("Ctrl+Z",),
        "undo",
        MENU,
        "undo",
        enabled_when=lambda context: context.can_undo or context.has_draft,
        tip="Takes back the last click of a draft, else the last step on this image",
        repeat=True,
    ),
    Action(
        "edit.redo",
        "Redo",
        ("Ctrl+Y", "Ctrl+Shift+Z"),
        "redo",
        MENU,
        "undo",
        enabled_when=lambda context: context.can_redo and not context.has_draft,
        repeat=True,
    ),
    Action("edit.copy", "Copy instances", ("Ctrl+C",), "copy", MENU, "clipboard", enabled_when=with_selection),
    Action(
        "edit.paste",
        "Paste instances",
        ("Ctrl+V",),
        "",
        MENU,
        "clipboard",
        enabled_when=lambda context: context.has_image and context.has_clipboard,
    ),
    Action("edit.select_all", "Select all instances", ("Ctrl+A",), "", MENU, "selection", enabled_when=with_image),
    Action(
        "edit.step_back",
        "Step back",
        ("Esc",),
        "",
        MENU,
        "selection",
        tip="Drops the draft, else the selection, else returns to the select tool",
        scope="canvas",
        enabled_when=with_image,
    ),
)
