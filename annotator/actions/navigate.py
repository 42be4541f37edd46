"""From image to image, and what is done with them."""

from __future__ import annotations

from annotator.actions.action import Action, UiContext, with_image

MENU = "&Go"


def _several(context: UiContext) -> bool:
    return context.image_count > 1


def _in_semi(context: UiContext) -> bool:
    return context.mode == "semi" and context.has_image


NAVIGATE_ACTIONS = (
    Action("go.next", "Next image", ("D",), "forward", MENU, "step", enabled_when=_several, repeat=True),
    Action("go.previous", "Previous image", ("A",), "back", MENU, "step", enabled_when=_several, repeat=True),
    Action("go.next_todo", "Next image still to do", ("Shift+D",), "flow", MENU, "step", enabled_when=_several),
    Action("go.previous_todo", "Previous image still to do", ("Shift+A",), "", MENU, "step", enabled_when=_several),
    Action(
        "go.next_unannotated",
        "Next image without objects",
        ("Ctrl+Alt+D",),
        "",
        MENU,
        "step",
        enabled_when=_several,
        tip="The next image still to do that holds nothing accepted yet",
    ),
    Action("go.first", "First image", ("Home",), "", MENU, "step", enabled_when=_several, scope="canvas"),
    Action("go.last", "Last image", ("End",), "", MENU, "step", enabled_when=_several, scope="canvas"),
    Action("go.find", "Go to image…", ("Ctrl+G",), "search", MENU, "find", enabled_when=_several),
    Action("go.next_gap", "Next gap", ("G",), "gaps", MENU, "semi", enabled_when=_in_semi),
    Action(
        "go.done",
        "Mark the image as done",
        ("Ctrl+Return", "Ctrl+Enter"),
        "done",
        MENU,
        "state",
        run="go.mark",
        argument="done",
        enabled_when=with_image,
    ),
    Action(
        "go.todo",
        "Mark the image as to do",
        (),
        "proposed",
        MENU,
        "state",
        run="go.mark",
        argument="todo",
        enabled_when=with_image,
    ),
    Action(
        "go.skip",
        "Skip the image",
        ("Ctrl+Shift+Return",),
        "flow",
        MENU,
        "state",
        run="go.mark",
        argument="skipped",
        enabled_when=with_image,
    ),
)
