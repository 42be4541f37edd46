"""What is seen: zoom, masks, docks, the whole window."""

from __future__ import annotations

from annotator.actions.action import Action, never, with_image, with_project, with_selection
from annotator.modes import MODES

MENU = "&View"
DOCKS = ("labels", "instances", "images", "history", "messages", "check")

VIEW_ACTIONS = (
    Action("view.palette", "Command palette", ("Ctrl+K", "Ctrl+Shift+P"), "search", MENU, "find", palette=False),
    Action("view.fit", "Fit the image", ("F",), "fit", MENU, "zoom", enabled_when=with_image),
    Action("view.actual_size", "Actual size (100 %)", ("Ctrl+0",), "", MENU, "zoom", enabled_when=with_image),
    Action("view.zoom_selection", "Zoom to the selection", ("Ctrl+1",), "", MENU, "zoom", enabled_when=with_selection),
    Action("view.zoom_in", "Zoom in", ("Ctrl++", "Ctrl+="), "zoom", MENU, "zoom", enabled_when=with_image, repeat=True),
    Action("view.zoom_out", "Zoom out", ("Ctrl+-",), "", MENU, "zoom", enabled_when=with_image, repeat=True),
    Action("view.masks", "Show masks", ("Ctrl+H",), "eye", MENU, "masks", enabled_when=with_image, checkable=True),
    Action("view.names", "Show names on the canvas", ("T",), "label", MENU, "masks", checkable=True),
    Action("view.opacity_up", "Masks more opaque", ("Alt+Up",), "", MENU, "masks", run="view.opacity", argument=0.05),
    Action("view.opacity_down", "Masks clearer", ("Alt+Down",), "", MENU, "masks", run="view.opacity", argument=-0.05),
    Action("view.navigator", "Show the navigator", ("F9",), "", MENU, "masks", checkable=True),
    *(
        Action(
            f"view.dock.{name}",
            f"Show {name}",
            (f"Alt+{number}",),
            {"labels": "label", "images": "image"}.get(name, name),
            MENU,
            "docks",
            run="view.dock",
            argument=name,
            checkable=True,
        )
        for number, name in enumerate(DOCKS, 1)
    ),
    *(
        Action(
            f"view.mode.{mode.name}",
            f"{mode.title} mode",
            (),
            mode.name,
            run="view.mode",
            argument=mode.name,
            checkable=True,
            exclusive="mode",
            tip=mode.tip,
            enabled_when=with_project if mode.built else never,
        )
        for mode in MODES
    ),
    Action("view.theme", "Switch between dark and light", (), "theme", MENU, "window"),
    Action("view.full_screen", "Full screen", ("F11",), "", MENU, "window", checkable=True),
)
