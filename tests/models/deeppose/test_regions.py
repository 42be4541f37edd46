"""The measure of the squares, and the cascade with looks of known answers."""

from __future__ import annotations

import numpy as np
import pytest

from models.deeppose.regions import SIGMA, Region, around, diameter, refined

NAMES = ("left_shoulder", "right_hip", "tip")


@pytest.mark.parametrize("region", [Region(50.3, 71.9, 120), Region(-5, 900, 3.5)])
def test_there_and_back(region):
    points = np.random.default_rng(0).uniform(-50, 300, (20, 2))
    assert np.allclose(region.out_of(region.into(points)), points, atol=1e-9)
    assert region.into(np.array([region.x + region.side / 2, region.y])).tolist() == pytest.approx([0.5, 0])


@pytest.mark.parametrize("region", [Region(60, 50, 40), Region(60.25, 50.75, 90), Region(150, 140, 270)])
def test_the_picture_goes_where_the_points_go(region):
    image = np.full((300, 300, 3), 115, dtype=np.uint8)
    place = np.array([[0.2, -0.1]])
    x, y = region.out_of(place)[0]
    high = max(2, round(region.side / 20))
    rows, columns = np.mgrid[:300, :300] + 0.5
    image[(np.abs(rows - y) < high) & (np.abs(columns - x) < high)] = 255
    seen = region.cut(image, 96)[:, :, 0].astype(float) - 115
    rows, columns = np.mgrid[:96, :96] + 0.5
    centre = np.array([(columns * seen).sum(), (rows * seen).sum()]) / seen.sum()
    pixel = 96 / region.side
    assert np.abs(centre / 96 - 0.5 - place[0]).max() * 96 < 0.6 * max(pixel, 1)


def test_the_first_square_holds_the_box_and_a_quarter():
    region = around((10, 20, 50, 120))
    assert (region.x, region.y, region.side) == (30, 70, 125)
    assert around((10, 20, 10, 20)).side > 0


def test_a_pose_s_size_is_its_torso_or_half_its_extent():
    points = np.array([[0.0, 0.0], [30.0, 40.0], [10.0, 20.0]])
    assert diameter(points, NAMES) == 50
    assert diameter(points, ("a", "b", "c")) == 20
    assert diameter(np.zeros((3, 2)), NAMES) > 0


def test_a_look_that_halves_the_error_gives_the_closed_form():
    """Off by e at first, a joint is off by e / 2 after two stages, e / 4 after three: PDJ follows."""
    truth = np.array([[100.0, 100.0], [160.0, 180.0], [140.0, 90.0]])
    offs = np.linspace(0.05, 0.79, 40)[:, None, None] * np.array([[0.6, 0.8], [-0.8, 0.6], [1.0, 0.0]])
    torso = diameter(truth, NAMES)
    found = [[], [], []]
    for off in offs:
        points = truth + off * torso
        for stage in range(3):
            found[stage].append(np.linalg.norm(points - truth, axis=1) / torso)

            def half_way(regions, points=points):
                assert regions[0].side == pytest.approx(SIGMA * diameter(points, NAMES))
                halves = (truth + points) / 2
                return np.stack([region.into(at) for region, at in zip(regions, halves, strict=True)])

            points = refined(points, NAMES, half_way)
    for stage, reach in enumerate((0.1, 0.2, 0.4)):
        expected = (np.linspace(0.05, 0.79, 40) <= reach).mean()
        assert (np.array(found[stage]) <= 0.1 + 1e-9).mean() == pytest.approx(expected)
