"""Smart tool: left click includes, right click excludes, a drag is a box, resting may ask for a preview."""

from __future__ import annotations

from annotator.canvas.tools.gesture import Event, Gesture, Kind, Stage, drag, inside, rubber_band
from annotator.intents import BoxAdded, HoverMoved, PointAdded


def smart(stage: Stage) -> Gesture:
    """Run the tool."""
    used = False
    while True:
        event = yield used
        used = False
        if event.kind is Kind.MOVE and stage.options.hover_preview and inside(event.at, stage.size):
            stage.emit(HoverMoved(event.x, event.y))
        # A double click is two quick clicks here.
        if event.kind in (Kind.PRESS, Kind.DOUBLE) and event.button in ("left", "right"):
            used = True
            yield from _prompt(stage, event)


def _prompt(stage: Stage, press: Event) -> Gesture:
    moved = yield from drag(stage, press)
    if moved is None:
        if inside(press.at, stage.size):
            stage.emit(PointAdded(press.x, press.y, press.button == "left"))
    elif press.button == "left":
        box = yield from rubber_band(stage, press, moved)
        if box is not None:
            stage.emit(BoxAdded(*box))
