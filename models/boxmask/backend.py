"""The classic backend, with boxes answered by a vote of regions and BoxInst's losses."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from models.api import BackendInfo, BackendSpec, BoxPrompt, Embedding, Logits, MaskCandidate, PromptSet
from models.boxmask.optimise import fit, soft
from models.boxmask.vote import Corners, vote
from models.classic.backend import LOGIT_SIDE, VERSION, ClassicBackend, ClassicEmbedding
from models.classic.quality import features, predicted_iou, stability
from models.classic.refine import enlarge

REACH = 1.6
"""Side of the crop looked at, in sides of the box: what lies around it tells what runs out of it."""
SIDE = 128
"""Longest side of the crop: larger ones cost more and fall into more regions than the object has."""
CALM = 1.0
"""Blur before colours are compared, in pixels of the crop; BoxInst averages four."""
STEEP = 2.0
"""Logits for one of the vote's share: the vote leans, the fit decides."""
SURE = 12.0
"""Logits for one of chance; beyond the crop they are as low as they come."""


class BoxMaskBackend(ClassicBackend):
    """Answers a box alone by itself, everything else as the classic backend does."""

    def __init__(self, spec: BackendSpec) -> None:
        """Make the backend that ``spec`` describes."""
        super().__init__(spec)
        self._info = BackendInfo(spec.name, "mask", "cpu", weights_hash="boxmask-1", version=VERSION)

    def predict(
        self, embedding: Embedding, prompts: PromptSet, *, previous: Logits | None = None, multimask: bool = True
    ) -> list[MaskCandidate]:
        """Answer prompts; a box that is asked again with its first answer gets the same one."""
        if prompts.box is None or prompts.points or prompts.mask is not None:
            return super().predict(embedding, prompts, previous=previous, multimask=multimask)
        if not isinstance(embedding, ClassicEmbedding):
            raise TypeError("not an embedding of the boxmask backend")
        answer = _answer(embedding, prompts.box)
        if answer is None:
            return super().predict(embedding, prompts, previous=previous, multimask=multimask)
        return [answer]


def load(spec: BackendSpec, *, device: str | None = None, weights: Path | None = None) -> BoxMaskBackend:
    """Make the backend; it always works on the CPU and has no weights."""
    return BoxMaskBackend(spec)


def _answer(own: ClassicEmbedding, box: BoxPrompt) -> MaskCandidate | None:
    """Return the mask of a box, or None where the vote leaves nothing of it."""
    rows, columns = own.work.shape[:2]
    kx, ky = columns / own.width, rows / own.height
    x0, y0, x1, y1 = box.x0 * kx, box.y0 * ky, box.x1 * kx, box.y1 * ky
    wide, high = (REACH - 1) / 2 * (x1 - x0) + 2, (REACH - 1) / 2 * (y1 - y0) + 2
    left, top = int(min(max(x0 - wide, 0), columns - 1)), int(min(max(y0 - high, 0), rows - 1))
    right, low = max(left + 1, min(int(np.ceil(x1 + wide)), columns)), max(top + 1, min(int(np.ceil(y1 + high)), rows))
    part = own.work[top:low, left:right]
    scale = SIDE / max(part.shape[:2])
    size = (max(4, round(part.shape[1] * scale)), max(4, round(part.shape[0] * scale)))
    way = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    crop = np.asarray(cv2.resize(np.ascontiguousarray(part), size, interpolation=way), dtype=np.uint8)
    sx, sy = size[0] / (right - left), size[1] / (low - top)
    found = _fitted(crop, ((x0 - left) * sx, (y0 - top) * sy, (x1 - left) * sx, (y1 - top) * sy))
    chance = np.zeros((rows, columns), dtype=np.float32)
    chance[top:low, left:right] = cv2.resize(found, (right - left, low - top), interpolation=cv2.INTER_LINEAR)
    chance *= _inside(box, rows, columns, kx, ky)
    logits = ((chance - 0.5) * SURE).astype(np.float32)
    mask = enlarge(logits, own.height, own.width, ()) & _inside(box, own.height, own.width, 1, 1)
    if not mask.any():
        return None
    seen = chance > 0.5
    score = predicted_iou(features(own.lab, seen, chance, positive=0, negative=0))
    side = LOGIT_SIDE / max(logits.shape)
    if side < 1:
        shape = (max(1, round(columns * side)), max(1, round(rows * side)))
        logits = np.asarray(cv2.resize(logits, shape, interpolation=cv2.INTER_AREA), dtype=np.float32)
    return MaskCandidate(mask, score, stability(logits), logits)


def _fitted(crop: NDArray[np.uint8], box: Corners) -> NDArray[np.float32]:
    """Return float32[h, w], the chance of the object in ``box`` (pixels of ``crop``), 0 outside."""
    height, width = crop.shape[:2]
    x, y = np.arange(width) + 0.5, np.arange(height) + 0.5
    inside = ((y > box[1]) & (y < box[3]))[:, None] & ((x > box[0]) & (x < box[2]))[None, :]
    calm = cv2.GaussianBlur(crop, (0, 0), CALM).astype(np.float32) / 255
    lab = cv2.cvtColor(calm, cv2.COLOR_RGB2LAB).astype(np.float64)
    start = (vote(crop, box).astype(np.float64) - 0.5) * STEEP
    return np.asarray(soft(fit(lab, inside, start)) * inside, dtype=np.float32)


def _inside(box: BoxPrompt, rows: int, columns: int, kx: float, ky: float) -> NDArray[np.bool_]:
    """Return bool[rows, columns]: pixels that the box touches, at ``kx``, ``ky`` pixels for one of the image."""
    x, y = np.arange(columns), np.arange(rows)
    across, down = (x + 1 > box.x0 * kx) & (x < box.x1 * kx), (y + 1 > box.y0 * ky) & (y < box.y1 * ky)
    inside: NDArray[np.bool_] = down[:, None] & across[None, :]
    return inside
