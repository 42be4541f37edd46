"""A sheet of the best and the worst poses of a benchmark: what was labelled beside what was found."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from engine.measure.pictures import as_png
from models.joint_names import links_in, side_of

_TILE = 220
_TITLE = 16
_COLOURS = {"left": (70, 150, 255), "right": (255, 140, 50), "": (110, 230, 120)}
_RIM = (20, 20, 20)
_UNSURE = 0.3
"""Joints of less confidence are drawn hollow."""
Pixels = NDArray[np.uint8]


@dataclass(frozen=True, slots=True, eq=False)
class PosePicture:
    """One person of a sheet; ``true`` and ``found`` are ``float64[K, 3]``: x, y and confidence, 0 not labelled."""

    title: str
    pixels: Pixels
    box: tuple[float, float, float, float]
    true: NDArray[np.float64]
    found: NDArray[np.float64]


def pose_sheet(rows: Sequence[tuple[PosePicture, ...]], joints: Sequence[str]) -> bytes:
    """Return a PNG: in each row people side by side, of each the truth and then what was found."""
    across = max(len(row) for row in rows)
    sheet = Image.new("RGB", (2 * across * _TILE, len(rows) * (_TILE + _TITLE)), "white")
    draw = ImageDraw.Draw(sheet)
    for number, row in enumerate(rows):
        top = number * (_TILE + _TITLE)
        for column, person in enumerate(row):
            left = 2 * column * _TILE
            draw.text((left + 4, top + 2), person.title, fill="black")
            for offset, pose in ((0, person.true), (_TILE, person.found)):
                tile = Image.fromarray(_tile(person, pose, joints))
                sheet.paste(tile, (left + offset, top + _TITLE))
    return as_png(sheet)


def _tile(person: PosePicture, pose: NDArray[np.float64], joints: Sequence[str]) -> Pixels:
    x0, y0, x1, y1 = person.box
    side = 1.2 * max(x1 - x0, y1 - y0) + 8
    left, top = (x0 + x1 - side) / 2, (y0 + y1 - side) / 2
    scale = _TILE / side
    move = np.array([[scale, 0, -left * scale], [0, scale, -top * scale]])
    shown = cv2.warpAffine(person.pixels, move, (_TILE, _TILE), flags=cv2.INTER_LINEAR, borderValue=(60, 60, 60))
    drawn = np.ascontiguousarray(shown, dtype=np.uint8)
    spots = [(int((x - left) * scale), int((y - top) * scale)) for x, y in pose[:, :2].tolist()]
    there = (pose[:, 2] > 0).tolist()
    for first, second in links_in(joints):
        if there[first] and there[second]:
            side_name = side_of(joints[first]) or side_of(joints[second])
            cv2.line(drawn, spots[first], spots[second], _RIM, 4, cv2.LINE_AA)
            cv2.line(drawn, spots[first], spots[second], _COLOURS[side_name], 2, cv2.LINE_AA)
    for spot, name, sure in zip(spots, joints, pose[:, 2].tolist(), strict=True):
        if sure > 0:
            cv2.circle(drawn, spot, 4, _RIM, -1, cv2.LINE_AA)
            cv2.circle(drawn, spot, 3, _COLOURS[side_of(name)], -1 if sure >= _UNSURE else 1, cv2.LINE_AA)
    return drawn
