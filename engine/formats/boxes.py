"""What every reader of a dataset asks of one object's box, and how it refuses an object in a few words."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from engine.records import Box


class Refused(ValueError):
    """The item cannot be taken in; ``str()`` is the reason as the report shows it, without particulars."""


@dataclass(frozen=True, slots=True)
class FileImage:
    """An image of the file that was found: the reader's key, its displayed size here, its name in the file."""

    key: int
    width: int
    height: int
    name: str


def sized_box(x: float, y: float, w: float, h: float) -> Box:
    """Return the box; raises Refused when it has no size."""
    if w <= 0 or h <= 0:
        raise Refused("its box has no size (zero or negative)")
    return x, y, w, h


def box_inside(box: Box, image: FileImage, note: Callable[[str], None]) -> Box:
    """Return the part of the box that lies on the image; raises Refused when there is none."""
    x, y, w, h = box
    x0, y0, x1, y1 = max(x, 0.0), max(y, 0.0), min(x + w, float(image.width)), min(y + h, float(image.height))
    if x1 <= x0 or y1 <= y0:
        raise Refused("its box lies outside the image")
    # Compared with the sums, so that a box that fits keeps its exact numbers.
    if x >= 0 and y >= 0 and x + w <= image.width and y + h <= image.height:
        return box
    if max(x0 - x, y0 - y, x + w - x1, y + h - y1) > 1:
        note("its box reaches over the image's edge and was cut there")
    return x0, y0, x1 - x0, y1 - y0
