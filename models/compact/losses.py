"""What an answer costs: settled mask, best of the three guesses, and how well its score judged it."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

from models.compact.network import Answer, draw_clicks

JUDGE = 4.0
"""Weight of the error in the predicted IoU."""
SLACK = 0.05
"""Share of the loss that the worse guesses keep, so that none of the three dies."""
WRONG = 3.0
"""How much more a region counts that was wrong and has been clicked: corrections must be obeyed where they are made."""


def answer_loss(
    answer: Answer, target: Tensor, clicks: Tensor, settled: float, wrong: Tensor | None = None
) -> tuple[Tensor, Tensor]:
    """Return (loss, IoU float[B, 4]) of ``answer`` against ``target`` (float[B, 1, h, w], shares of inside, stride 2).

    ``settled`` weighs the first mask against the best of the three guesses; ``wrong`` float[B, 1, h, w] is 1 in the
    region that the newest click corrects.
    """
    weight = importance(target, clicks, wrong)
    costs = _costs(answer.logits, target, weight)
    guesses = costs[:, 1:]
    best = guesses.amin(1)
    mask_loss = (settled * costs[:, 0] + (1 - SLACK) * best + SLACK * guesses.mean(1)).mean()
    with torch.no_grad():
        overlaps = hard_iou(answer.logits, target)
    return mask_loss + JUDGE * functional.mse_loss(answer.scores, overlaps), overlaps


def importance(target: Tensor, clicks: Tensor, wrong: Tensor | None = None) -> Tensor:
    """Return float[B, 1, h, w], mean 1: the outline counts three times, what a click corrects four, the click six."""
    high, low = functional.max_pool2d(target, 5, 1, 2), -functional.max_pool2d(-target, 5, 1, 2)
    spots = draw_clicks(clicks, target.shape[-2:], 2, (3.0,)).amax(1, keepdim=True)
    weight = 1 + 2 * (high - low) + 5 * spots
    if wrong is not None:
        weight = weight + WRONG * wrong
    return weight / weight.mean((2, 3), keepdim=True)


def hard_iou(logits: Tensor, target: Tensor) -> Tensor:
    """Return float[B, C]: IoU of each mask ``logits > 0`` with ``target > 0.5``; 1 where both are empty."""
    found, true = logits > 0, target > 0.5
    both = (found & true).flatten(2).sum(2).float()
    either = (found | true).flatten(2).sum(2).float()
    return torch.where(either > 0, both / either.clamp(min=1), torch.ones_like(both))


def _costs(logits: Tensor, target: Tensor, weight: Tensor) -> Tensor:
    """Return float[B, C]: weighted cross-entropy and dice of each mask."""
    wide = target.expand_as(logits)
    cross = (functional.binary_cross_entropy_with_logits(logits, wide, reduction="none") * weight).mean((2, 3))
    chance = torch.sigmoid(logits)
    shared = (chance * wide).sum((2, 3))
    dice = 1 - (2 * shared + 1) / (chance.sum((2, 3)) + wide.sum((2, 3)) + 1)
    return 2 * cross + dice
