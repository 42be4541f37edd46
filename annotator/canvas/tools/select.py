"""Select tool: click picks, again or with Alt the one below; drag: a band, a handle, a pose; right click: menu."""

from __future__ import annotations

from collections.abc import Generator

from annotator.canvas.tools.gesture import DRAG_PX, Event, Gesture, Grip, Kind, Stage, Xy, drag, near, rubber_band
from annotator.canvas.tools.pose_moves import drag_pose, move_joint
from annotator.canvas.tools.reshape import drag_box, drag_vertex, insert_vertex, remove_vertex
from annotator.intents import AreaPicked, JointToggled, MenuAsked, Opened, Picked


def select(stage: Stage) -> Gesture:
    """Run the tool."""
    used = False
    last: Xy | None = None
    while True:
        event = yield used
        used = True
        grip = stage.grip_at(event.x, event.y) if event.kind in (Kind.PRESS, Kind.DOUBLE) else None
        if event.kind is Kind.PRESS and event.button == "right":
            stage.emit(MenuAsked(event.x, event.y, *event.screen))
        elif event.kind is Kind.DOUBLE and event.button == "left":
            if grip is not None and grip.part == "joint" and (event.alt or event.shift):
                stage.emit(JointToggled(grip.instance_id, grip.index))
            # Where the first click picked, the outline was not shown yet: it is opened, not edited.
            elif grip is not None and grip.part == "edge" and not _again(stage, event, last):
                insert_vertex(stage, grip, event.at)
            else:
                stage.emit(Opened(event.x, event.y))
        elif event.kind is Kind.PRESS and event.button == "left":
            if grip is not None and grip.part not in ("edge", "body", "bone"):
                yield from _handle(stage, event, grip)
            else:
                last = yield from _pick(stage, event, grip, last)
        else:
            used = False


def _handle(stage: Stage, event: Event, grip: Grip) -> Gesture:
    if grip.part == "vertex" and (event.alt or event.shift):
        remove_vertex(stage, grip)
    elif grip.part == "vertex":
        yield from drag_vertex(stage, grip)
    elif grip.part == "joint" and (event.alt or event.shift):
        stage.emit(JointToggled(grip.instance_id, grip.index))
    elif grip.part == "joint":
        yield from move_joint(stage, event, grip)
    elif grip.part == "frame":
        moved = yield from drag(stage, event)
        if moved is not None:
            yield from drag_pose(stage, event, moved, grip)
    else:
        yield from drag_box(stage, event, grip)


def _pick(stage: Stage, press: Event, grip: Grip | None, last: Xy | None) -> Generator[bool, Event, Xy | None]:
    """A click, a rubber band, or (on the body of a selected box) a move; returns where a click picked."""
    moved = yield from drag(stage, press)
    add = press.shift or press.ctrl
    if moved is None:
        # The first half of a double click on an outline must leave it selected.
        if grip is not None and grip.part == "edge" and not add and not press.alt:
            return None
        again = _again(stage, press, last)
        stage.emit(Picked(press.x, press.y, add=add, below=press.alt or (again and not add)))
        return press.at
    if grip is not None and grip.part == "bone" and not add:
        yield from drag_pose(stage, press, moved, grip)
        return None
    if grip is not None and grip.part == "body" and not add:
        yield from drag_box(stage, press, grip)
        return None
    band = yield from rubber_band(stage, press, moved)
    if band is not None:
        stage.emit(AreaPicked(*band, add=add))
    return None


def _again(stage: Stage, event: Event, last: Xy | None) -> bool:
    return last is not None and near(last, event.at, DRAG_PX * stage.unit)
