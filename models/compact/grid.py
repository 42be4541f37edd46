"""Every grid point at once: light glances at all sizes, then closer looks at what survives."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from models.api import KeepRule, MaskCandidate, PointPrompt
from models.compact.finish import canvas, cut_off, enlarge, seen_box, stability, widen
from models.compact.frames import around
from models.compact.sight import LEVELS, SIDE, Click, CompactEmbedding, Eye, Look, Sight
from models.masks import encode

TWIN = 0.75
"""Glances whose masks overlap more are one; the better one is looked at again."""
CLOSER = 200
"""Most masks looked at again."""
CELL = 15.0
"""Side, in pixels of a level, of the cells of which only the first point is asked: a network that sees objects of 26 px
and more there gains nothing from denser points."""
EASE = 1.35
"""Grid scores are ``1 - (1 - predicted IoU) ** EASE``: one click's honest forecast rarely passes 0.7, and the automatic
stage's rules were made for larger networks. The order stays; the number is a ranking, not an IoU."""
SOFT = 0.05
"""Share of the asked stability offset that is applied: the logits of a small network are that much flatter."""
_DRAFT = 0.8  # share of the wanted score that a glance needs; the closer look decides


def answer_grid(eye: Eye, own: CompactEmbedding, points: NDArray[np.float32], keep: KeepRule) -> list[MaskCandidate]:
    """Return what passes ``keep`` at image size as RLE, best first; each object comes once."""
    if len(points) == 0:
        return []
    drafts: list[tuple[float, Sight, int]] = []
    for level in range(len(LEVELS)):
        if level > 0 and own.scale(level) <= own.scale(level - 1):
            continue
        asked = _spread(points * own.scale(level))
        clicks: list[Click] = [(float(points[n, 0]), float(points[n, 1]), True) for n in asked]
        for number, sights in zip(asked, eye.glance(own, level, clicks, flooded=False), strict=True):
            for sight in sights[1:]:
                lost = cut_off(sight.logits, sight.frame, own.height, own.width)
                score = _eased(sight.score) * (1 - min(1.0, 2 * lost))
                if score >= _DRAFT * keep.min_score and (sight.logits > 0).any():
                    drafts.append((score, sight, number))
    drafts.sort(key=lambda draft: (-draft[0], draft[2]))
    tops = _without_twins(own, drafts)[:CLOSER]
    looks = [_look(own, sight, points[number]) for _, sight, number in tops]
    found: list[tuple[float, Sight, int]] = []
    for sights, (_, _, number) in zip(eye.look(own, looks, side=SIDE, passes=1, flooded=False), tops, strict=True):
        sight = sights[0]
        score = _eased(sight.score)
        if score >= keep.min_score:
            found.append((score, sight, number))
    found.sort(key=lambda draft: (-draft[0], draft[2]))
    answers = []
    for score, sight, number in _without_twins(own, found):
        logits = widen(sight.logits, 2 * sight.logits.shape[0])
        steady = _steady(logits, keep)
        if steady < keep.min_stability:
            continue
        mask = enlarge(logits, sight.frame, own.height, own.width, ())
        area = int(np.count_nonzero(mask))
        if max(keep.min_area, 1) <= area < keep.max_area * own.height * own.width:
            point = PointPrompt(float(points[number, 0]), float(points[number, 1]))
            answers.append(MaskCandidate(encode(mask), score, steady, None, point))
    return answers


def _spread(places: NDArray[np.float32]) -> list[int]:
    """Return the number of the first of ``places`` (float32[N, 2]) in each cell."""
    cells: dict[tuple[int, int], int] = {}
    for number, (x, y) in enumerate(places.tolist()):
        cells.setdefault((int(x / CELL), int(y / CELL)), number)
    return list(cells.values())


def _eased(score: float) -> float:
    return float(1 - (1 - score) ** EASE)


def _steady(logits: NDArray[np.float32], keep: KeepRule) -> float:
    return stability(logits, SOFT * keep.stability_offset)


def _look(own: CompactEmbedding, sight: Sight, point: NDArray[np.float32]) -> Look:
    box = seen_box(sight.logits, sight.frame)
    assert box is not None  # drafts are not empty
    x, y = float(point[0]), float(point[1])
    box = min(box[0], x), min(box[1], y), max(box[2], x), max(box[3], y)
    scale = max(own.height, own.width) / max(own.work.shape[:2])
    frame = around(box, own.height, own.width, reach=1.5, least=24 * scale)
    return Look(frame, ((x, y, True),), None, canvas(sight.logits, sight.frame, own.height, own.width))


def _without_twins(own: CompactEmbedding, drafts: list[tuple[float, Sight, int]]) -> list[tuple[float, Sight, int]]:
    """Keep of masks that are much the same the first, compared on a picture of 256 px."""
    scale = 256 / max(own.height, own.width)
    rows, columns = max(1, round(own.height * scale)), max(1, round(own.width * scale))
    kept: list[tuple[float, Sight, int]] = []
    boxes: list[tuple[float, float, float, float]] = []
    drawn: list[NDArray[np.bool_]] = []
    for draft in drafts:
        sight = draft[1]
        box = seen_box(sight.logits, sight.frame)
        if box is None:
            continue
        near = [n for n, other in enumerate(boxes) if _boxes_overlap(box, other) > TWIN * 0.8]
        mask = canvas_mask(sight, own, rows, columns)
        if any(_overlap(mask, drawn[n]) > TWIN for n in near):
            continue
        kept.append(draft)
        boxes.append(box)
        drawn.append(mask)
    return kept


def canvas_mask(sight: Sight, own: CompactEmbedding, rows: int, columns: int) -> NDArray[np.bool_]:
    """Return the mask on a small picture of the whole image, ``bool[rows, columns]``."""
    kx, ky = columns / own.width, rows / own.height
    frame = type(sight.frame)(sight.frame.x0 * kx, sight.frame.y0 * ky, sight.frame.x1 * kx, sight.frame.y1 * ky)
    return enlarge(sight.logits, frame, rows, columns, ())


def _overlap(one: NDArray[np.bool_], two: NDArray[np.bool_]) -> float:
    either = np.count_nonzero(one | two)
    return float(np.count_nonzero(one & two) / either) if either else 1.0


def _boxes_overlap(one: tuple[float, float, float, float], two: tuple[float, float, float, float]) -> float:
    wide, high = min(one[2], two[2]) - max(one[0], two[0]), min(one[3], two[3]) - max(one[1], two[1])
    if wide <= 0 or high <= 0:
        return 0.0
    both = wide * high
    areas = (one[2] - one[0]) * (one[3] - one[1]) + (two[2] - two[0]) * (two[3] - two[1])
    return both / (areas - both)
