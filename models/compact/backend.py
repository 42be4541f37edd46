"""The embedded network behind the mask protocol."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch
from numpy.typing import NDArray

from models import device as devices
from models.api import (
    BackendInfo,
    BackendSpec,
    BoxPrompt,
    Embedding,
    Image,
    KeepRule,
    Logits,
    MaskCandidate,
    PromptSet,
)
from models.compact.asking import Question, ask
from models.compact.finish import canvas, disobeyed, enlarge, in_crop, obey, stability, widen
from models.compact.frames import cut
from models.compact.grid import answer_grid
from models.compact.many_boxes import answer_boxes
from models.compact.network import FEATURE_STRIDES, CompactNet, placed
from models.compact.ready import verified
from models.compact.sight import LEVELS, Click, CompactEmbedding, Eye, Sight
from models.compact.store import read_network
from models.errors import UnsupportedPrompt

SURE = 6.0
"""Logit of a mask given as a prompt."""


class CompactBackend:
    """Answers a first click with up to three candidates, later prompts with the settled mask and its rivals."""

    def __init__(self, spec: BackendSpec, network: CompactNet, device: torch.device, weights_hash: str) -> None:
        """Make the backend that ``spec`` describes around a trained ``network``."""
        self._info = BackendInfo(spec.name, "mask", str(device), weights_hash, "compact-2")
        self._eye = Eye(placed(network, device).eval(), device)

    @property
    def info(self) -> BackendInfo:
        """Name, device and weights hash."""
        return self._info

    def close(self) -> None:
        """Nothing outlives the object itself."""

    def encode(self, image: Image) -> Embedding:
        """Encode ``uint8[H, W, 3]`` at three sizes and keep a picture of it to look at again."""
        return self._eye.embed(image)

    def predict(
        self, embedding: Embedding, prompts: PromptSet, *, previous: Logits | None = None, multimask: bool = True
    ) -> list[MaskCandidate]:
        """Answer prompts, best score first; clicked pixels are as they were clicked.

        Raises UnsupportedPrompt without a positive click, a box or a mask.
        """
        own = _own(embedding)
        question = _question(own, prompts, previous)
        sights = ask(self._eye, own, question, 3 if multimask else 1)
        with ThreadPoolExecutor(len(sights), "candidate") as pool:
            found = list(pool.map(lambda sight: _candidate(own, sight, question.clicks), sights))
        found.sort(key=lambda candidate: -candidate.score)
        return found

    def predict_boxes(
        self, embedding: Embedding, boxes: Sequence[BoxPrompt], *, second_pass: bool
    ) -> list[MaskCandidate | None]:
        """Answer many boxes together; see ``models.api.ManyBoxesBackend``."""
        corners = [(box.x0, box.y0, box.x1, box.y1) for box in boxes]
        return answer_boxes(self._eye, _own(embedding), corners, second_pass=second_pass)

    def predict_grid(self, embedding: Embedding, points: NDArray[np.float32], keep: KeepRule) -> list[MaskCandidate]:
        """Answer each of ``float32[N, 2]`` points alone; the survivors as RLE, best score first."""
        return answer_grid(self._eye, _own(embedding), points, keep)

    def dump(self, embedding: Embedding) -> Mapping[str, NDArray[Any]]:
        """Return the kept picture, the image's size and the features."""
        own = _own(embedding)
        parts = {f"level{n}_{m}": part for n, level in enumerate(own.levels) for m, part in enumerate(level)}
        return {"work": own.work, "size": np.array([own.height, own.width], dtype=np.int64), **parts}

    def restore(self, arrays: Mapping[str, NDArray[Any]]) -> Embedding:
        """Inverse of ``dump``; raises ValueError on arrays that are not an embedding of this backend."""
        parts = range(len(FEATURE_STRIDES))
        names = {f"level{n}_{m}" for n in range(len(LEVELS)) for m in parts}
        if set(arrays) != names | {"work", "size"} or arrays["size"].shape != (2,) or arrays["work"].ndim != 3:
            raise ValueError("these arrays are not an embedding of the compact backend")
        if any(arrays[name].dtype != np.float16 or arrays[name].ndim != 3 for name in names):
            raise ValueError("these arrays are not an embedding of the compact backend")
        levels = tuple(tuple(np.asarray(arrays[f"level{n}_{m}"]) for m in parts) for n in range(len(LEVELS)))
        height, width = (int(side) for side in arrays["size"])
        return CompactEmbedding(height, width, np.asarray(arrays["work"]), levels)


def load(spec: BackendSpec, *, device: str | None = None, weights: Path | None = None) -> CompactBackend:
    """Load the shipped weights, or those at ``weights``; raises BackendUnavailable, WeightsMissing, WeightsMismatch."""
    chosen = devices.choose(device)
    path, found = verified(weights)
    return CompactBackend(spec, read_network(path), chosen, found)


def _own(embedding: Embedding) -> CompactEmbedding:
    if not isinstance(embedding, CompactEmbedding):
        raise TypeError("not an embedding of the compact backend")
    return embedding


def _question(own: CompactEmbedding, prompts: PromptSet, previous: Logits | None) -> Question:
    clicks: list[Click] = sorted(
        (min(max(p.x, 0.0), own.width - 0.5), min(max(p.y, 0.0), own.height - 0.5), p.positive) for p in prompts.points
    )
    shown = prompts.mask is not None and bool(prompts.mask.any())
    if not any(inside for _, _, inside in clicks) and prompts.box is None and not shown:
        raise UnsupportedPrompt("Give a positive click, a box or a mask first.")
    box = None if prompts.box is None else (prompts.box.x0, prompts.box.y0, prompts.box.x1, prompts.box.y1)
    belief = previous
    if prompts.mask is not None and shown:
        rows, columns = own.work.shape[:2]
        share = cv2.resize(prompts.mask.astype(np.float32), (columns, rows), interpolation=cv2.INTER_AREA)
        belief = ((2 * share - 1) * SURE).astype(np.float32)
    return Question(tuple(clicks), box, belief)


def _candidate(own: CompactEmbedding, sight: Sight, clicks: tuple[Click, ...]) -> MaskCandidate:
    side = 2 * sight.logits.shape[0]
    logits = widen(sight.logits, side)
    inside = in_crop(sight.frame, clicks, side)
    if disobeyed(logits, inside):
        logits = obey(logits, cut(own.work, sight.frame, own.height, own.width, (side, side)), inside)
    mask = enlarge(logits, sight.frame, own.height, own.width, clicks)
    field = canvas(logits, sight.frame, own.height, own.width)
    return MaskCandidate(mask, min(1.0, max(0.0, sight.score)), stability(logits), field)
