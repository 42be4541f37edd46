"""One ring for a mask of many: parts and holes joined by bridges without width, for formats that know only one ring."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from models.masks import Polygon, Ring

_MOST_PAIRS = 1_000_000


def one_ring(polygons: Sequence[Polygon]) -> Ring:
    """Return one closed walk (``float64[N, 2]`` x, y) along every ring of ``polygons``, at least one.

    Each bridge is walked there and back, so by the even-odd rule the walk encloses exactly what the rings do.
    """
    rings = [ring for polygon in polygons for ring in (polygon.outer, *polygon.holes)]
    walk = rings[0]
    for ring in rings[1:]:
        at, to = _nearest(walk, ring)
        turned = np.roll(ring, -to, axis=0)
        walk = np.concatenate([walk[: at + 1], turned, turned[:1], walk[at:]])
    return walk


def _nearest(walk: Ring, ring: Ring) -> tuple[int, int]:
    """Return the two points that are nearest to each other; of long rings only every so many points are tried."""
    step = max(1, int(np.sqrt(len(walk) * len(ring) / _MOST_PAIRS)) + (len(walk) * len(ring) > _MOST_PAIRS))
    some, others = walk[::step], ring[::step]
    distances = ((some[:, None, :] - others[None, :, :]) ** 2).sum(axis=2)
    at, to = divmod(int(distances.argmin()), len(others))
    return at * step, to * step
