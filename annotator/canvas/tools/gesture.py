"""What tools are made of: input events in image coordinates, what a tool may show and say, and the runner.

A tool is a generator: ``event = yield used`` hands it the next event and tells the view whether it used the one before.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass
from enum import Enum
from typing import Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from annotator.intents import Intent
from engine.records import Keypoints

Xy: TypeAlias = tuple[float, float]
DRAG_PX = 4.0
"""A press that moves farther than this many screen pixels is a drag."""
NEAR_PX = 9.0
"""How near, in screen pixels, a vertex, joint or handle must be to be meant."""


class Kind(Enum):
    """What happened."""

    PRESS = "press"
    MOVE = "move"
    RELEASE = "release"
    DOUBLE = "double"
    KEY = "key"
    LEAVE = "leave"


@dataclass(frozen=True, slots=True)
class Event:
    """One input event; ``x``, ``y`` in image pixels (maybe outside), ``button`` left, right or empty for moves.

    ``key`` is ``enter``, ``backspace`` or ``escape``; ``screen`` is the place on the desktop.
    """

    kind: Kind
    x: float = 0.0
    y: float = 0.0
    button: str = ""
    key: str = ""
    shift: bool = False
    ctrl: bool = False
    alt: bool = False
    screen: tuple[int, int] = (0, 0)

    @property
    def at(self) -> Xy:
        """The place."""
        return self.x, self.y


@dataclass(frozen=True, slots=True)
class Sketch:
    """What a gesture shows while it runs, in image pixels.

    ``line`` is the open or ``closed`` outline in progress with ``dots`` as its vertices and ``lead`` as the part that
    follows the pointer; ``box`` (x0, y0, x1, y1) a rubber band; ``stroke`` brush centres; ``ring`` the brush's cursor;
    ``snap`` marks the vertex that a click would close at.
    """

    line: tuple[Xy, ...] = ()
    dots: tuple[Xy, ...] = ()
    lead: tuple[Xy, ...] = ()
    closed: bool = False
    snap: Xy | None = None
    box: tuple[float, float, float, float] | None = None
    stroke: tuple[Xy, ...] = ()
    ring: Xy | None = None
    radius: float = 0.0
    erase: bool = False


@dataclass(frozen=True, slots=True)
class Options:
    """Settings of the tool in hand; ``radius`` in image pixels."""

    radius: float = 20.0
    hover_preview: bool = False


@dataclass(frozen=True, slots=True)
class Grip:
    """What the pointer can drag: ``part`` is vertex, edge, corner, body, joint, bone or frame.

    ``ring`` and ``index`` say which vertex (or the edge that starts there); ``index`` alone which joint, corner of a
    box or handle of a pose's frame (0 top-left, clockwise, edges' middles between: 0..7). A bone moves the whole pose.
    """

    instance_id: int
    part: str
    ring: int = 0
    index: int = 0


class Cutter(Protocol):
    """Intelligent scissors over the image shown."""

    def anchor(self, x: float, y: float) -> None:
        """Start a new piece."""

    def path_to(self, x: float, y: float) -> NDArray[np.int64]:
        """Return int64[N, 2] pixels from the anchor to here."""


class Stage(Protocol):
    """What a tool may ask of the canvas and tell it; nothing else is within its reach."""

    @property
    def options(self) -> Options:
        """Settings of the tool."""

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of the image in pixels."""

    @property
    def unit(self) -> float:
        """Image pixels a screen pixel covers."""

    def emit(self, intent: Intent) -> None:
        """Say what the gesture means."""

    def show(self, sketch: Sketch | None) -> None:
        """Show the gesture in progress."""

    def grip_at(self, x: float, y: float) -> Grip | None:
        """Return the handle of a selected instance under the pointer."""

    def pose_grip_at(self, x: float, y: float) -> Grip | None:
        """Return the joint of the draft or any shown pose under the pointer, else what drags the selected pose."""

    def pose_of(self, instance_id: int) -> Keypoints:
        """Return the joints of an instance, or of the pose being placed."""

    def show_pose(self, instance_id: int, keypoints: Keypoints | None) -> None:
        """Show a pose as the gesture would leave it; None: as it is."""

    def rings_of(self, instance_id: int) -> tuple[tuple[Xy, ...], ...]:
        """Return the editable outline of an instance."""

    def box_of(self, instance_id: int) -> tuple[float, float, float, float] | None:
        """Return the box (x0, y0, x1, y1) of an instance."""

    def cutter(self) -> Cutter | None:
        """Return the scissors, or None without an image."""


Gesture: TypeAlias = Generator[bool, Event, None]
Tool: TypeAlias = Callable[[Stage], Gesture]


class Runner:
    """Drives one tool with events; changing the tool ends what it was doing."""

    def __init__(self, stage: Stage, tool: Tool) -> None:
        """Start ``tool``."""
        self._stage = stage
        self._gesture = self._started(tool)

    def change(self, tool: Tool) -> None:
        """Take another tool in hand."""
        self._gesture.close()
        self._stage.show(None)
        self._gesture = self._started(tool)

    def send(self, event: Event) -> bool:
        """Hand over an event; True if the tool used it."""
        return self._gesture.send(event)

    def _started(self, tool: Tool) -> Gesture:
        gesture = tool(self._stage)
        next(gesture)
        return gesture


def clamped(at: Xy, size: tuple[int, int]) -> Xy:
    """Move a place into the image."""
    return min(max(at[0], 0.0), float(size[0])), min(max(at[1], 0.0), float(size[1]))


def inside(at: Xy, size: tuple[int, int]) -> bool:
    """Say whether a place lies in the image."""
    return 0 <= at[0] < size[0] and 0 <= at[1] < size[1]


def near(first: Xy, second: Xy, reach: float) -> bool:
    """Say whether two places are at most ``reach`` apart."""
    return (first[0] - second[0]) ** 2 + (first[1] - second[1]) ** 2 <= reach * reach


def box_between(first: Xy, second: Xy, size: tuple[int, int]) -> tuple[float, float, float, float]:
    """Return (x0, y0, x1, y1) of two opposite corners, cut to the image."""
    (ax, ay), (bx, by) = clamped(first, size), clamped(second, size)
    return min(ax, bx), min(ay, by), max(ax, bx), max(ay, by)


def drag(stage: Stage, press: Event) -> Generator[bool, Event, Event | None]:
    """Wait until a press becomes a drag (returns the move) or is released before that (returns None)."""
    while True:
        event = yield True
        if event.kind is Kind.MOVE and not near(press.at, event.at, DRAG_PX * stage.unit):
            return event
        if event.kind is Kind.RELEASE and event.button == press.button:
            return None


def rubber_band(
    stage: Stage, press: Event, event: Event
) -> Generator[bool, Event, tuple[float, float, float, float] | None]:
    """Follow a dragged box until release; None when it was cancelled with Esc or has no area."""
    while True:
        box = box_between(press.at, event.at, stage.size)
        stage.show(Sketch(box=box))
        event = yield True
        if event.kind is Kind.KEY and event.key == "escape":
            stage.show(None)
            return None
        if event.kind is Kind.RELEASE:
            stage.show(None)
            box = box_between(press.at, event.at, stage.size)
            return box if box[2] - box[0] > 0 and box[3] - box[1] > 0 else None
