"""Every tool by its name: what ``CanvasView.set_tool`` accepts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from annotator.canvas.tools.box import box
from annotator.canvas.tools.brush import brush, eraser
from annotator.canvas.tools.gesture import Tool
from annotator.canvas.tools.keypoints import keypoints
from annotator.canvas.tools.pan import pan
from annotator.canvas.tools.polygon import polygon
from annotator.canvas.tools.scissors import scissors
from annotator.canvas.tools.select import select
from annotator.canvas.tools.smart import smart


@dataclass(frozen=True, slots=True)
class ToolSpec:
    """A tool, the cursor over the image (cross, arrow, hand, blank), and whether instances light up under it."""

    run: Tool
    cursor: str = "cross"
    hovers: bool = False


TOOLS: Mapping[str, ToolSpec] = {
    "smart": ToolSpec(smart),
    "brush": ToolSpec(brush, cursor="blank"),
    "eraser": ToolSpec(eraser, cursor="blank"),
    "polygon": ToolSpec(polygon),
    "scissors": ToolSpec(scissors),
    "box": ToolSpec(box),
    "keypoints": ToolSpec(keypoints),
    "select": ToolSpec(select, cursor="arrow", hovers=True),
    "pan": ToolSpec(pan, cursor="hand", hovers=True),
}
