"""From what was seen in a window to a mask of the image: clicks obeyed where they are made, outlines enlarged."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from models.compact.frames import Frame, clicks_in
from models.compact.sight import OUTSIDE, Click
from models.masks import BoolMask

CANVAS_SIDE = 512
"""Longest side of the logits handed out; finer than SAM's 256, since a small object must survive being fed back."""
FIRMNESS = 1.0
"""Logit that a clicked spot gets at least."""
_STEPS = 16.0  # steps of one logit when masks are enlarged as bytes
_TILE = 512  # side of the squares in which masks are enlarged


def obey(
    logits: NDArray[np.float32],
    crop: NDArray[np.uint8],
    clicks: Sequence[tuple[float, float, float]],
    *,
    reach: float = 0.07,
    tint: float = 16.0,
) -> NDArray[np.float32]:
    """Return ``logits`` (float32[s, s]) changed around each click that they contradict.

    ``crop`` is uint8[s, s, 3], ``clicks`` are in its pixels. The change fades with distance (``reach``, share of s) and
    with the difference in colour (``tint``, in steps of 8-bit Lab), so that it stops at an edge.
    """
    side = logits.shape[0]
    wrong = disobeyed(logits, clicks)
    if not wrong:
        return logits
    lab = cv2.cvtColor(crop, cv2.COLOR_RGB2LAB).astype(np.float32)
    grid = np.arange(side, dtype=np.float32) + 0.5
    out = logits.copy()
    for click in sorted(wrong, key=lambda click: (-click[2], click[0], click[1])):
        lack = FIRMNESS - _signed(out, click)
        if lack <= 0:
            continue
        x, y = min(int(click[0]), side - 1), min(int(click[1]), side - 1)
        near = lab[max(y - 1, 0) : y + 2, max(x - 1, 0) : x + 2].mean((0, 1))
        far = ((grid[None, :] - click[0]) ** 2 + (grid[:, None] - click[1]) ** 2) / (reach * side) ** 2
        other = ((lab - near) ** 2).sum(2) / tint**2
        pull = np.exp(-(far + other) / 2)
        pull[max(y - 1, 0) : y + 2, max(x - 1, 0) : x + 2] = 1
        out += np.float32((2 * click[2] - 1) * 1.5 * lack) * pull
    return out


def disobeyed(
    logits: NDArray[np.float32], clicks: Sequence[tuple[float, float, float]]
) -> list[tuple[float, float, float]]:
    """Return the clicks, in pixels of ``logits``, that it contradicts or hardly grants."""
    return [click for click in clicks if _signed(logits, click) < FIRMNESS]


def enlarge(logits: NDArray[np.float32], frame: Frame, height: int, width: int, clicks: Sequence[Click]) -> BoolMask:
    """Return ``bool[height, width]``: ``logits`` above 0 inside ``frame``, clicked pixels as they were clicked."""
    mask = np.zeros((height, width), dtype=np.bool_)
    box = seen_box(logits, frame) or (0.0, 0.0, 0.0, 0.0)
    rim = 1 + frame.width / logits.shape[1]
    x0, y0 = max(0, int(box[0] - rim)), max(0, int(box[1] - rim))
    x1, y1 = min(width, int(box[2] + rim) + 1), min(height, int(box[3] + rim) + 1)
    levels = np.clip(logits * _STEPS + 128, 0, 255).astype(np.uint8)
    for top in range(y0, y1, _TILE):
        for left in range(x0, x1, _TILE):
            tile = mask[top : min(top + _TILE, y1), left : min(left + _TILE, x1)]
            _enlarge_tile(levels, frame, left, top, tile)
    for x, y, inside in sorted(clicks, key=lambda click: not click[2]):
        mask[min(max(int(y), 0), height - 1), min(max(int(x), 0), width - 1)] = inside
    return mask


def _enlarge_tile(levels: NDArray[np.uint8], frame: Frame, left: int, top: int, tile: NDArray[np.bool_]) -> None:
    """Write into ``tile``, whose corner is at ``left``, ``top``, where ``levels`` lie above their middle, 128."""
    kx, ky = levels.shape[1] / frame.width, levels.shape[0] / frame.height
    height, width = tile.shape
    rows = _reach((top - frame.y0) * ky, height * ky, levels.shape[0])
    columns = _reach((left - frame.x0) * kx, width * kx, levels.shape[1])
    # Most of a large mask is far from its outline: there nothing is to be interpolated.
    near = levels[rows, columns]
    if near.min() > 128:
        tile[:] = True
    elif near.max() > 128:
        move = np.array([[kx, 0, (left - frame.x0) * kx + kx / 2 - 0.5], [0, ky, (top - frame.y0) * ky + ky / 2 - 0.5]])
        flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
        large = cv2.warpAffine(levels, move, (width, height), flags=flags, borderMode=cv2.BORDER_REPLICATE)
        np.greater(large, 128, out=tile)


