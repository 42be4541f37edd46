"""Everything in one image: each window is encoded and asked its grid, and what passes becomes a tree of masks."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from engine.records import Rle
from engine.stages import select, tree
from engine.stages.auto_mask import AutoMask as AutoMask
from engine.stages.auto_pose import UNKNOWN_JOINT, AutoPose
from engine.stages.grid import grid_points, windows
from engine.stages.params import AutoParams
from models import masks
from models.api import Embedding, Image, KeepRule, MaskCandidate


class GridBackend(Protocol):
    """What the automatic stage needs of a mask backend."""

    def encode(self, image: Image) -> Embedding:
        """Do the work of an image or a part of it once."""

    def predict_grid(self, embedding: Embedding, points: NDArray[np.float32], keep: KeepRule) -> list[MaskCandidate]:
        """Answer each point (``float32[N, 2]``: x, y in pixels of what was encoded) alone."""


@dataclass(frozen=True, slots=True)
class Counts:
    """How many were asked and left: points, answers over the thresholds, survivors of the overlaps, new ones."""

    asked: int = 0
    offered: int = 0
    kept: int = 0
    new: int = 0


@dataclass(frozen=True, slots=True)
class Spent:
    """Seconds an image took; ``encode`` and ``grid`` are the backend's, ``read`` and ``select`` ours."""

    read: float = 0.0
    encode: float = 0.0
    grid: float = 0.0
    select: float = 0.0


@dataclass(frozen=True, slots=True)
class Found:
    """An image's masks, the largest first, or its poses, and how they were come by."""

    masks: tuple[AutoMask, ...]
    counts: Counts
    spent: Spent
    poses: tuple[AutoPose, ...] = ()

    def account(self) -> dict[str, float]:
        """Return counts and seconds as plain values, as a job keeps them; joints nobody knew are counted by name."""
        unknown = Counter(f"{UNKNOWN_JOINT}{name}" for pose in self.poses for name in pose.unknown)
        seconds = {name: round(value, 4) for name, value in asdict(self.spent).items()}
        return {**asdict(self.counts), **seconds, **unknown}


def _tell_nobody(_phase: Literal["encode", "grid"]) -> None:
    return


def find_masks(
    backend: GridBackend, image: Image, params: AutoParams, taken: Sequence[Rle] = ()
) -> tuple[AutoMask, ...]:
    """Return the masks of ``image`` (uint8[H, W, 3]) that are new beside those ``taken``, the largest first."""
    return search(backend, image, params, taken).masks


def search(
    backend: GridBackend,
    image: Image,
    params: AutoParams,
    taken: Sequence[Rle] = (),
    *,
    phase: Callable[[Literal["encode", "grid"]], None] = _tell_nobody,
) -> Found:
    """Do the same as ``find_masks`` and tell how it went; ``phase`` is called as the backend is set to work."""
    clock = _Clock()
    found, asked, offered = _gathered(backend, image, params, phase, clock)
    gone = select.duplicates([each.rle for each in found], taken, params.near_duplicate)
    new = [each for number, each in enumerate(found) if number not in gone]
    linked = _linked(new, params)
    clock.mark("select")
    return Found(linked, Counts(asked, offered, len(found), len(linked)), clock.spent)


def gather(backend: GridBackend, image: Image, params: AutoParams) -> list[select.Offer]:
    """Return what passes every filter in the order in which SAM's generator returns it, whatever is stored already."""
    return _gathered(backend, image, params, _tell_nobody, _Clock())[0]


def _gathered(
    backend: GridBackend,
    image: Image,
    params: AutoParams,
    phase: Callable[[Literal["encode", "grid"]], None],
    clock: _Clock,
) -> tuple[list[select.Offer], int, int]:
    """Look into every window; return what passes, how many points were asked and how many answers came."""
    height, width = image.shape[:2]
    asked = offered = 0
    found: list[select.Offer] = []
    for window in windows(height, width, params):
        part = np.ascontiguousarray(image[window.y : window.y + window.height, window.x : window.x + window.width])
        phase("encode")
        clock.mark("select")
        embedding = backend.encode(part)
        clock.mark("encode")
        phase("grid")
        points = grid_points(window.height, window.width, window.side)
        answers = backend.predict_grid(embedding, points, params.keep_rule(window.area / (height * width)))
        clock.mark("grid")
        asked += window.side**2
        offered += len(answers)
        survivors = select.within_window(select.offers(answers, window), height, width, params)
        found += select.uncrop(survivors, height, width)
        clock.mark("select")
    return select.small_enough(select.tidied(select.across_windows(found, params), params), params), asked, offered


def _linked(found: Sequence[select.Offer], params: AutoParams) -> tuple[AutoMask, ...]:
    # Ties by score and point, so that the same image always gives the same tuple.
    ordered = sorted(found, key=lambda each: (-masks.area(each.rle), -each.score, each.point, each.rle.counts))
    parents = tree.parents([each.rle for each in ordered], params.contained)
    return tuple(
        AutoMask(each.rle, each.score, each.stability, each.point, each.window.box, level, parent)
        for each, parent, level in zip(ordered, parents, tree.levels(parents), strict=True)
    )


class _Clock:
    """Adds up seconds under names."""

    def __init__(self) -> None:
        self._seconds = dict.fromkeys(("encode", "grid", "select"), 0.0)
        self._since = time.perf_counter()

    def mark(self, what: str) -> None:
        """Count what ran since the last mark as ``what``."""
        now = time.perf_counter()
        self._seconds[what] += now - self._since
        self._since = now

    @property
    def spent(self) -> Spent:
        return Spent(**self._seconds)
