"""The outlines whose vertices can be dragged: as a person left them while they still give the mask, else traced."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from annotator.canvas.tools.gesture import Xy
from engine.geometry.contours import outlines
from engine.geometry.polygon import MIN_VERTICES, fill_ring
from engine.geometry.rle_crop import crop_of
from engine.records import Rle

Rings = tuple[tuple[Xy, ...], ...]
MOST_VERTICES = 120
TOLERANCE = 1.0
"""Image pixels by which an outline may be simplified for editing by its vertices."""


class EditableRings:
    """Keeps the outlines of one image's instances; a stored mask has no vertices, so edited ones live only here."""

    def __init__(self) -> None:
        """Know no instance."""
        self._found: dict[int, Rings] = {}
        self._edited: dict[int, Rings] = {}

    def of(self, instance_id: int, mask: Rle) -> Rings:
        """Return the outline of a mask when it has few enough vertices to be edited, else nothing."""
        if instance_id not in self._found:
            edited = self._edited.get(instance_id)
            self._found[instance_id] = edited if edited is not None and fills_to(edited, mask) else _traced(mask)
        return self._found[instance_id]

    def keep(self, instance_id: int, rings: Rings) -> None:
        """Remember an outline that a person has just edited; its mask may come later."""
        self._edited[instance_id] = rings
        self._found.pop(instance_id, None)

    def forget(self, instance_ids: Iterable[int]) -> None:
        """These masks changed or went: look again when asked."""
        for instance_id in instance_ids:
            self._found.pop(instance_id, None)

    def look_again(self) -> None:
        """All masks may have changed."""
        self._found.clear()

    def clear(self) -> None:
        """Another image: forget also what was edited."""
        self._found.clear()
        self._edited.clear()


def fills_to(rings: Rings, mask: Rle) -> bool:
    """Say whether rings (image pixels, even-odd) filled at pixel centres give exactly this mask."""
    x, y, part = crop_of(mask)
    if any(len(ring) < MIN_VERTICES for ring in rings):
        return False
    # A margin of one pixel, so that what lies just beyond the mask is seen as a difference.
    corner, size = np.array([x - 1.0, y - 1.0]), (part.shape[0] + 2, part.shape[1] + 2)
    moved = [np.array(ring, dtype=np.float64) - corner for ring in rings]
    if any((ring < 0).any() or (ring > size[::-1]).any() for ring in moved):
        return False
    filled = np.zeros(size, dtype=np.bool_)
    for ring in moved:
        filled ^= fill_ring(ring, *size).to_mask(*size)
    return bool(np.array_equal(filled, np.pad(part, 1)))


def _traced(mask: Rle) -> Rings:
    found = outlines(mask, tolerance=TOLERANCE)
    if sum(len(ring) for ring in found) > MOST_VERTICES:
        return ()
    return tuple(tuple((float(x), float(y)) for x, y in ring.tolist()) for ring in found)
