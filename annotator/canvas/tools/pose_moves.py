"""Dragging a joint, or a pose as a whole by a bone or a handle of its frame. Parts of the keypoint and select tools."""

from __future__ import annotations

from annotator.canvas.picking import box_handles
from annotator.canvas.tools.gesture import Event, Gesture, Grip, Kind, Stage, clamped, drag
from annotator.canvas.tools.reshape import resized
from annotator.intents import JointChosen, JointMoved, PoseEdited
from engine.records import Keypoints
from engine.skeletons.poses import extent, moved, replaced, scaled


def move_joint(stage: Stage, press: Event, grip: Grip) -> Gesture:
    """Drag a joint until release, its bones with it; Esc puts it back. A click without a drag chooses it."""
    before = stage.pose_of(grip.instance_id)
    event = yield from drag(stage, press)
    if event is None:
        stage.emit(JointChosen(grip.instance_id, grip.index))
        return
    while event.kind is not Kind.RELEASE:
        x, y = clamped(event.at, stage.size)
        stage.show_pose(grip.instance_id, replaced(before, grip.index, (x, y, before[grip.index][2])))
        event = yield True
        if event.kind is Kind.KEY and event.key == "escape":
            stage.show_pose(grip.instance_id, None)
            return
    x, y = clamped(event.at, stage.size)
    stage.emit(JointMoved(grip.instance_id, grip.index, x, y))
    stage.show_pose(grip.instance_id, None)


def drag_pose(stage: Stage, press: Event, event: Event, grip: Grip) -> Gesture:
    """Move or stretch the pose until release, from the press that has become the drag ``event``; Esc puts it back."""
    before = stage.pose_of(grip.instance_id)
    while event.kind is not Kind.RELEASE:
        stage.show_pose(grip.instance_id, _dragged(stage, before, press, event, grip))
        event = yield True
        if event.kind is Kind.KEY and event.key == "escape":
            stage.show_pose(grip.instance_id, None)
            return
    after = _dragged(stage, before, press, event, grip)
    if after != before:
        stage.emit(PoseEdited(grip.instance_id, after, scaled=grip.part == "frame"))
    stage.show_pose(grip.instance_id, None)


def _dragged(stage: Stage, before: Keypoints, press: Event, event: Event, grip: Grip) -> Keypoints:
    dx, dy = event.x - press.x, event.y - press.y
    box = extent(before)
    if grip.part != "frame" or box is None:
        return moved(before, dx, dy, stage.size)
    # The frame is drawn a little outside the joints; the drag goes to the box of the joints itself.
    handle = box_handles(box)[grip.index]
    at = clamped((handle[0] + dx, handle[1] + dy), stage.size)
    return scaled(before, box, resized(box, grip, at, press.at, stage.size), stage.size)
