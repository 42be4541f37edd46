"""Spreads clicks over the region graph: for each of three scales the chance that a region belongs to the object."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_matrix, csr_matrix, diags
from scipy.sparse.csgraph import dijkstra
from scipy.sparse.linalg import splu

from models.classic.regions import RegionGraph

Chances = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Tuning:
    """Numbers found on half of a sample of COCO photographs (tests/bench/bench_classic.py --half tune)."""

    colour_step: float = 20.0
    edge_step: float = 8.0
    travel_colour: float = 14.0
    travel_edge: float = 6.0
    travel_length: float = 0.95
    scales: tuple[float, float, float] = (10.0, 25.0, 50.0)
    settled: tuple[float, float, float] = (4.0, 7.0, 14.0)
    reach: float = 0.41
    softness: float = 0.25
    rivalry: float = 2.0
    prior: float = 0.07
    colour_pull: float = 0.1
    memory: float = 0.5


TUNING = Tuning()


@dataclass(frozen=True, slots=True)
class Seeds:
    """Regions clicked inside and outside, and what is already believed of every region (-1 to 1, 0 for nothing)."""

    inside: NDArray[np.int64]
    outside: NDArray[np.int64]
    belief: NDArray[np.float64] | None = None


def travel(graph: RegionGraph, tuning: Tuning = TUNING) -> csr_matrix:
    """Return the sparse table of costs of stepping between neighbours: length, colour and edges, in grid cells."""
    one, two = graph.pairs.T
    colour = np.linalg.norm(graph.colour[one] - graph.colour[two], axis=1)
    length = np.linalg.norm(graph.centre[one] - graph.centre[two], axis=1) / 10.0
    cost = length * tuning.travel_length + colour / tuning.travel_colour + graph.edge / tuning.travel_edge
    count = len(graph.size)
    return coo_matrix((cost, (one, two)), shape=(count, count)).tocsr()


def spread(graph: RegionGraph, steps: csr_matrix, seeds: Seeds, tuning: Tuning = TUNING) -> list[Chances]:
    """Return three ``float64[N]`` in [0, 1], the small scale first; each contains the one before it."""
    count = len(graph.size)
    near = dijkstra(steps, directed=False, indices=seeds.inside, min_only=True)
    tint = np.linalg.norm(graph.colour[:, None] - graph.colour[seeds.inside][None], axis=2).min(axis=1)
    away = near + tint * tuning.colour_pull
    reach = 0.0
    rivalry = np.full(count, -np.inf)
    if seeds.outside.size:
        far = dijkstra(steps, directed=False, indices=seeds.outside, min_only=True)
        shade = np.linalg.norm(graph.colour[:, None] - graph.colour[seeds.outside][None], axis=2).min(axis=1)
        rivalry = (away - (far + shade * tuning.colour_pull)) / tuning.rivalry
        reach = tuning.reach * float(np.median(away[seeds.outside]))
    if seeds.inside.size > 1:
        between = dijkstra(steps, directed=False, indices=seeds.inside)[:, seeds.inside]
        np.fill_diagonal(between, np.inf)
        reach = max(reach, float(between.min(axis=1).max()))
    one, two = graph.pairs.T
    colour = np.linalg.norm(graph.colour[one] - graph.colour[two], axis=1)
    weight = graph.border / 10.0 * np.exp(-((colour / tuning.colour_step) ** 2) - graph.edge / tuning.edge_step)
    table = coo_matrix((weight, (one, two)), shape=(count, count)).tocsr()
    table = table + table.T
    fixed = np.zeros(count)
    fixed[seeds.inside] = fixed[seeds.outside] = 1e3
    target = np.zeros(count)
    target[seeds.inside] = 1e3
    pull = tuning.prior * graph.size / 100.0
    system = (diags(np.asarray(table.sum(axis=1)).ravel() + fixed + pull) - table).tocsc()
    solve = splu(system).solve  # the scales differ in what is wanted, not in who touches whom
    found: list[Chances] = []
    for scale in tuning.settled if seeds.outside.size else tuning.scales:
        wide = max(scale, min(reach, 4 * scale))
        urge = np.maximum((away - wide) / (tuning.softness * wide), rivalry)
        if seeds.belief is not None:
            urge = urge - tuning.memory * seeds.belief * 4
        chance = 1 / (1 + np.exp(np.clip(urge, -20, 20)))
        solved = solve(target + pull * chance)
        found.append(np.clip(np.maximum(solved, found[-1]) if found else solved, 0, 1))
    return found
