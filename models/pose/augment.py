"""Draws one training crop of a person: turned, scaled, moved, mirrored, in other light."""

from __future__ import annotations

from typing import NamedTuple

import cv2
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from models.people import Person
from models.pose.frames import SIDE, Square, around
from models.pose.skeletons import Joints

TURN = 0.4
"""Standard deviation of the turn in radians; athletes lie, fall and stand on their hands."""
SCALE = 0.18
"""Standard deviation of the logarithm of the scale."""


class Example(NamedTuple):
    """``image`` uint8[SIDE, SIDE, 3] RGB and ``joints`` float32[J, 3]: crop pixels, 1 where labelled and inside."""

    image: NDArray[np.uint8]
    joints: NDArray[np.float32]


def example(figure: Person, joints: Joints, rng: Generator) -> Example:
    """Return one crop of ``figure`` for training."""
    upright = around(figure.box)
    off = rng.normal(0, 0.05, 2) * upright.side
    turn = float(rng.normal(0, TURN)) if rng.random() < 0.7 else 0.0
    side = upright.side * float(np.exp(np.clip(rng.normal(0, SCALE), -0.4, 0.4)))
    square = Square(upright.x + float(off[0]), upright.y + float(off[1]), side, turn, bool(rng.random() < 0.5))
    seen = seen_in(square, figure, joints)
    image = lit(seen.image, rng)
    if rng.random() < 0.3:
        image = _hidden(image, rng)
    return Example(image, seen.joints)


def seen_in(square: Square, figure: Person, joints: Joints) -> Example:
    """Return ``figure`` as it is seen in ``square``; a mirror swaps left and right."""
    placed = np.concatenate([square.to_crop(figure.joints[:, :2]), figure.joints[:, 2:]], axis=1)
    if square.mirrored:
        placed = placed[list(joints.mirror)]
    inside = ((placed[:, :2] >= 0) & (placed[:, :2] < SIDE)).all(axis=1)
    placed[:, 2] *= inside
    return Example(square.cut(figure.image()), placed.astype(np.float32))


def lit(image: NDArray[np.uint8], rng: Generator) -> NDArray[np.uint8]:
    """Return a picture (uint8[H, W, 3]) as another light and camera might show it."""
    gain = np.exp(rng.normal(0, 0.2)) * np.exp(rng.normal(0, 0.08, 3))
    shown = (image - 115.0) * gain + 115 + rng.normal(0, 16)
    if rng.random() < 0.1:
        shown = np.repeat(shown.mean(axis=2, keepdims=True), 3, axis=2)
    if rng.random() < 0.15:
        shown = cv2.GaussianBlur(shown, (0, 0), float(rng.uniform(0.5, 1.5)))
    return np.asarray(np.clip(shown, 0, 255), dtype=np.uint8)


def _hidden(image: NDArray[np.uint8], rng: Generator) -> NDArray[np.uint8]:
    """Hide a part: joints behind something must be guessed from the others."""
    wide, high = rng.integers(SIDE // 10, SIDE // 3, 2)
    x, y = int(rng.integers(0, SIDE - wide)), int(rng.integers(0, SIDE - high))
    out = image.copy()
    out[y : y + high, x : x + wide] = rng.integers(0, 256, 3)
    return out
