from __future__ import annotations

import cv2
import numpy as np
import pytest

from models.pose.frames import GROUND, SIDE, Square, around

SQUARES = [
    Square(50.3, 71.9, 120.0),
    Square(50.0, 70.0, 90.0, 0.7),
    Square(10.0, 20.0, 400.0, -2.1, mirrored=True),
    Square(900.0, 700.0, 1500.0, 0.2),
]


@pytest.mark.parametrize("square", SQUARES)
def test_there_and_back(square):
    points = np.random.default_rng(0).uniform(-50, 300, (20, 2))
    assert np.allclose(square.to_image(square.to_crop(points)), points, atol=1e-9)


@pytest.mark.parametrize("square", SQUARES)
def test_the_picture_goes_where_the_points_go(square):
    at = square.to_image(np.array([[SIDE * 0.6, SIDE * 0.3]]))[0]
    image = np.zeros((1600, 1900, 3), dtype=np.uint8)
    radius = max(4, round(square.side / 25))
    move = np.array([100, 100])
    cv2.circle(image, tuple(int(v) for v in np.floor(at + move)), radius, (255, 255, 255), -1)
    moved = Square(square.x + 100, square.y + 100, square.side, square.angle, square.mirrored)
    seen = moved.cut(image)[:, :, 0].astype(float)
    seen[seen <= GROUND] = 0
    rows, columns = np.indices(seen.shape) + 0.5
    centre = np.array([(columns * seen).sum(), (rows * seen).sum()]) / seen.sum()
    assert np.abs(centre - [SIDE * 0.6, SIDE * 0.3]).max() < 0.6


@pytest.mark.parametrize(
    "square", [Square(500.0, 420.0, 700.0, 0.4), Square(0.0, 800.0, 900.0), Square(900.0, 90.0, 650.0)]
)
def test_only_what_is_in_sight_is_shrunk_and_looks_the_same(square):
    rows, columns = np.indices((800, 1000))
    image = np.stack([rows * 0.3, columns * 0.25, 128 + 100 * np.sin(columns / 60)], axis=2).astype(np.uint8)
    larger = np.full((2400, 3000, 3), GROUND, dtype=np.uint8)
    larger[800:1600, 1000:2000] = image
    moved = Square(square.x + 1000, square.y + 800, square.side, square.angle)
    off = np.abs(square.cut(image).astype(int) - moved.cut(larger).astype(int))
    # At the photograph's edge one averages with the grey around it, the other does not.
    assert np.quantile(off, 0.95) <= 3 and off.mean() < 1.5


def test_a_large_square_beside_the_photograph_sees_nothing():
    assert (Square(-5000.0, 9000.0, 700.0).cut(np.zeros((50, 60, 3), dtype=np.uint8)) == GROUND).all()


def test_the_box_and_a_quarter_fill_the_square():
    square = around((10, 20, 50, 120))
    corners = square.to_crop(np.array([[10, 20], [50, 120]]))
    assert corners[1, 1] - corners[0, 1] == pytest.approx(SIDE / 1.25)
    assert corners.mean(0) == pytest.approx([SIDE / 2, SIDE / 2])


def test_a_box_of_no_size_is_looked_at_all_the_same():
    assert around((10, 20, 10, 20)).side > 0
