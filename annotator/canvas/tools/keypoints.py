"""Keypoint tool: a click places the next joint (right or Shift: hidden), a drag on the picture a whole skeleton.

A joint is dragged, clicked to choose it, right-clicked (or Shift+click, Alt+click) to change its visibility; a bone or
a handle of the frame moves or stretches the selected pose.
"""

from __future__ import annotations

from annotator.canvas.tools.gesture import Event, Gesture, Grip, Kind, Stage, drag, inside, rubber_band
from annotator.canvas.tools.pose_moves import drag_pose, move_joint
from annotator.intents import JointPlaced, JointToggled, PoseBoxDrawn

LEAST_BOX_PX = 16.0
"""A smaller box, in screen pixels, was meant as a click."""


def keypoints(stage: Stage) -> Gesture:
    """Run the tool."""
    used = False
    while True:
        event = yield used
        used = event.kind in (Kind.PRESS, Kind.DOUBLE) and event.button in ("left", "right")
        if not used:
            continue
        grip = stage.pose_grip_at(event.x, event.y)
        if grip is not None and grip.part == "joint":
            # Many Linux window managers keep Alt+click for themselves.
            if event.alt or event.shift or event.button == "right":
                stage.emit(JointToggled(grip.instance_id, grip.index))
            else:
                yield from move_joint(stage, event, grip)
        elif event.button == "left":
            yield from _left(stage, event, grip)
        elif inside(event.at, stage.size):
            stage.emit(JointPlaced(event.x, event.y, visible=False))


def _left(stage: Stage, press: Event, grip: Grip | None) -> Gesture:
    """A click places a joint; a drag moves or stretches the selected pose, or opens a box for a new one."""
    event = yield from drag(stage, press)
    if event is not None and grip is not None:
        yield from drag_pose(stage, press, event, grip)
        return
    if event is not None:
        box = yield from rubber_band(stage, press, event)
        if box is None:
            return
        if min(box[2] - box[0], box[3] - box[1]) >= LEAST_BOX_PX * stage.unit:
            stage.emit(PoseBoxDrawn(*box))
            return
    if inside(press.at, stage.size):
        stage.emit(JointPlaced(press.x, press.y, visible=not press.shift))
