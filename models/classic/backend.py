"""The training-free segmenter: regions, diffusion and a graph cut behind the mask protocol."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from models.api import (
    BackendInfo,
    BackendSpec,
    BoxPrompt,
    Embedding,
    Image,
    KeepRule,
    Logits,
    MaskCandidate,
    PointPrompt,
    PromptSet,
)
from models.classic.diffuse import Seeds, spread, travel
from models.classic.grid import answer_grid
from models.classic.quality import features, predicted_iou, stability
from models.classic.refine import Dot, enlarge, outline, soften
from models.classic.regions import RegionGraph, build, shrink
from models.errors import UnsupportedPrompt

VERSION = "classic-1"
"""Changes whenever answers change; recorded where other backends record the hash of their weights."""
LOGIT_SIDE = 256
"""Longest side of the logits, as SAM's."""


@dataclass(frozen=True, slots=True, eq=False)
class ClassicEmbedding:
    """The working image, its regions, and the size of the image both come from."""

    height: int
    width: int
    work: NDArray[np.uint8]
    lab: NDArray[np.float32]
    graph: RegionGraph
    steps: csr_matrix

    @property
    def nbytes(self) -> int:
        """Memory held by the large arrays."""
        return self.work.nbytes + self.lab.nbytes + self.graph.labels.nbytes + 64 * len(self.graph.pairs)


@dataclass(frozen=True, slots=True)
class _Question:
    """One prompt set in working pixels: every click, the box limit (bool[h, w]) and the belief (-1..1, [h, w])."""

    dots: tuple[Dot, ...]
    limit: NDArray[np.bool_] | None
    belief: NDArray[np.float32] | None


class ClassicBackend:
    """Answers clicks with three nested masks, a box or a mask alone with one."""

    def __init__(self, spec: BackendSpec) -> None:
        """Make the backend that ``spec`` describes."""
        self._info = BackendInfo(spec.name, "mask", "cpu", weights_hash=VERSION, version=VERSION)

    @property
    def info(self) -> BackendInfo:
        """Name, device, and VERSION in place of a weights hash."""
        return self._info

    def close(self) -> None:
        """Nothing to free."""

    def encode(self, image: Image) -> Embedding:
        """Shrink ``uint8[H, W, 3]`` to the working size and cut it into regions."""
        return _embed(shrink(image), int(image.shape[0]), int(image.shape[1]))

    def predict(
        self, embedding: Embedding, prompts: PromptSet, *, previous: Logits | None = None, multimask: bool = True
    ) -> list[MaskCandidate]:
        """Answer prompts, best score first; clicks outside the image count as clicks on its edge.

        Positive clicks are always inside, negative ones always outside (a pixel clicked both ways is outside). Raises
        UnsupportedPrompt without a positive click, a box or a mask.
        """
        own = _own(embedding)
        clicks = tuple(_clip(point, own) for point in prompts.points)
        if not any(click.positive for click in clicks) and prompts.box is None and prompts.mask is None:
            raise UnsupportedPrompt("Give a positive click, a box or a mask first.")
        question = _question(own, prompts, clicks, previous)
        chances, rounds = _chances(own, question)
        found = [_answer(own, question, clicks, chance, rounds) for chance in chances]
        found.sort(key=lambda candidate: -candidate.score)
        return found if multimask else found[:1]

    def predict_grid(self, embedding: Embedding, points: NDArray[np.float32], keep: KeepRule) -> list[MaskCandidate]:
        """Answer ``float32[N, 2]`` points from one merge of the image's regions; each mask comes once, as RLE."""
        own = _own(embedding)
        return answer_grid(own.graph, own.height, own.width, points, keep)

    def dump(self, embedding: Embedding) -> Mapping[str, NDArray[Any]]:
        """Return the working image and the image's size; all else follows from them."""
        own = _own(embedding)
        return {"work": own.work, "size": np.array([own.height, own.width], dtype=np.int64)}

    def restore(self, arrays: Mapping[str, NDArray[Any]]) -> Embedding:
        """Inverse of ``dump``; raises ValueError on arrays that are not an embedding of this backend."""
        if set(arrays) != {"work", "size"}:
            raise ValueError("these arrays are not an embedding of the classic backend")
        work, size = arrays["work"], arrays["size"]
        if work.dtype != np.uint8 or work.ndim != 3 or work.shape[2] != 3 or size.shape != (2,):
            raise ValueError("these arrays are not an embedding of the classic backend")
        return _embed(np.ascontiguousarray(work), int(size[0]), int(size[1]))


def load(spec: BackendSpec, *, device: str | None = None, weights: Path | None = None) -> ClassicBackend:
    """Make the backend; it always works on the CPU and has no weights."""
    return ClassicBackend(spec)


def _embed(work: NDArray[np.uint8], height: int, width: int) -> ClassicEmbedding:
    graph = build(work)
    lab = cv2.cvtColor(work, cv2.COLOR_RGB2LAB).astype(np.float32)
    return ClassicEmbedding(height, width, work, lab, graph, travel(graph))


def _own(embedding: Embedding) -> ClassicEmbedding:
    if not isinstance(embedding, ClassicEmbedding):
        raise TypeError("not an embedding of the classic backend")
    return embedding


