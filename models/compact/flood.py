"""What colours alone say of a click: its crop's regions flooded from the clicks at three scales, for the net to see."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from models.classic.diffuse import Seeds, spread, travel
from models.classic.regions import CELL, build

FLOODS = 3
"""Scales at which a click is spread, the small one first."""
SMALL_CELL = 6
"""Side of a region's cell, in pixels at stride 2: a crop of 128 px has some 110 regions, one of 192 px some 250."""


class Ground:
    """A crop cut into regions of even colour, at stride 2, on which clicks spread as in the classic backend."""

    def __init__(self, crop: NDArray[np.uint8]) -> None:
        """Cut ``crop`` (uint8[s, s, 3], s even) into regions."""
        side = crop.shape[0] // 2
        half = cv2.resize(np.ascontiguousarray(crop), (side, side), interpolation=cv2.INTER_AREA).astype(np.uint8)
        graph = build(half, SMALL_CELL)
        # The diffusion's constants were found for cells of another side: lengths are told in that side's pixels.
        scale = CELL / SMALL_CELL
        self._graph = replace(
            graph, centre=graph.centre * scale, size=graph.size * scale**2, border=graph.border * scale
        )
        self._steps = travel(self._graph)
        self.side = side

    def flood(self, clicks: Sequence[tuple[float, float, float]]) -> NDArray[np.float32]:
        """Return float32[FLOODS, s/2, s/2] in [-1, 1]: is it the object; all 0 where no click is inside.

        ``clicks`` are x, y in pixels of the crop, and 1 inside, 0 outside.
        """
        spots = {1: set[int](), 0: set[int]()}
        labels = self._graph.labels
        last = self.side - 1
        for x, y, sign in clicks:
            if sign >= 0:
                at = labels[min(max(int(y / 2), 0), last), min(max(int(x / 2), 0), last)]
                spots[int(sign)].add(int(at))
        if not spots[1]:
            return np.zeros((FLOODS, self.side, self.side), dtype=np.float32)
        inside = np.array(sorted(spots[1]), dtype=np.int64)
        outside = np.array(sorted(spots[0] - spots[1]), dtype=np.int64)
        chances = np.stack(spread(self._graph, self._steps, Seeds(inside, outside)))
        return np.asarray(2 * chances - 1, dtype=np.float32)[:, labels]
