"""Polygon tool: click vertices or drag freehand; first vertex, double click or Enter closes, Backspace goes back."""

from __future__ import annotations

import math

from annotator.canvas.tools.gesture import DRAG_PX, NEAR_PX, Event, Gesture, Kind, Sketch, Stage, Xy, clamped, near
from annotator.intents import PolygonClosed

SNAP_DEGREES = 45.0


def polygon(stage: Stage) -> Gesture:
    """Run the tool."""
    ring: list[Xy] = []
    used = False
    while True:
        event = yield used
        used = bool(ring) and event.kind is Kind.KEY
        if event.kind is Kind.KEY:
            _key(stage, ring, event.key)
        elif event.kind is Kind.MOVE and ring:
            _show(stage, ring, _aimed(stage, ring, event))
        elif event.kind is Kind.DOUBLE and event.button == "left" and len(ring) >= 3:
            used = True
            _close(stage, ring)
        elif event.kind in (Kind.PRESS, Kind.DOUBLE) and event.button == "left":
            used = True
            if len(ring) >= 3 and near(ring[0], event.at, NEAR_PX * stage.unit):
                _close(stage, ring)
            else:
                ring.append(_aimed(stage, ring, event))
                yield from _freehand(stage, ring, event)


def _freehand(stage: Stage, ring: list[Xy], press: Event) -> Gesture:
    """While the button is held, add a vertex every few screen pixels."""
    _show(stage, ring, None)
    while True:
        event = yield True
        if event.kind is Kind.RELEASE and event.button == press.button:
            return
        if event.kind is Kind.KEY:
            _key(stage, ring, event.key)
            return
        if event.kind is Kind.MOVE and not near(ring[-1], event.at, 2 * DRAG_PX * stage.unit):
            ring.append(clamped(event.at, stage.size))
            _show(stage, ring, None)


def _key(stage: Stage, ring: list[Xy], key: str) -> None:
    if key == "enter" and len(ring) >= 3:
        _close(stage, ring)
    elif key == "backspace" and ring:
        ring.pop()
        _show(stage, ring, None)
    elif key == "escape":
        ring.clear()
        stage.show(None)


def _close(stage: Stage, ring: list[Xy]) -> None:
    done = tuple(ring)
    ring.clear()
    stage.show(None)
    stage.emit(PolygonClosed(done))


def _aimed(stage: Stage, ring: list[Xy], event: Event) -> Xy:
    """Return the place meant: in the image, and with Shift in a multiple of 45 degrees from the last vertex."""
    x, y = event.at
    if event.shift and ring:
        dx, dy = x - ring[-1][0], y - ring[-1][1]
        step = math.radians(SNAP_DEGREES)
        angle = round(math.atan2(dy, dx) / step) * step
        length = dx * math.cos(angle) + dy * math.sin(angle)
        x, y = ring[-1][0] + length * math.cos(angle), ring[-1][1] + length * math.sin(angle)
    return clamped((x, y), stage.size)


def _show(stage: Stage, ring: list[Xy], pointer: Xy | None) -> None:
    if not ring:
        stage.show(None)
        return
    closing = pointer is not None and len(ring) >= 3 and near(ring[0], pointer, NEAR_PX * stage.unit)
    lead = (ring[-1], ring[0] if closing else pointer) if pointer is not None else ()
    stage.show(Sketch(line=tuple(ring), dots=tuple(ring), lead=lead, snap=ring[0] if closing else None))
