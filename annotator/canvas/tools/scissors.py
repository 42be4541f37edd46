"""Intelligent scissors: click anchors, the path between them follows the strongest edges."""

from __future__ import annotations

from annotator.canvas.tools.gesture import (
    NEAR_PX,
    Cutter,
    Event,
    Gesture,
    Kind,
    Sketch,
    Stage,
    Xy,
    clamped,
    inside,
    near,
)
from annotator.intents import PolygonClosed


class _Outline:
    """Anchors and the pieces of path between them."""

    def __init__(self) -> None:
        self.anchors: list[Xy] = []
        self.pieces: list[tuple[Xy, ...]] = []

    @property
    def line(self) -> tuple[Xy, ...]:
        return tuple(point for piece in self.pieces for point in piece)

    def clear(self) -> None:
        self.anchors.clear()
        self.pieces.clear()


def scissors(stage: Stage) -> Gesture:
    """Run the tool."""
    outline = _Outline()
    used = False
    while True:
        event = yield used
        used = bool(outline.anchors) and event.kind is Kind.KEY
        cutter = stage.cutter()
        if cutter is None:
            continue
        if event.kind is Kind.KEY:
            _key(stage, cutter, outline, event.key)
        elif event.kind is Kind.MOVE and outline.anchors:
            _show(stage, cutter, outline, event)
        elif event.kind is Kind.DOUBLE and event.button == "left" and len(outline.anchors) >= 2:
            used = True
            _close(stage, cutter, outline)
        elif event.kind in (Kind.PRESS, Kind.DOUBLE) and event.button == "left":
            used = True
            _click(stage, cutter, outline, event)


def _click(stage: Stage, cutter: Cutter, outline: _Outline, event: Event) -> None:
    if not outline.anchors and not inside(event.at, stage.size):
        return
    at = clamped(event.at, stage.size)
    if len(outline.anchors) >= 2 and near(outline.anchors[0], at, NEAR_PX * stage.unit):
        _close(stage, cutter, outline)
        return
    if outline.anchors:
        outline.pieces.append(_path(cutter, at))
    outline.anchors.append(at)
    cutter.anchor(*at)
    _show(stage, cutter, outline, event)


def _key(stage: Stage, cutter: Cutter, outline: _Outline, key: str) -> None:
    if key == "enter" and len(outline.anchors) >= 2:
        _close(stage, cutter, outline)
    elif key == "escape":
        outline.clear()
        stage.show(None)
    elif key == "backspace" and outline.anchors:
        outline.anchors.pop()
        if outline.pieces:
            outline.pieces.pop()
        if not outline.anchors:
            stage.show(None)
            return
        cutter.anchor(*outline.anchors[-1])
        stage.show(Sketch(line=outline.line, dots=tuple(outline.anchors)))


def _close(stage: Stage, cutter: Cutter, outline: _Outline) -> None:
    ring = (*outline.line, *_path(cutter, outline.anchors[0]))
    outline.clear()
    stage.show(None)
    if len(set(ring)) >= 3:
        stage.emit(PolygonClosed(ring, tool="scissors"))


def _path(cutter: Cutter, to: Xy) -> tuple[Xy, ...]:
    """Return the path from the last anchor through pixel centres."""
    return tuple((float(x) + 0.5, float(y) + 0.5) for x, y in cutter.path_to(*to).tolist())


def _show(stage: Stage, cutter: Cutter, outline: _Outline, event: Event) -> None:
    at = clamped(event.at, stage.size)
    first = outline.anchors[0]
    closing = len(outline.anchors) >= 2 and near(first, at, NEAR_PX * stage.unit)
    lead = _path(cutter, first if closing else at)
    dots = tuple(outline.anchors)
    stage.show(Sketch(line=outline.line, dots=dots, lead=lead, snap=first if closing else None))
