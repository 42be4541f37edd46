"""Brush and eraser: paint a stroke; the circle at the pointer has the brush's true size."""

from __future__ import annotations

from annotator.canvas.tools.gesture import Event, Gesture, Kind, Sketch, Stage, Xy, near
from annotator.intents import StrokeDrawn


def brush(stage: Stage) -> Gesture:
    """Run the brush; Ctrl erases."""
    yield from _painting(stage, erases=False)


def eraser(stage: Stage) -> Gesture:
    """Run the eraser; Ctrl paints."""
    yield from _painting(stage, erases=True)


def _painting(stage: Stage, *, erases: bool) -> Gesture:
    used = False
    while True:
        event = yield used
        used = False
        erase = erases != event.ctrl
        if event.kind is Kind.LEAVE:
            stage.show(None)
        elif event.kind is Kind.MOVE:
            stage.show(Sketch(ring=event.at, radius=stage.options.radius, erase=erase))
        elif event.kind in (Kind.PRESS, Kind.DOUBLE) and event.button == "left":
            used = True
            yield from _stroke(stage, event, erase=erase)


def _stroke(stage: Stage, press: Event, *, erase: bool) -> Gesture:
    radius = stage.options.radius
    points: list[Xy] = [press.at]
    while True:
        stage.show(Sketch(stroke=tuple(points), ring=points[-1], radius=radius, erase=erase))
        event = yield True
        if event.kind is Kind.KEY and event.key == "escape":
            stage.show(None)
            return
        # Points nearer than half a screen pixel change nothing that could be seen or stored.
        if event.kind is Kind.MOVE and not near(points[-1], event.at, 0.5 * stage.unit):
            points.append(event.at)
        if event.kind is Kind.RELEASE and event.button == "left":
            stage.emit(StrokeDrawn(tuple(points), radius, erase))
            stage.show(Sketch(ring=event.at, radius=radius, erase=erase))
            return