def _clip(point: PointPrompt, own: ClassicEmbedding) -> Dot:
    x, y = min(max(point.x, 0.0), own.width - 0.5), min(max(point.y, 0.0), own.height - 0.5)
    return Dot(x, y, point.positive)


def _question(own: ClassicEmbedding, prompts: PromptSet, clicks: tuple[Dot, ...], previous: Logits | None) -> _Question:
    rows, columns = own.work.shape[:2]
    kx, ky = columns / own.width, rows / own.height
    dots = tuple(
        Dot(min(click.x * kx, columns - 0.5), min(click.y * ky, rows - 0.5), click.positive) for click in clicks
    )
    limit = None if prompts.box is None else _box_limit(prompts.box, kx, ky, rows, columns)
    belief: NDArray[np.float32] | None = None
    if prompts.mask is not None:
        share = cv2.resize(prompts.mask.astype(np.float32), (columns, rows), interpolation=cv2.INTER_AREA)
        belief = (2 * share - 1).astype(np.float32)
    elif previous is not None:
        belief = np.tanh(cv2.resize(previous, (columns, rows), interpolation=cv2.INTER_LINEAR) / 2).astype(np.float32)
    return _Question(dots, limit, belief)


def _box_limit(box: BoxPrompt, kx: float, ky: float, rows: int, columns: int) -> NDArray[np.bool_]:
    x = (np.arange(columns) + 0.5) / kx
    y = (np.arange(rows) + 0.5) / ky
    across, down = (x >= box.x0) & (x < box.x1), (y >= box.y0) & (y < box.y1)
    if not across.any():
        across[min(max(int((box.x0 + box.x1) / 2 * kx), 0), columns - 1)] = True
    if not down.any():
        down[min(max(int((box.y0 + box.y1) / 2 * ky), 0), rows - 1)] = True
    inside: NDArray[np.bool_] = down[:, None] & across[None, :]
    return inside


def _chances(own: ClassicEmbedding, question: _Question) -> tuple[list[NDArray[np.float32]], int]:
    """Return the chance maps (float32[h, w], small scale first) and how many rounds of graph cut they need."""
    inside = [dot for dot in question.dots if dot.positive]
    if inside:
        spots = {
            sign: np.unique([own.graph.labels[int(d.y), int(d.x)] for d in question.dots if d.positive is sign])
            for sign in (True, False)
        }
        seeds = Seeds(
            spots[True].astype(np.int64),
            np.setdiff1d(spots[False], spots[True]).astype(np.int64),
            None if question.belief is None else _by_region(own.graph, question.belief),
        )
        maps = [_blur(chance.astype(np.float32)[own.graph.labels]) for chance in spread(own.graph, own.steps, seeds)]
        rounds = 1
    elif question.belief is not None:
        maps, rounds = [_blur((question.belief + 1) / 2)], 1
    else:
        maps, rounds = [_ellipse(question.limit)], 3
    if question.limit is not None:
        maps = [np.where(question.limit, chance, np.float32(0)) for chance in maps]
    return maps, rounds


def _by_region(graph: RegionGraph, belief: NDArray[np.float32]) -> NDArray[np.float64]:
    means: NDArray[np.float64] = np.bincount(graph.labels.ravel(), belief.ravel(), len(graph.size)) / graph.size
    return means


def _blur(chance: NDArray[np.floating[Any]]) -> NDArray[np.float32]:
    return cv2.GaussianBlur(chance.astype(np.float32), (0, 0), 1.5).astype(np.float32)


def _ellipse(limit: NDArray[np.bool_] | None) -> NDArray[np.float32]:
    """Believe most in the middle of the box, least in its corners: objects seldom fill those."""
    if limit is None:
        raise UnsupportedPrompt("Give a positive click, a box or a mask first.")
    rows, columns = np.flatnonzero(limit.any(axis=1)), np.flatnonzero(limit.any(axis=0))
    y = (np.arange(limit.shape[0]) + 0.5 - (rows[0] + rows[-1] + 1) / 2) / (rows.size / 2)
    x = (np.arange(limit.shape[1]) + 0.5 - (columns[0] + columns[-1] + 1) / 2) / (columns.size / 2)
    squared = x[None, :] ** 2 + y[:, None] ** 2
    chance: NDArray[np.float32] = np.clip(0.9 - 0.38 * squared, 0.3, 1.0).astype(np.float32)
    return chance


def _answer(
    own: ClassicEmbedding, question: _Question, clicks: tuple[Dot, ...], chance: NDArray[np.float32], rounds: int
) -> MaskCandidate:
    cut = outline(own.work, chance, question.dots, rounds=rounds)
    if question.limit is not None:
        cut &= question.limit
        if np.count_nonzero(cut) < 0.2 * np.count_nonzero(chance > 0.5):
            cut = chance > 0.5
    logits = soften(cut, chance, question.dots)
    positive = sum(click.positive for click in clicks)
    score = predicted_iou(features(own.lab, cut, chance, positive=positive, negative=len(clicks) - positive))
    mask = enlarge(logits, own.height, own.width, clicks)
    side = LOGIT_SIDE / max(logits.shape)
    if side < 1:
        size = (max(1, round(logits.shape[1] * side)), max(1, round(logits.shape[0] * side)))
        logits = cv2.resize(logits, size, interpolation=cv2.INTER_AREA).astype(np.float32)
    return MaskCandidate(mask, score, stability(logits), logits)
