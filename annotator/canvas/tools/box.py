"""Box tool: drag a new object's box."""

from __future__ import annotations

from annotator.canvas.tools.gesture import Gesture, Kind, Stage, drag, rubber_band
from annotator.intents import BoxDrawn


def box(stage: Stage) -> Gesture:
    """Run the tool."""
    used = False
    while True:
        event = yield used
        used = event.kind in (Kind.PRESS, Kind.DOUBLE) and event.button == "left"
        if used:
            moved = yield from drag(stage, event)
            drawn = (yield from rubber_band(stage, event, moved)) if moved is not None else None
            if drawn is not None:
                stage.emit(BoxDrawn(*drawn))
