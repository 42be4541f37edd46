"""Every constant of the automatic stage, in one place; the defaults are those of SAM's own generator."""

from __future__ import annotations

import difflib
import math
from collections.abc import Mapping
from dataclasses import dataclass, fields
from types import MappingProxyType
from typing import Any

from engine.errors import InvalidOp
from models.api import KeepRule

MOST_LAYERS = 4
"""Layer 4 would have 256 windows; nobody has asked for that yet."""
MOST_POINTS = 256
_CONSTANTS = {
    "points_per_side": "points a side of each crop layer's grid",
    "min_score": "least predicted IoU",
    "min_stability": "least stability",
    "stability_offset": "stability's offset in logits",
    "box_nms": "box overlap inside a window",
    "crop_nms": "box overlap across windows",
    "crop_overlap": "overlap of windows, as a share of the short side",
    "crop_edge": "distance in pixels to a window's inner border",
    "min_region": "least size of parts and holes in pixels",
    "max_area": "largest mask, as a share of the image",
    "near_duplicate": "overlap with a stored mask",
    "contained": "share of a part inside its whole",
}


@dataclass(frozen=True, slots=True)
class AutoParams:
    """What the automatic stage asks and keeps. Raises InvalidOp on values that make no sense.

    ``points_per_side``: one grid a crop layer; layer i has (2^i)^2 windows. ``min_score``, ``min_stability`` (at
    ``stability_offset`` logits) and ``max_area`` (share of the image) are what a mask must reach. ``box_nms`` and
    ``crop_nms``: of two boxes that overlap more (IoU), one goes. ``crop_overlap``: share of the short side by which
    the windows of the first layer overlap (half of it for the next). ``crop_edge``: a mask that ends so close (pixels)
    to a window's inner border is cut off and goes. ``min_region``: smaller holes are filled and smaller parts dropped
    (pixels; 0 leaves masks alone). ``near_duplicate``: mask IoU from which a mask is one that is stored already.
    ``contained``: share of its pixels that a part has inside its whole.
    """

    points_per_side: tuple[int, ...] = (32,)
    min_score: float = 0.88
    min_stability: float = 0.95
    stability_offset: float = 1.0
    box_nms: float = 0.7
    crop_nms: float = 0.7
    crop_overlap: float = 512 / 1500
    crop_edge: float = 20.0
    min_region: int = 0
    max_area: float = 0.95
    near_duplicate: float = 0.8
    contained: float = 0.9

    def __post_init__(self) -> None:
        """Refuse what makes no sense."""
        sides = self.points_per_side
        if not isinstance(sides, tuple) or not 1 <= len(sides) <= MOST_LAYERS:
            raise _wrong("points_per_side", sides, f"1 to {MOST_LAYERS} whole numbers, such as 32 or 32, 16, 8")
        for side in sides:
            if not _whole(side) or not 1 <= side <= MOST_POINTS:
                raise _wrong("points_per_side", side, f"whole numbers from 1 to {MOST_POINTS}")
        for name in ("min_score", "min_stability", "box_nms", "crop_nms", "near_duplicate"):
            _between(name, getattr(self, name), 0, 1)
        _between("stability_offset", self.stability_offset, 0, 100)
        _between("crop_overlap", self.crop_overlap, 0, 0.9)
        _between("crop_edge", self.crop_edge, 0, 10_000)
        for name in ("max_area", "contained"):
            if _between(name, getattr(self, name), 0, 1) == 0:
                raise _wrong(name, 0, "a number above 0")
        if not _whole(self.min_region) or self.min_region < 0:
            raise _wrong("min_region", self.min_region, "a whole number of pixels, 0 or more")

    @property
    def windows(self) -> int:
        """How many windows an image is looked at in, the whole image included."""
        return sum(4**layer for layer in range(len(self.points_per_side)))

    @property
    def prompts(self) -> int:
        """How many points are asked on one image: 1024 by default, 3072 for SA-1B."""
        return sum(4**layer * side**2 for layer, side in enumerate(self.points_per_side))

    def keep_rule(self, window_share: float = 1.0) -> KeepRule:
        """Return what a backend may throw away at once in a window that is ``window_share`` of the image's area."""
        return KeepRule(
            min_score=self.min_score,
            min_stability=self.min_stability,
            stability_offset=self.stability_offset,
            max_area=self.max_area / window_share,
            min_area=self.min_region,
        )

    def to_json(self) -> dict[str, Any]:
        """Return plain values by name, as a job keeps them."""
        values = {each.name: getattr(self, each.name) for each in fields(self)}
        return values | {"points_per_side": list(self.points_per_side)}

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> AutoParams:
        """Inverse of ``to_json``; what is not named keeps its default. Raises InvalidOp."""
        for name in values:
            if name not in _CONSTANTS:
                near = difflib.get_close_matches(str(name), _CONSTANTS, n=1)
                hint = f" Did you mean '{near[0]}'?" if near else f" There are: {', '.join(_CONSTANTS)}."
                raise InvalidOp(f"The automatic stage knows no setting '{name}'.{hint} Nothing was started.")
        given = dict(values)
        if "points_per_side" in given:
            sides = given["points_per_side"]
            given["points_per_side"] = tuple(sides) if isinstance(sides, list | tuple) else (sides,)
        return cls(**given)


def _whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _between(name: str, value: object, low: float, high: float) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise _wrong(name, value, f"a number from {low:g} to {high:g}")
    if not low <= value <= high:
        raise _wrong(name, value, f"a number from {low:g} to {high:g}")
    return float(value)


def _wrong(name: str, value: object, wanted: str) -> InvalidOp:
    return InvalidOp(f"'{name}' ({_CONSTANTS[name]}) must be {wanted}, not {value!r}. Nothing was started.")


PRESETS: Mapping[str, AutoParams] = MappingProxyType(
    {
        "fast": AutoParams(points_per_side=(16,)),
        "default": AutoParams(),
        "sa1b": AutoParams(points_per_side=(32, 16, 8), min_region=100),
    }
)
"""``fast`` looks less closely, ``default`` is SAM's generator, ``sa1b`` is the run that made SA-1B (21 windows)."""


def preset(name: str) -> AutoParams:
    """Return a preset by name; raises InvalidOp."""
    found = PRESETS.get(name)
    if found is None:
        raise InvalidOp(f"There is no preset '{name}'. Choose one of: {', '.join(PRESETS)}.")
    return found
