from __future__ import annotations

import numpy as np
import pytest
import torch

from models.pose.frames import SIDE, Square
from models.pose.heatmaps import STRIDE, draw, find


def test_drawn_and_found_again_to_a_quarter_of_a_pixel():
    torch.manual_seed(0)
    joints = torch.rand(8, 14, 2) * 150 + 5
    found, sure = find(draw(joints, 40).clamp(min=1e-12).log())
    assert (found - joints).abs().max() < 0.25
    assert (sure > 0.6).all()


def test_chances_sum_to_one():
    drawn = draw(torch.tensor([[[3.0, 100.0], [155.0, 20.0]]]), 40)
    assert torch.allclose(drawn.sum((2, 3)), torch.ones(1, 2))


@pytest.mark.parametrize("joint", [(-40.0, 82.0), (400.0, 82.0), (82.0, -1.0)])
def test_a_joint_beyond_the_crop_is_drawn_on_its_border(joint):
    drawn = draw(torch.tensor([[joint]]), 40)
    row, column = divmod(int(drawn.flatten().argmax()), 40)
    assert row == min(max(int(joint[1] / STRIDE), 0), 39)
    assert column == min(max(int(joint[0] / STRIDE), 0), 39)


def test_a_map_without_a_top_is_not_sure():
    found, sure = find(torch.zeros(1, 1, 40, 40))
    assert float(sure) == pytest.approx(25 / 1600, abs=0.02)
    assert torch.isfinite(found).all()


@pytest.mark.parametrize(
    "square", [Square(200, 150, 160), Square(90.3, 310.7, 600, 0.8), Square(-5, 40, 33, -2.5, True)]
)
def test_there_and_back_through_the_image_to_a_quarter_of_a_pixel(square):
    crop = np.random.default_rng(0).uniform(5, SIDE - 5, (200, 2))
    true = square.to_image(crop)
    drawn = draw(torch.tensor(square.to_crop(true), dtype=torch.float32)[None], SIDE // STRIDE)
    found, _ = find(drawn.clamp(min=1e-12).log())
    assert np.abs(square.to_image(found[0].numpy()) - true).max() < 0.25
