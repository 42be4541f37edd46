"""Prompts come as the annotator made them; here they become what a backend may be asked."""

from __future__ import annotations

import math
from collections.abc import Sequence

from engine.records import PromptRecord
from models.api import BoxPrompt, PointPrompt
from models.errors import UnsupportedPrompt

_HALF_PIXEL = 0.5


def clip_point(x: float, y: float, *, width: int, height: int) -> tuple[float, float]:
    """Return (x, y) unchanged inside the image; outside, moved to the centre of the nearest edge pixel."""
    return _clip(x, width), _clip(y, height)


def points_of(prompts: Sequence[PromptRecord], *, width: int, height: int) -> tuple[PointPrompt, ...]:
    """Return the clicks among ``prompts``, in order, inside the image."""
    return tuple(
        PointPrompt(*clip_point(prompt.x0, prompt.y0, width=width, height=height), prompt.positive)
        for prompt in prompts
        if prompt.kind == "point"
    )


def box_of(prompts: Sequence[PromptRecord], *, width: int, height: int) -> BoxPrompt | None:
    """Return the last box among ``prompts``, dragged in any direction, cut at the image's edges.

    Raises UnsupportedPrompt when nothing of it is left.
    """
    found = [prompt for prompt in prompts if prompt.kind == "box"]
    if not found:
        return None
    prompt = found[-1]
    if prompt.x1 is None or prompt.y1 is None:
        raise ValueError("a box prompt needs both corners")
    x0, x1 = (min(max(value, 0.0), float(width)) for value in sorted((prompt.x0, prompt.x1)))
    y0, y1 = (min(max(value, 0.0), float(height)) for value in sorted((prompt.y0, prompt.y1)))
    if not (x0 < x1 and y0 < y1):
        raise UnsupportedPrompt(
            "The box covers nothing of the image. Drag it from one corner of the object to the other."
        )
    return BoxPrompt(x0, y0, x1, y1)


def _clip(value: float, size: int) -> float:
    if not math.isfinite(value):
        raise ValueError(f"a click lies at {value}")
    if value < 0:
        return _HALF_PIXEL
    return value if value < size else size - _HALF_PIXEL
