"""What the canvas is told to show: frozen values, no database and no Qt. Coordinates are image pixels."""

from __future__ import annotations

from dataclasses import dataclass, replace

from engine.records import Box, Keypoints, Rle, SkeletonRecord, State
from engine.skeletons.poses import extent

Rgb = tuple[int, int, int]
"""Red, green, blue, each 0..255."""


@dataclass(frozen=True, slots=True)
class InstanceView:
    """One instance as the canvas shows it; ``bbox`` is (x, y, w, h) and is drawn only where there is no mask."""

    id: int
    area: float
    bbox: Box | None
    mask: Rle | None
    keypoints: Keypoints | None
    skeleton: SkeletonRecord | None
    color: Rgb
    title: str
    state: State
    locked: bool = False
    named: bool = True
    """False where the title only says that there is no label: then it is shown on hover and selection alone."""
    joint_scores: tuple[float, ...] = ()
    """How sure a backend was of each joint, 0..1; empty where none was asked."""

    @property
    def pose_only(self) -> bool:
        """Whether the joints are all it has: no mask, and no box but the one around them."""
        box = extent(self.keypoints or ())
        if self.mask is not None or box is None:
            return False
        around = (box[0], box[1], max(box[2] - box[0], 1.0), max(box[3] - box[1], 1.0))
        return self.bbox is None or all(abs(a - b) < 1e-6 for a, b in zip(self.bbox, around, strict=True))

    def with_color(self, color: Rgb) -> InstanceView:
        """Return the same instance in another colour."""
        return replace(self, color=color)


@dataclass(frozen=True, slots=True)
class Click:
    """One prompt click of the draft."""

    x: float
    y: float
    positive: bool


@dataclass(frozen=True, slots=True)
class DraftView:
    """Prompts not yet committed and the chosen candidate's mask; ``box`` is (x0, y0, x1, y1).

    ``color`` None means the accent colour; ``keypoints`` are those of a pose being placed.
    """

    clicks: tuple[Click, ...] = ()
    box: tuple[float, float, float, float] | None = None
    mask: Rle | None = None
    color: Rgb | None = None
    dashed: bool = False
    keypoints: Keypoints | None = None
    skeleton: SkeletonRecord | None = None
