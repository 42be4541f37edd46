"""The tools of the strip at the left, and their size."""

from __future__ import annotations

from annotator.actions.action import Action, with_image

MENU = "&Tool"


def _tool(name: str, title: str, key: str, tip: str, group: str) -> Action:
    return Action(
        f"tool.{name}",
        title,
        (key,) if key else (),
        name,
        MENU,
        group,
        run="tool.choose",
        argument=name,
        enabled_when=with_image,
        checkable=True,
        exclusive="tool",
        tip=tip,
    )


TOOL_ACTIONS = (
    _tool("select", "Select", "V", "Click an object; click again for the one beneath; drag its points", "point"),
    _tool("smart", "Smart", "S", "Left click includes, right click excludes, drag a box", "model"),
    _tool("brush", "Brush", "B", "Paint on the selected object, or a new one; Ctrl erases", "draw"),
    _tool("eraser", "Eraser", "E", "Take pixels off the selected object", "draw"),
    _tool("polygon", "Polygon", "P", "Click the corners; Enter or a double click closes", "draw"),
    _tool("scissors", "Scissors", "I", "Click along an edge; the outline follows it", "draw"),
    _tool("box", "Box", "X", "Drag a box around an object", "draw"),
    _tool("keypoints", "Keypoints", "K", "Click the joints in order; a right click marks a hidden one", "draw"),
    _tool("pan", "Pan", "", "Drag the picture; Space does it in every tool", "point"),
    Action(
        "tool.smaller",
        "Smaller brush",
        ("[", "-"),
        "minus",
        MENU,
        "size",
        run="tool.resize",
        argument=-1,
        enabled_when=with_image,
        repeat=True,
    ),
    Action(
        "tool.larger",
        "Larger brush",
        ("]", "="),
        "add",
        MENU,
        "size",
        run="tool.resize",
        argument=1,
        enabled_when=with_image,
        repeat=True,
    ),
    Action(
        "tool.hover_preview",
        "Preview under the pointer",
        (),
        "eye",
        MENU,
        "size",
        checkable=True,
        tip="Show what a click of the smart tool would give",
    ),
)
