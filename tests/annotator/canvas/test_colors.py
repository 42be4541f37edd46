from __future__ import annotations

import itertools

import numpy as np
import pytest
from skimage.color import rgb2lab

from annotator.canvas.colors import PALETTE, color_of, nth, to_hex, to_rgb

# Machado, Oliveira and Fernandes 2009, severity 1: linear RGB as protanopes and deuteranopes see it.
PROTAN = [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
DEUTAN = [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]


def seen_by(matrix: list[list[float]]) -> np.ndarray:
    srgb = np.array([to_rgb(color) for color in PALETTE]) / 255
    linear = np.where(srgb <= 0.04045, srgb / 12.92, ((srgb + 0.055) / 1.055) ** 2.4)
    seen = np.clip(linear @ np.array(matrix).T, 0, 1)
    back = np.where(seen <= 0.0031308, seen * 12.92, 1.055 * seen ** (1 / 2.4) - 0.055)
    return rgb2lab(back)


@pytest.mark.parametrize(
    ("matrix", "least"), [(np.eye(3).tolist(), 25), (PROTAN, 14), (DEUTAN, 14)], ids=["normal", "protan", "deutan"]
)
def test_any_two_of_the_twenty_colours_look_different(matrix: list[list[float]], least: float) -> None:
    lab = seen_by(matrix)
    assert len(PALETTE) == 20
    assert min(np.linalg.norm(a - b) for a, b in itertools.combinations(lab, 2)) > least


def test_a_colour_depends_on_the_id_alone_or_on_the_label() -> None:
    assert color_of(7) == color_of(7) == to_rgb(nth(7))
    assert color_of(7) != color_of(8)
    assert color_of(7, "#102030") == color_of(8, "#102030") == (16, 32, 48)


def test_hex_and_back() -> None:
    assert [to_hex(to_rgb(color)) for color in PALETTE] == list(PALETTE)


@pytest.mark.parametrize("text", ["", "102030", "#12", "#12345g"])
def test_a_bad_colour_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        to_rgb(text)
