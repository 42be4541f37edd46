"""Every grid point at once: regions are merged step by step, and the merges that last are the answers."""

from __future__ import annotations

import heapq
import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from models.api import KeepRule, MaskCandidate, PointPrompt
from models.classic.regions import RegionGraph
from models.masks import encode

EDGE_WEIGHT = 1.5
"""How much a step of gradient along the common border counts against a step of mean colour."""

STRONG = 5.0
"""Dissimilarity, in steps of 8-bit Lab, of a border that is plain to see."""


@dataclass(frozen=True, slots=True)
class MergeTree:
    """A binary tree of regions: leaves 0..N-1, then one node a merge.

    ``parent`` int64[M] (-1 at a root); ``height`` float64[M] the dissimilarity at which the node was made (0 for
    leaves); ``first`` and ``stop`` int64[M] the node's leaves as a stretch of ``order`` int64[N].
    """

    parent: NDArray[np.int64]
    height: NDArray[np.float64]
    first: NDArray[np.int64]
    stop: NDArray[np.int64]
    order: NDArray[np.int64]


def answer_grid(
    graph: RegionGraph, height: int, width: int, points: NDArray[np.float32], keep: KeepRule
) -> list[MaskCandidate]:
    """Return the lasting regions that hold one of ``points`` and pass ``keep``, best first, at image size as RLE.

    The score grows with how much dissimilarity a region outlasts and how strongly it differs from its surroundings;
    it is set so that 1024 points keep about 75 to 210 masks of a photograph under the default rule, many of them small.
    It is a ranking, not fitted to true IoUs. Stability comes from the same merges, so ``keep.stability_offset`` has no
    part in it. ``point`` is the first grid point that lies in the region.
    """
    if len(points) == 0:
        return []
    tree = merge(graph)
    rows, columns = graph.labels.shape
    x = np.clip((points[:, 0] * columns / width).astype(np.int64), 0, columns - 1)
    y = np.clip((points[:, 1] * rows / height).astype(np.int64), 0, rows - 1)
    asked: dict[int, int] = {}
    for number, leaf in enumerate(graph.labels[y, x].tolist()):
        node = int(leaf)
        while node >= 0 and node not in asked:
            asked[node] = number
            node = int(tree.parent[node])
    rank = np.empty(len(graph.size), dtype=np.int32)
    rank[tree.order] = np.arange(len(rank), dtype=np.int32)
    ranks = rank[graph.labels]
    found: list[MaskCandidate] = []
    for node, number in sorted(asked.items()):
        score, steady = grade(tree, node)
        speck = node < len(graph.size)  # a single region is as small as the grid of regions, whatever it shows
        if speck or score < keep.min_score or steady < keep.min_stability:
            continue
        small = (ranks >= tree.first[node]) & (ranks < tree.stop[node])
        soft = cv2.GaussianBlur(small.astype(np.float32), (0, 0), 1.2)
        mask = (cv2.resize(soft, (width, height), interpolation=cv2.INTER_LINEAR) if soft.size else soft) > 0.5
        area = int(np.count_nonzero(mask))
        if max(keep.min_area, 1) <= area < keep.max_area * height * width:
            point = PointPrompt(float(points[number, 0]), float(points[number, 1]))
            found.append(MaskCandidate(encode(mask), score, steady, None, point))
    return sorted(found, key=lambda candidate: -candidate.score)


def grade(tree: MergeTree, node: int) -> tuple[float, float]:
    """Return (score, stability) of a node, both in [0, 1]; a root, being everything, has 0."""
    parent = int(tree.parent[node])
    if parent < 0:
        return 0.0, 0.0
    own, next_one = float(tree.height[node]), float(tree.height[parent])
    lasting = 1 - own / next_one if next_one > 0 else 0.0
    strength = 1 - math.exp(-next_one / STRONG)
    return min(1.0, 0.7 + 0.36 * lasting * strength), 1 - 0.15 * math.exp(-5 * lasting)


def merge(graph: RegionGraph) -> MergeTree:
    """Merge the most similar neighbours until none are left."""
    count = len(graph.size)
    size = graph.size.tolist()
    colour = [tuple(row) for row in graph.colour.tolist()]
    border: list[dict[int, tuple[float, float]]] = [{} for _ in range(count)]
    heap: list[tuple[float, int, int]] = []
    for (a, b), length, edge in zip(graph.pairs.tolist(), graph.border.tolist(), graph.edge.tolist(), strict=True):
        border[a][b] = border[b][a] = (length, length * edge)
        heap.append((_unlike(size, colour, a, b, border[a][b]), a, b))
    heapq.heapify(heap)
    alive = [True] * count
    parent = [-1] * count
    height = [0.0] * count
    children: list[tuple[int, int]] = []
    while heap:
        cost, a, b = heapq.heappop(heap)
        if not (alive[a] and alive[b]):
            continue
        new = len(parent)
        alive[a] = alive[b] = False
        parent[a] = parent[b] = new
        alive.append(True)
        parent.append(-1)
        height.append(max(cost, height[a], height[b]))
        children.append((a, b))
        whole = size[a] + size[b]
        colour.append(tuple((p * size[a] + q * size[b]) / whole for p, q in zip(colour[a], colour[b], strict=True)))
        size.append(whole)
        joint: dict[int, tuple[float, float]] = {}
        for side in (a, b):
            for other, (length, edge) in border[side].items():
                if alive[other]:
                    known = joint.get(other, (0.0, 0.0))
                    joint[other] = (known[0] + length, known[1] + edge)
        border.append(joint)
        for other, shared in joint.items():
            border[other][new] = shared
            heapq.heappush(heap, (_unlike(size, colour, other, new, shared), other, new))
    return _number(count, parent, height, children)


def _unlike(size: list[float], colour: list[tuple[float, ...]], a: int, b: int, shared: tuple[float, float]) -> float:
    """Return how unlike two neighbours are; small ones count as less unlike, so that specks merge early."""
    small = min(size[a], size[b])
    return (math.dist(colour[a], colour[b]) + EDGE_WEIGHT * shared[1] / shared[0]) * math.sqrt(small / (small + 300))


def _number(count: int, parent: list[int], height: list[float], children: list[tuple[int, int]]) -> MergeTree:
    """Lay the leaves out so that every node's leaves are one stretch."""
    total = len(parent)
    leaves = [1] * count
    for a, b in children:
        leaves.append(leaves[a] + leaves[b])
    first = [0] * total
    at = 0
    for node in range(total - 1, -1, -1):
        if parent[node] < 0:
            first[node], at = at, at + leaves[node]
        if node >= count:
            a, b = children[node - count]
            first[a], first[b] = first[node], first[node] + leaves[a]
    order = np.empty(count, dtype=np.int64)
    order[np.array(first[:count])] = np.arange(count)
    starts = np.array(first)
    return MergeTree(np.array(parent), np.array(height), starts, starts + np.array(leaves), order)
