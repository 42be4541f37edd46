"""What the semi-automatic stage fills in before a person looks: the confident objects among a backend's finds."""

from __future__ import annotations

import difflib
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.errors import InvalidOp
from engine.records import Rle
from engine.stages.auto_mask import AutoMask, without
from engine.stages.params import AutoParams
from models import masks


@dataclass(frozen=True, slots=True)
class SemiParams:
    """What is filled in. All are numbers from 0 to 1; raises InvalidOp otherwise.

    ``min_score`` (predicted IoU) and ``min_stability``: what a mask must reach. ``min_area``, ``max_area``: least and
    largest size as a share of the image. ``max_explained``: the overlap rule against what is stored, see
    ``explained_by``; a mask with a larger share goes. ``max_shared``: of two finds that share more than this much of
    the smaller one, only the one of the higher score is filled in; at 1 parts stand beside their wholes.
    """

    min_score: float = 0.88
    min_stability: float = 0.95
    min_area: float = 0.001
    max_area: float = 0.6
    max_explained: float = 0.3
    max_shared: float = 0.5

    def __post_init__(self) -> None:
        """Refuse what makes no sense."""
        for each in fields(self):
            value = getattr(self, each.name)
            if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
                raise InvalidOp(f"'{each.name}' of the prefill must be a number from 0 to 1, not {value!r}.")
            if not 0 <= value <= 1:
                raise InvalidOp(f"'{each.name}' of the prefill must be a number from 0 to 1, not {value:g}.")

    def to_json(self) -> dict[str, float]:
        """Return plain values by name."""
        return {each.name: float(getattr(self, each.name)) for each in fields(self)}

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> SemiParams:
        """Inverse of ``to_json``; what is not named keeps its default. Raises InvalidOp."""
        known = [each.name for each in fields(cls)]
        for name in values:
            if name not in known:
                near = difflib.get_close_matches(str(name), known, n=1)
                hint = f" Did you mean '{near[0]}'?" if near else f" There are: {', '.join(known)}."
                raise InvalidOp(f"The prefill knows no setting '{name}'.{hint}")
        return cls(**values)


FLOOR = SemiParams(min_score=0.5, min_stability=0.5)
"""What is stored when an image is filled in: lower than anybody confirms, so that the thresholds can be moved both
ways on stored scores without asking the backend again."""
SEARCH = AutoParams(points_per_side=(16,), min_score=FLOOR.min_score, min_stability=FLOOR.min_stability)
"""How a backend is asked for an image's objects while a person waits: the coarse grid, down to the floor."""
SUGGESTED_OVERLAP = 0.3
"""Share of a suggestion's pixels that stored masks may explain already."""


@dataclass(frozen=True, slots=True, eq=False)
class Finds:
    """A backend's finds in one image with their overlaps, worked out once, so that thresholds can be tried live.

    ``scores``, ``stabilities``, ``sizes`` (share of the image) and ``explained`` (see ``explained_by``) are
    ``float64[N]``; ``shared`` is ``float64[N, N]``: what two have in common as a share of the smaller one.
    """

    scores: NDArray[np.float64]
    stabilities: NDArray[np.float64]
    sizes: NDArray[np.float64]
    explained: NDArray[np.float64]
    shared: NDArray[np.float64]


def measure(
    rles: Sequence[Rle], scores: Sequence[float], stabilities: Sequence[float], taken: Sequence[Rle] = ()
) -> Finds:
    """Work out the overlaps of masks of one size, and with the masks ``taken`` that are stored already."""
    sizes = np.array([masks.area(each) / (each.height * each.width) for each in rles], dtype=np.float64)
    inside = masks.shares_inside(rles, rles)
    return Finds(
        np.array(scores, dtype=np.float64),
        np.array(stabilities, dtype=np.float64),
        sizes,
        explained_by(rles, taken),
        np.maximum(inside, inside.T),
    )


def chosen(finds: Finds, params: SemiParams) -> tuple[int, ...]:
    """Return the places of the finds that are filled in, ascending; quick enough to follow a slider."""
    good = (
        (finds.scores >= params.min_score)
        & (finds.stabilities >= params.min_stability)
        & (finds.sizes >= params.min_area)
        & (finds.sizes <= params.max_area)
        & (finds.explained <= params.max_explained)
        & (finds.sizes > 0)
    )
    # The better score first; of equals the larger, and then the one found first.
    order = np.lexsort((-finds.sizes, -finds.scores))
    kept: list[int] = []
    for place in order[good[order]].tolist():
        if not kept or float(finds.shared[place, kept].max()) <= params.max_shared:
            kept.append(place)
    return tuple(sorted(kept))


def prefill(found: Sequence[AutoMask], taken: Sequence[Rle], params: SemiParams) -> tuple[AutoMask, ...]:
    """Return what of ``found`` is filled in beside the masks ``taken``; parts keep the next whole that stays."""
    finds = measure([e.mask for e in found], [e.score for e in found], [e.stability for e in found], taken)
    return without(found, set(range(len(found))).difference(chosen(finds, params)))


def explained_by(rles: Sequence[Rle], taken: Sequence[Rle]) -> NDArray[np.float64]:
    """Return ``float64[N]``: the share of each mask's own pixels that the union of ``taken`` holds already.

    This is the one overlap rule of the stage: a part of an accepted whole is explained, a whole around an accepted
    part is not. Masks of another size than the first of ``rles`` are of a picture that was replaced since.
    """
    fitting = [each for each in taken if rles and (each.height, each.width) == (rles[0].height, rles[0].width)]
    if not fitting:
        return np.zeros(len(rles))
    return masks.shares_inside(rles, [masks.union(fitting)])[:, 0]


def suggestions(
    rles: Sequence[Rle], taken: Sequence[Rle], *, max_explained: float = SUGGESTED_OVERLAP
) -> tuple[int, ...]:
    """Return the places of the answers to a gap's point that may be shown.

    Dropped is what is empty and what overlaps stored masks: more than ``max_explained`` of it is explained already.
    """
    shares = explained_by(rles, taken)
    return tuple(place for place, each in enumerate(rles) if masks.area(each) and float(shares[place]) <= max_explained)
