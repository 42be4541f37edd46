"""Keypoint tool: a click places the next joint (right or Shift: hidden), a drag moves one, Shift+click changes it."""

from __future__ import annotations

from annotator.canvas.tools.gesture import Event, Gesture, Grip, Kind, Sketch, Stage, clamped, drag, inside
from annotator.intents import JointMoved, JointPlaced, JointToggled


def keypoints(stage: Stage) -> Gesture:
    """Run the tool."""
    used = False
    while True:
        event = yield used
        used = event.kind in (Kind.PRESS, Kind.DOUBLE) and event.button in ("left", "right")
        if not used:
            continue
        grip = stage.joint_at(event.x, event.y)
        # Many Linux window managers keep Alt+click for themselves.
        if grip is not None and (event.alt or event.shift):
            stage.emit(JointToggled(grip.instance_id, grip.index))
        elif grip is not None and event.button == "left":
            yield from move_joint(stage, event, grip)
        elif inside(event.at, stage.size):
            visible = event.button == "left" and not event.shift
            stage.emit(JointPlaced(event.x, event.y, visible))


def move_joint(stage: Stage, press: Event, grip: Grip) -> Gesture:
    """Drag a stored joint until release; Esc puts it back."""
    event = yield from drag(stage, press)
    if event is None:
        return
    while event.kind is not Kind.RELEASE:
        stage.show(Sketch(dots=(clamped(event.at, stage.size),)))
        event = yield True
        if event.kind is Kind.KEY and event.key == "escape":
            stage.show(None)
            return
    stage.show(None)
    x, y = clamped(event.at, stage.size)
    stage.emit(JointMoved(grip.instance_id, grip.index, x, y))
