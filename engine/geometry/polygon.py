"""Editing rings vertex by vertex, and turning them into masks.

A ring is ``float64[N, 2]`` x, y in image pixels, not closed, N >= 3. Nothing is changed in place.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from engine.geometry.patch import Patch
from models.masks import Polygon, from_polygons

Ring = NDArray[np.float64]
MIN_VERTICES = 3


@dataclass(frozen=True, slots=True)
class NearVertex:
    """The vertex nearest to a position, and how many pixels away."""

    index: int
    distance: float


@dataclass(frozen=True, slots=True)
class NearEdge:
    """The edge (from vertex ``index`` to the next) nearest to a position, the nearest point on it, and how far."""

    index: int
    x: float
    y: float
    distance: float


def insert_vertex(ring: Ring, index: int, x: float, y: float) -> Ring:
    """Return the ring with a new vertex between vertex ``index`` and the next one."""
    _check_index(ring, index)
    return np.insert(ring, index + 1, (x, y), axis=0)


def move_vertex(ring: Ring, index: int, x: float, y: float) -> Ring:
    """Return the ring with vertex ``index`` at (x, y)."""
    _check_index(ring, index)
    moved = ring.copy()
    moved[index] = x, y
    return moved


def remove_vertex(ring: Ring, index: int) -> Ring:
    """Return the ring without vertex ``index``. Raises ValueError if fewer than three would remain."""
    _check_index(ring, index)
    if len(ring) <= MIN_VERTICES:
        raise ValueError("a polygon needs at least three vertices")
    return np.delete(ring, index, axis=0)


def _check_index(ring: Ring, index: int) -> None:
    if not 0 <= index < len(ring):
        raise IndexError(f"the ring has {len(ring)} vertices, there is none of number {index}")


def nearest_vertex(ring: Ring, x: float, y: float) -> NearVertex:
    """Return the vertex nearest to (x, y), the first among equals."""
    distances = np.hypot(ring[:, 0] - x, ring[:, 1] - y)
    index = int(distances.argmin())
    return NearVertex(index, float(distances[index]))


def nearest_edge(ring: Ring, x: float, y: float) -> NearEdge:
    """Return the edge nearest to (x, y), the closing one included."""
    way = np.roll(ring, -1, axis=0) - ring
    lengths = (way**2).sum(axis=1)
    offsets = np.array([x, y]) - ring
    along = np.clip((offsets * way).sum(axis=1) / np.where(lengths > 0, lengths, 1.0), 0.0, 1.0)
    feet = ring + along[:, None] * way
    distances = np.hypot(feet[:, 0] - x, feet[:, 1] - y)
    index = int(distances.argmin())
    return NearEdge(index, float(feet[index, 0]), float(feet[index, 1]), float(distances[index]))


def is_simple(ring: Ring) -> bool:
    """Tell whether the ring has an area and never crosses or touches itself."""
    if len(ring) < MIN_VERTICES or not bool(np.isfinite(ring).all()):
        return False
    return bool(shapely.Polygon(ring).is_valid)


def ring_area(ring: Ring) -> float:
    """Return the area a simple ring encloses, in square pixels, whichever way it runs."""
    x, y = ring[:, 0], ring[:, 1]
    return abs(float(np.dot(x, np.roll(y, -1)) - np.dot(y, np.roll(x, -1)))) / 2.0


def fill_ring(ring: Ring, height: int, width: int, *, holes: Sequence[Ring] = ()) -> Patch:
    """Return the pixels whose centre lies in ``ring`` and in none of ``holes``, in the ring's box clipped to the image.

    The same rule as ``models.masks.from_polygons``: polygons that share an edge share no pixel and leave no gap; of a
    ring that crosses itself, what it winds around twice is outside. Raises ValueError for fewer than three vertices
    or numbers that are not finite.
    """
    ring = np.asarray(ring, dtype=np.float64).reshape(-1, 2)
    if len(ring) < MIN_VERTICES or not bool(np.isfinite(ring).all()):
        raise ValueError("a polygon needs at least three vertices with finite coordinates")
    x0, y0 = max(math.floor(ring[:, 0].min()), 0), max(math.floor(ring[:, 1].min()), 0)
    x1, y1 = min(math.ceil(ring[:, 0].max()), width), min(math.ceil(ring[:, 1].max()), height)
    if x1 <= x0 or y1 <= y0:
        return Patch(0, 0, np.zeros((0, 0), dtype=np.bool_))
    corner = np.array([x0, y0], dtype=np.float64)
    moved = Polygon(ring - corner, tuple(hole - corner for hole in holes))
    return Patch(x0, y0, from_polygons([moved], height=y1 - y0, width=x1 - x0))
