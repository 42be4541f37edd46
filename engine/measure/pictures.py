"""Pictures of a benchmark: the curve of IoU over clicks, and a sheet of the best and worst objects."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from io import BytesIO

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from engine.measure.clicks import ClickTrack
from models.masks import BoolMask, extent

_COLOURS = ((214, 69, 65), (41, 98, 180), (46, 139, 87), (148, 84, 166), (208, 135, 38), (90, 90, 90))
_TILE = 200
Pixels = NDArray[np.uint8]


def plot_curves(
    curves: Mapping[str, Sequence[float]],
    *,
    ticks: Sequence[str] | None = None,
    across: str = "clicks",
    up: str = "mean IoU",
) -> bytes:
    """Return a PNG: values from 0 to 1, one line a backend; ``ticks`` are words below the places, else 1, 2, 3 ..."""
    wide, high, left, low = 640, 420, 50, 380
    picture = Image.new("RGB", (wide, high), "white")
    draw = ImageDraw.Draw(picture)
    most = max(len(curve) for curve in curves.values())
    step = (wide - left - 20) / max(1, most - 1)
    for tenth in range(0, 11, 2):
        y = low - tenth / 10 * (low - 20)
        draw.line((left, y, wide - 20, y), fill=(225, 225, 225))
        draw.text((left - 28, y - 6), f"{tenth / 10:.1f}", fill="black")
    for number, words in enumerate(ticks or [str(number + 1) for number in range(most)]):
        draw.text((left + number * step - 3 * len(words), low + 6), words, fill="black")
    draw.text((wide // 2 - 3 * len(across), low + 22), across, fill="black")
    draw.text((4, 4), up, fill="black")
    for rank, (name, curve) in enumerate(curves.items()):
        colour = _COLOURS[rank % len(_COLOURS)]
        line = [(left + number * step, low - value * (low - 20)) for number, value in enumerate(curve)]
        draw.line(line, fill=colour, width=3)
        draw.text((wide - max(150, 6 * len(name) + 30), low - 24 - 16 * rank), name, fill=colour)
    return as_png(picture)


def contact_sheet(rows: Sequence[tuple[str, Pixels, BoolMask, ClickTrack]]) -> bytes:
    """Return a PNG with one row an object: the true mask, the answer to one click, the answer to all clicks.

    ``rows`` holds a title, the image ``uint8[H, W, 3]``, the true mask and the track of each object.
    """
    sheet = Image.new("RGB", (3 * _TILE, len(rows) * (_TILE + 16)), "white")
    draw = ImageDraw.Draw(sheet)
    for number, (title, pixels, true, track) in enumerate(rows):
        top = number * (_TILE + 16)
        words = f"{title}  1 click {track.ious[0]:.2f}, {len(track.clicks)} clicks {track.ious[-1]:.2f}"
        draw.text((4, top + 2), words, fill="black")
        for column, (mask, clicks) in enumerate(((true, 0), (track.first, 1), (track.last, len(track.clicks)))):
            tile = _tile(pixels, true, mask, track, clicks)
            sheet.paste(Image.fromarray(tile), (column * _TILE, top + 16))
    return as_png(sheet)


def _tile(pixels: Pixels, true: BoolMask, mask: BoolMask, track: ClickTrack, clicks: int) -> Pixels:
    """Draw ``mask`` and the first ``clicks`` clicks on the surroundings of the object."""
    height, width = true.shape
    x0, y0, x1, y1 = extent(true) or (0, 0, width, height)
    side = int(1.8 * max(x1 - x0, y1 - y0)) + 8
    left, top = (x0 + x1 - side) // 2, (y0 + y1 - side) // 2
    scale = _TILE / side
    move = np.array([[scale, 0, -left * scale], [0, scale, -top * scale]])
    picture = cv2.warpAffine(pixels, move, (_TILE, _TILE), flags=cv2.INTER_LINEAR, borderValue=(60, 60, 60))
    shown = cv2.warpAffine(mask.astype(np.uint8), move, (_TILE, _TILE), flags=cv2.INTER_NEAREST) > 0
    out = picture.astype(np.float32)
    out[shown] = out[shown] * 0.55 + np.array((255, 80, 40), dtype=np.float32) * 0.45
    drawn = np.ascontiguousarray(out.astype(np.uint8))
    for point in track.clicks[:clicks]:
        spot = (int((point.x - left) * scale), int((point.y - top) * scale))
        cv2.circle(drawn, spot, 4, (255, 255, 255), -1)
        cv2.circle(drawn, spot, 3, (0, 160, 0) if point.positive else (200, 0, 0), -1)
    return drawn


def as_png(picture: Image.Image) -> bytes:
    """Return the bytes of a PNG file."""
    out = BytesIO()
    picture.save(out, "PNG")
    return out.getvalue()