def _reach(start: float, length: float, side: int) -> slice:
    """Return which of ``side`` rows the interpolation from ``start`` on over ``length`` may look at, one at least."""
    first = min(max(int(np.floor(start)) - 1, 0), side - 1)
    return slice(first, max(first + 1, min(int(np.ceil(start + length)) + 1, side)))


def canvas(logits: NDArray[np.float32], frame: Frame, height: int, width: int) -> NDArray[np.float32]:
    """Return ``float32[h, w]`` logits over the whole image, longest side at most CANVAS_SIDE, OUTSIDE beyond frame."""
    scale = min(1.0, CANVAS_SIDE / max(height, width))
    columns, rows = max(1, round(width * scale)), max(1, round(height * scale))
    kx, ky = logits.shape[1] / (frame.width * columns / width), logits.shape[0] / (frame.height * rows / height)
    x0, y0 = frame.x0 * columns / width, frame.y0 * rows / height
    move = np.array([[kx, 0, (0.5 - x0) * kx - 0.5], [0, ky, (0.5 - y0) * ky - 0.5]])
    # Shrinking: blur first, as an area mean would.
    field = cv2.GaussianBlur(logits, (0, 0), 0.35 * kx) if kx > 2 else logits
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    wide = cv2.warpAffine(
        np.asarray(field, dtype=np.float32),
        move,
        (columns, rows),
        flags=flags,
        borderMode=cv2.BORDER_CONSTANT,
        borderValue=(OUTSIDE,),
    )
    return np.asarray(wide, dtype=np.float32)


def widen(logits: NDArray[np.float32], side: int) -> NDArray[np.float32]:
    """Return ``float32[side, side]``: ``logits`` brought to the crop's own pixels."""
    return np.asarray(cv2.resize(logits, (side, side), interpolation=cv2.INTER_CUBIC), dtype=np.float32)


def stability(logits: NDArray[np.float32], offset: float = 1.0) -> float:
    """Return the area above ``+offset`` over the area above ``-offset`` (SAM), in [0, 1]."""
    wide = int(np.count_nonzero(logits > -offset))
    return float(np.count_nonzero(logits > offset) / wide) if wide else 0.0


def in_crop(frame: Frame, clicks: Sequence[Click], side: int) -> list[tuple[float, float, float]]:
    """Return the clicks inside ``frame`` in its ``side`` pixels, in an order that does not depend on theirs."""
    return sorted(clicks_in(frame, clicks, side))


def seen_box(logits: NDArray[np.float32], frame: Frame) -> tuple[float, float, float, float] | None:
    """Return the box of ``logits`` above 0 in image pixels, or None."""
    rows, columns = np.flatnonzero((logits > 0).any(1)), np.flatnonzero((logits > 0).any(0))
    if rows.size == 0:
        return None
    kx, ky = frame.width / logits.shape[1], frame.height / logits.shape[0]
    return (
        frame.x0 + columns[0] * kx,
        frame.y0 + rows[0] * ky,
        frame.x0 + (columns[-1] + 1) * kx,
        frame.y0 + (rows[-1] + 1) * ky,
    )


def cut_off(logits: NDArray[np.float32], frame: Frame, height: int, width: int) -> float:
    """Return how much of the mask's extent lies on sides of ``frame`` beyond which the image goes on, 0 to 1."""
    inside = logits > 0
    sides = (
        (frame.x0 > 0.5, inside[:, 0]),
        (frame.y0 > 0.5, inside[0]),
        (frame.x1 < width - 0.5, inside[:, -1]),
        (frame.y1 < height - 0.5, inside[-1]),
    )
    return max((float(edge.mean()) for open_, edge in sides if open_), default=0.0)


def _signed(logits: NDArray[np.float32], click: tuple[float, float, float]) -> float:
    """Return the logit at ``click``, positive when the click is obeyed."""
    side = logits.shape[0]
    value = float(logits[min(max(int(click[1]), 0), side - 1), min(max(int(click[0]), 0), side - 1)])
    return value if click[2] else -value
