"""What a gesture on the canvas means: frozen values from tools to controllers. Coordinates are image pixels (float)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

DRAFT = 0
"""Stands for the pose being placed where an intent names an instance: stored ones count from 1."""


@dataclass(frozen=True, slots=True)
class PointAdded:
    """Smart tool: a click that includes (``positive``) or excludes."""

    x: float
    y: float
    positive: bool


@dataclass(frozen=True, slots=True)
class BoxAdded:
    """Smart tool: a dragged box as prompt, ``x0 < x1``, ``y0 < y1``."""

    x0: float
    y0: float
    x1: float
    y1: float


@dataclass(frozen=True, slots=True)
class HoverMoved:
    """Smart tool with hover preview: the pointer rests here."""

    x: float
    y: float


@dataclass(frozen=True, slots=True)
class BoxDrawn:
    """Box tool: a new object by its box."""

    x0: float
    y0: float
    x1: float
    y1: float


@dataclass(frozen=True, slots=True)
class StrokeDrawn:
    """Brush or eraser: the whole stroke, released; ``radius`` in image pixels."""

    points: tuple[tuple[float, float], ...]
    radius: float
    erase: bool


@dataclass(frozen=True, slots=True)
class PolygonClosed:
    """Polygon or scissors: a closed ring of at least three vertices; ``tool`` is ``polygon`` or ``scissors``."""

    ring: tuple[tuple[float, float], ...]
    tool: str = "polygon"


@dataclass(frozen=True, slots=True)
class RingEdited:
    """Select tool: the outline of instance ``instance_id`` was changed by its vertices; all rings, outer and holes."""

    instance_id: int
    rings: tuple[tuple[tuple[float, float], ...], ...]


@dataclass(frozen=True, slots=True)
class BoxEdited:
    """Select tool: the box of a mask-less instance was resized or moved."""

    instance_id: int
    x0: float
    y0: float
    x1: float
    y1: float


@dataclass(frozen=True, slots=True)
class JointPlaced:
    """Keypoint tool: the next joint of the pose being placed; ``visible`` False means labelled but hidden (v = 1)."""

    x: float
    y: float
    visible: bool


@dataclass(frozen=True, slots=True)
class JointMoved:
    """A joint of a stored instance was dragged; ``instance_id`` DRAFT: of the pose being placed."""

    instance_id: int
    joint: int
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class JointToggled:
    """A joint of a stored instance gets the next visibility (visible, hidden, not labelled); DRAFT: of the draft."""

    instance_id: int
    joint: int


@dataclass(frozen=True, slots=True)
class JointChosen:
    """A joint of a stored instance was clicked."""

    instance_id: int
    joint: int


@dataclass(frozen=True, slots=True)
class PoseEdited:
    """The pose of a stored instance was moved (``scaled`` False) or stretched as a whole; all joints (x, y, v)."""

    instance_id: int
    keypoints: tuple[tuple[float, float, int], ...]
    scaled: bool


@dataclass(frozen=True, slots=True)
class PoseBoxDrawn:
    """Keypoint tool: a box was dragged for a whole skeleton, ``x0 < x1``, ``y0 < y1``."""

    x0: float
    y0: float
    x1: float
    y1: float


@dataclass(frozen=True, slots=True)
class Picked:
    """Select tool: clicked at a place; ``add`` extends the selection, ``below`` asks for the next object beneath."""

    x: float
    y: float
    add: bool = False
    below: bool = False


@dataclass(frozen=True, slots=True)
class AreaPicked:
    """Select tool: rubber band."""

    x0: float
    y0: float
    x1: float
    y1: float
    add: bool = False


@dataclass(frozen=True, slots=True)
class Opened:
    """Double click on an object: refine it (or edit its label from the list)."""

    x: float
    y: float


@dataclass(frozen=True, slots=True)
class RadiusChanged:
    """Brush: a new radius in image pixels (wheel with a modifier)."""

    radius: float


@dataclass(frozen=True, slots=True)
class MenuAsked:
    """Right click in the select tool: a menu for what lies here, at a place on the screen."""

    x: float
    y: float
    screen_x: int
    screen_y: int


Intent: TypeAlias = (
    PointAdded
    | BoxAdded
    | HoverMoved
    | BoxDrawn
    | StrokeDrawn
    | PolygonClosed
    | RingEdited
    | BoxEdited
    | JointPlaced
    | JointMoved
    | JointToggled
    | JointChosen
    | PoseEdited
    | PoseBoxDrawn
    | Picked
    | AreaPicked
    | Opened
    | RadiusChanged
    | MenuAsked
)
