"""Where no mask explains anything: the places to ask a backend next, the biggest first."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.errors import InvalidOp
from engine.records import Box
from engine.stages.coverage import Coverage


@dataclass(frozen=True, slots=True)
class GapParams:
    """What counts as a gap. Raises InvalidOp on values that make no sense.

    ``least_share``: of the image, below which a gap is not worth a click. ``least_width``: of the image's short side;
    what is thinner is a seam between masks. ``explained``: share of its pixels from which a cell is explained.
    """

    least_share: float = 0.002
    least_width: float = 0.02
    explained: float = 0.5

    def __post_init__(self) -> None:
        """Refuse what makes no sense."""
        for name in ("least_share", "least_width", "explained"):
            value = getattr(self, name)
            if not (isinstance(value, int | float) and math.isfinite(value) and 0 <= value <= 1):
                raise InvalidOp(f"'{name}' of gaps must be a number from 0 to 1, not {value!r}.")


@dataclass(frozen=True, slots=True)
class Gap:
    """One connected place that no mask explains, in image pixels of the displayed frame.

    ``point`` (x, y) is the centre of the largest circle that fits in, ``radius`` that circle's; ``share`` is how much
    of the image the gap is (0 to 1), ``box`` (x, y, w, h) where it lies.
    """

    point: tuple[float, float]
    radius: float
    share: float
    box: Box


def find_gaps(covered: Coverage, params: GapParams | None = None, *, seen: Sequence[Gap] = ()) -> tuple[Gap, ...]:
    """Return the gaps of an image, the biggest first.

    The circles of gaps in ``seen`` were looked at before and count as explained, so asking again with each answer
    added comes to an end.
    """
    rule = params or GapParams()
    open_cells = np.asarray(covered.shares < rule.explained, dtype=np.uint8)
    for each in seen:
        _close(open_cells, covered, each)
    rows, columns = open_cells.shape
    # Beyond the image's border nothing can be asked for: a circle has to lie inside.
    padded = np.pad(open_cells, 1)
    brush = _brush(rule.least_width * min(rows, columns))
    if brush is not None:
        padded = np.asarray(cv2.morphologyEx(padded, cv2.MORPH_OPEN, brush), dtype=np.uint8)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(padded, connectivity=4, ltype=cv2.CV_32S)
    far = np.asarray(cv2.distanceTransform(padded, cv2.DIST_L2, cv2.DIST_MASK_PRECISE), dtype=np.float32)
    least = max(rule.least_share * rows * columns, 1.0)
    found = [
        _gap(covered, labels == number, far, stats[number])
        for number in range(1, count)
        if stats[number, cv2.CC_STAT_AREA] >= least
    ]
    return tuple(sorted(found, key=lambda gap: (-gap.share, gap.point)))


def _gap(covered: Coverage, own: NDArray[np.bool_], far: NDArray[np.float32], stats: NDArray[np.int32]) -> Gap:
    wide, high = covered.cell
    left, top = int(stats[cv2.CC_STAT_LEFT]), int(stats[cv2.CC_STAT_TOP])
    across, down = int(stats[cv2.CC_STAT_WIDTH]), int(stats[cv2.CC_STAT_HEIGHT])
    window = np.s_[top : top + down, left : left + across]
    inner = np.where(own[window], far[window], 0)
    row, column = np.unravel_index(int(inner.argmax()), inner.shape)
    # One cell of padding, and the centre of a cell is half a cell in.
    x, y = (left + int(column) - 0.5) * wide, (top + int(row) - 0.5) * high
    share = float(stats[cv2.CC_STAT_AREA]) / covered.shares.size
    box = ((left - 1) * wide, (top - 1) * high, across * wide, down * high)
    return Gap((x, y), float(inner.max()) * min(wide, high), share, box)


def _close(open_cells: NDArray[np.uint8], covered: Coverage, gap: Gap) -> None:
    """Mark the cells in a gap's circle, and at least the one it is in, as explained."""
    wide, high = covered.cell
    ys, xs = np.ogrid[: open_cells.shape[0], : open_cells.shape[1]]
    away = np.hypot((xs + 0.5) * wide - gap.point[0], (ys + 0.5) * high - gap.point[1])
    open_cells[away <= max(gap.radius, wide, high)] = 0


def _brush(width: float) -> NDArray[np.uint8] | None:
    """Return the disc that does not fit into what is thinner than ``width`` cells, or None where all would pass."""
    side = math.ceil(width)
    if side < 2:
        return None
    side += 1 - side % 2
    return np.asarray(cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side)), dtype=np.uint8)
