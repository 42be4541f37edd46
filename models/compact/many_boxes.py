"""Many boxes of one image answered together: what one box costs beside the network is what this saves."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from models.api import MaskCandidate
from models.compact.asking import Box, ask_boxes
from models.compact.finish import canvas, enlarge, seen_box, stability, widen
from models.compact.frames import Frame
from models.compact.sight import CompactEmbedding, Eye, Sight
from models.masks import encode_part

FIRST, SECOND = 3, 1
"""How many sights a first and a second look may give, as ``predict`` with and without ``multimask``."""


def answer_boxes(
    eye: Eye, own: CompactEmbedding, boxes: Sequence[Box], *, second_pass: bool
) -> list[MaskCandidate | None]:
    """Return the best candidate of each box, its mask as RLE; None where nothing is seen in it."""
    # The first of two answers mostly serves as the belief of the second.
    first_sights = ask_boxes(eye, own, boxes, [None] * len(boxes), FIRST, twice=not second_pass)
    found = [_best(own, sights) for sights in first_sights]
    seen = [n for n, each in enumerate(found) if each is not None]
    if second_pass and seen:
        beliefs = [each.logits for n in seen if (each := found[n]) is not None]
        answers = ask_boxes(eye, own, [boxes[n] for n in seen], beliefs, SECOND)
        for n, sights in zip(seen, answers, strict=True):
            first, second = found[n], _best(own, sights)
            if first is not None and second is not None and second.score >= first.score:
                found[n] = second
    return found


def _best(own: CompactEmbedding, sights: Sequence[Sight]) -> MaskCandidate | None:
    """Return the first sight, best score first, that leaves a pixel on the image."""
    for sight in sorted(sights, key=lambda each: -each.score):
        logits = widen(sight.logits, 2 * sight.logits.shape[0])
        part, x, y = _part(logits, sight.frame, own.height, own.width)
        if part.any():
            rle = encode_part(part, x=x, y=y, height=own.height, width=own.width)
            field = canvas(logits, sight.frame, own.height, own.width)
            return MaskCandidate(rle, min(1.0, max(0.0, sight.score)), stability(logits), field)
    return None


def _part(logits: NDArray[np.float32], frame: Frame, height: int, width: int) -> tuple[NDArray[np.bool_], int, int]:
    """Return the mask where it is not empty, ``bool[h, w]``, and its place: all that ``enlarge`` would draw."""
    box = seen_box(logits, frame)
    if box is None:
        return np.zeros((0, 0), dtype=np.bool_), 0, 0
    rim = 1 + frame.width / logits.shape[1]
    x0, y0 = max(0, int(box[0] - rim)), max(0, int(box[1] - rim))
    x1, y1 = min(width, int(box[2] + rim) + 1), min(height, int(box[3] + rim) + 1)
    moved = Frame(frame.x0 - x0, frame.y0 - y0, frame.x1 - x0, frame.y1 - y0)
    return enlarge(logits, moved, max(y1 - y0, 0), max(x1 - x0, 0), ()), x0, y0
