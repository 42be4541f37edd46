from __future__ import annotations

import pytest
import torch

from models.compact.flood import FLOODS
from models.compact.losses import answer_loss, hard_iou, importance
from models.compact.network import TINY, CompactNet, Prompts, draw_clicks, likeness


@pytest.fixture
def network():
    torch.manual_seed(0)
    return CompactNet(TINY).eval()


def prompts(clicks, side=64):
    rows = torch.tensor(clicks, dtype=torch.float32)
    return asking(rows, side, side)


def asking(rows, height, width):
    nothing = torch.zeros(len(rows), 1, height // 2, width // 2)
    return Prompts(rows, nothing, nothing, nothing.repeat(1, FLOODS, 1, 1))


@pytest.mark.parametrize(("height", "width"), [(64, 64), (96, 128)])
def test_shapes(network, height, width):
    asked = asking(torch.tensor([[[9.0, 9, 1]], [[30, 40, 1]]]), height, width)
    answer = network(torch.randn(2, 3, height, width), asked)
    assert answer.logits.shape == (2, 4, height // 2, width // 2)
    assert answer.scores.shape == (2, 4)
    assert ((answer.scores > 0) & (answer.scores < 1)).all()


def test_an_answer_does_not_depend_on_its_neighbours_in_the_batch(network):
    image = torch.randn(3, 3, 64, 64)
    asked = prompts([[[9.0, 9, 1]], [[30.0, 40, 1]], [[50.0, 20, 0]]])
    together = network(image, asked)
    alone = network(image[1:2], Prompts(*(part[1:2] for part in asked)))
    assert torch.allclose(together.logits[1:2], alone.logits, atol=1e-5)
    assert torch.allclose(together.scores[1:2], alone.scores, atol=1e-5)


def test_order_of_clicks_and_absent_clicks_do_not_matter(network):
    image = torch.randn(1, 3, 64, 64)
    one = network(image, prompts([[[9.0, 9, 1], [40, 20, 0]]]))
    two = network(image, prompts([[[40.0, 20, 0], [9, 9, 1], [3, 3, -1]]]))
    assert torch.allclose(one.logits, two.logits, atol=1e-5)


def test_clicks_are_drawn_where_they_are():
    maps = draw_clicks(torch.tensor([[[21.0, 9, 1], [5, 29, 0]]]), (16, 16), 2, (3.0,))
    inside, outside = maps[0]
    assert divmod(int(inside.argmax()), 16) == (4, 10)
    assert divmod(int(outside.argmax()), 16) == (14, 2)
    assert inside[14, 2] < 0.01


def test_likeness_is_one_under_the_click_and_zero_without():
    features = torch.randn(1, 8, 16, 16)
    maps = likeness(features, torch.tensor([[[21.0, 9, 1]]]))
    assert maps[0, 0, 2, 5] == pytest.approx(1, abs=1e-5)
    assert maps[0, 0].max() <= 1 + 1e-5
    assert not maps[0, 1].any()


def test_loss_falls_with_a_better_answer(network):
    target = torch.zeros(1, 1, 32, 32)
    target[:, :, 8:20, 8:20] = 1
    asked = prompts([[[20.0, 20, 1]]])
    answer = network(torch.randn(1, 3, 64, 64), asked)
    good = answer._replace(logits=(target * 12 - 6).expand(1, 4, 32, 32))
    bad_loss, _ = answer_loss(answer, target, asked.clicks, 1.0)
    good_loss, overlaps = answer_loss(good, target, asked.clicks, 1.0)
    assert good_loss < bad_loss
    assert (overlaps == 1).all()


def test_hard_iou():
    logits = torch.tensor([[[[1.0, 1, -1, -1]]]])
    target = torch.tensor([[[[1.0, 0, 0, 0]]]])
    assert float(hard_iou(logits, target)) == pytest.approx(0.5)
    assert float(hard_iou(logits - 9, target * 0)) == 1


def test_what_a_click_corrects_counts_more():
    target = torch.zeros(1, 1, 32, 32)
    wrong = torch.zeros(1, 1, 32, 32)
    wrong[:, :, 20:26, 20:26] = 1
    clicks = torch.tensor([[[10.0, 10, 1]]])
    weight = importance(target, clicks, wrong)
    assert float(weight.mean()) == pytest.approx(1, abs=1e-5)
    assert float(weight[0, 0, 22, 22]) == pytest.approx(4 * float(weight[0, 0, 30, 2]), rel=1e-3)
