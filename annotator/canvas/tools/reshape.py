"""Dragging what is selected: polygon vertices, box handles. Parts of the select tool."""

from __future__ import annotations

from annotator.canvas.tools.gesture import Event, Gesture, Grip, Kind, Sketch, Stage, Xy, clamped
from annotator.intents import BoxEdited, RingEdited

Rings = tuple[tuple[Xy, ...], ...]
Corners = tuple[float, float, float, float]


def drag_vertex(stage: Stage, grip: Grip) -> Gesture:
    """Move one vertex until release; Esc puts it back."""
    rings = stage.rings_of(grip.instance_id)
    moved: Rings = rings
    while True:
        event = yield True
        if event.kind is Kind.KEY and event.key == "escape":
            stage.show(None)
            return
        if event.kind is Kind.MOVE:
            moved = with_vertex(rings, grip, clamped(event.at, stage.size))
            ring = moved[grip.ring]
            stage.show(Sketch(line=ring, dots=(ring[grip.index],), closed=True))
        if event.kind is Kind.RELEASE:
            stage.show(None)
            if moved != rings:
                stage.emit(RingEdited(grip.instance_id, moved))
            return


def insert_vertex(stage: Stage, grip: Grip, at: Xy) -> None:
    """Add a vertex on the edge that starts at the grip's index."""
    rings = stage.rings_of(grip.instance_id)
    ring = rings[grip.ring]
    longer = (*ring[: grip.index + 1], clamped(at, stage.size), *ring[grip.index + 1 :])
    stage.emit(RingEdited(grip.instance_id, _replaced(rings, grip.ring, longer)))


def remove_vertex(stage: Stage, grip: Grip) -> None:
    """Take a vertex away; a ring keeps at least three."""
    rings = stage.rings_of(grip.instance_id)
    ring = rings[grip.ring]
    if len(ring) > 3:
        shorter = ring[: grip.index] + ring[grip.index + 1 :]
        stage.emit(RingEdited(grip.instance_id, _replaced(rings, grip.ring, shorter)))


def drag_box(stage: Stage, press: Event, grip: Grip) -> Gesture:
    """Resize a box by one of its eight handles until release; Esc puts it back."""
    before = stage.box_of(grip.instance_id)
    if before is None:
        return
    after = before
    while True:
        event = yield True
        if event.kind is Kind.KEY and event.key == "escape":
            stage.show(None)
            return
        if event.kind is Kind.MOVE:
            after = resized(before, grip, clamped(event.at, stage.size), press.at, stage.size)
            stage.show(Sketch(box=after))
        if event.kind is Kind.RELEASE:
            stage.show(None)
            if after != before and after[2] > after[0] and after[3] > after[1]:
                stage.emit(BoxEdited(grip.instance_id, *after))
            return


def resized(box: Corners, grip: Grip, at: Xy, start: Xy, size: tuple[int, int]) -> Corners:
    """Return the box with the grip's sides at ``at``; the body moves as a whole and stays in the image."""
    x0, y0, x1, y1 = box
    if grip.part == "body":
        dx = min(max(at[0] - start[0], -x0), size[0] - x1)
        dy = min(max(at[1] - start[1], -y0), size[1] - y1)
        return x0 + dx, y0 + dy, x1 + dx, y1 + dy
    if grip.index in (0, 6, 7):
        x0 = at[0]
    if grip.index in (2, 3, 4):
        x1 = at[0]
    if grip.index in (0, 1, 2):
        y0 = at[1]
    if grip.index in (4, 5, 6):
        y1 = at[1]
    return min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1)


def with_vertex(rings: Rings, grip: Grip, at: Xy) -> Rings:
    """Return the rings with one vertex elsewhere."""
    ring = rings[grip.ring]
    return _replaced(rings, grip.ring, (*ring[: grip.index], at, *ring[grip.index + 1 :]))


def _replaced(rings: Rings, index: int, ring: tuple[Xy, ...]) -> Rings:
    return (*rings[:index], ring, *rings[index + 1 :])
