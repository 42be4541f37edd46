"""Plays several rounds of click and answer on one batch, for training and for validation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.random import Generator
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from models.compact.flood import FLOODS, Ground
from models.compact.losses import answer_loss, hard_iou
from models.compact.network import Answer, CompactNet, Features, Prompts
from models.compact.simulate import Click, careless_box, first_click, next_click, region_at

MEAN, SPREAD = 115.0, 64.0
"""Bytes are shifted and scaled to about unit variance; MEAN is also what lies outside the photograph."""
MOST_CLICKS = 10


@dataclass(frozen=True, slots=True)
class Manners:
    """How the simulated annotator behaves: chances of centre clicks, of a box first, of a look without a click.

    ``blind`` is the chance that a game is played without floods, as the grid is.
    """

    centred: float = 0.5
    boxed: float = 0.3
    idle: float = 0.15
    forget: float = 0.1
    coarse: float = 0.3
    blind: float = 0.25


PATIENT = Manners(centred=1.0, boxed=0.0, idle=0.0, forget=0.0, coarse=0.0, blind=0.0)
"""The validation annotator: always the middle of the largest error."""


def normalise(images: Tensor) -> Tensor:
    """Turn uint8[B, H, W, 3] into what the encoder takes: float[B, 3, H, W], channels last in memory."""
    return (images.permute(0, 3, 1, 2).float() - MEAN) / SPREAD


class Game:
    """One batch in play: true masks, clicks so far, the masks shown last, and what the newest clicks correct."""

    def __init__(self, masks: Tensor, grounds: Sequence[Ground], rng: Generator, manners: Manners) -> None:
        """Begin with ``masks`` uint8[B, S, S], none of them empty, and the ground of each crop."""
        self.target = functional.avg_pool2d(masks[:, None].float(), 2)
        self._true: NDArray[np.bool_] = (self.target[:, 0] > 0.5).cpu().numpy()
        self._rng, self._manners = rng, manners
        count, rows, columns = self._true.shape
        self._clicks = np.full((count, MOST_CLICKS, 3), -1.0, dtype=np.float32)
        self._used = np.zeros(count, dtype=np.int64)
        self._box = np.zeros((count, 1, rows, columns), dtype=np.float32)
        self._flood = np.zeros((count, FLOODS, rows, columns), dtype=np.float32)
        self._grounds = [None if rng.random() < manners.blind else ground for ground in grounds]
        self._device = masks.device
        self.wrong = torch.zeros((count, 1, rows, columns), device=masks.device)
        self.previous = torch.zeros((count, 1, rows, columns), device=masks.device)

    def open(self) -> Prompts:
        """Give the first click of each object, or a careless box."""
        for row, shape in enumerate(self._true):
            true = shape if shape.any() else np.ones_like(shape)
            if self._rng.random() < self._manners.boxed:
                x0, y0, x1, y1 = careless_box(true, self._rng)
                self._box[row, 0, y0:y1, x0:x1] = 1
            else:
                self._add(row, first_click(true, self._rng, self._manners.centred))
        return self._prompts()

    def show(self, logits: Tensor) -> Prompts:
        """Show the answers ``logits`` (float[B, 1, h, w]) and take the next click of each object."""
        shown = logits.detach()
        found = (shown[:, 0] > 0).cpu().numpy()
        wrong = np.zeros_like(self._true)
        for row, true in enumerate(self._true):
            if self._rng.random() < self._manners.idle or self._used[row] >= MOST_CLICKS:
                continue
            click = next_click(true, found[row], self._rng, self._manners.centred)
            if click is not None:
                self._add(row, click)
                wrong[row] = region_at(true, found[row], click)
        self.wrong = torch.from_numpy(wrong[:, None].astype(np.float32)).to(self._device)
        draws = self._rng.random((2, len(self._true)))
        keep = torch.from_numpy((draws[0] >= self._manners.forget).astype(np.float32)).to(shown.device)
        blurred = torch.from_numpy(draws[1] < self._manners.coarse).to(shown.device)
        rough = functional.interpolate(
            functional.avg_pool2d(shown, 4), scale_factor=4.0, mode="bilinear", align_corners=False
        )
        self.previous = torch.where(blurred[:, None, None, None], rough, shown) * keep[:, None, None, None]
        return self._prompts()

    def _add(self, row: int, click: Click) -> None:
        x, y, sign = click
        self._clicks[row, self._used[row]] = (2 * x, 2 * y, sign)
        self._used[row] += 1
        ground = self._grounds[row]
        if ground is not None:
            self._flood[row] = ground.flood(self._clicks[row, : self._used[row]].tolist())

    def _prompts(self) -> Prompts:
        most = max(1, int(self._used.max()))
        clicks = torch.from_numpy(self._clicks[:, :most].copy()).to(self._device)
        box, flood = (torch.from_numpy(part.copy()).to(self._device) for part in (self._box, self._flood))
        return Prompts(clicks, box, self.previous, flood)


def play(network: CompactNet, images: Tensor, game: Game, rounds: int) -> tuple[Tensor, Tensor]:
    """Train on ``rounds`` rounds; return the loss, and the mean IoU of the mask shown in each (float[rounds]).

    Of many rounds only the first and the last two are learned from; the others just lead there.
    """
    features: Features = network.encoder(normalise(images))
    prompts = game.open()
    losses, shown_iou = [], []
    for number in range(rounds):
        learned = number == 0 or number >= rounds - 2
        with torch.set_grad_enabled(learned and torch.is_grad_enabled()):
            answer: Answer = network.decoder(features, prompts)
            loss, overlaps = answer_loss(answer, game.target, prompts.clicks, 0.5 if number == 0 else 1.0, game.wrong)
        if learned:
            losses.append(loss)
        chosen = choose(answer, number)
        shown_iou.append(overlaps.gather(1, chosen[:, None]).mean())
        if number + 1 < rounds:
            prompts = game.show(pick(answer.logits, chosen))
    return torch.stack(losses).mean(), torch.stack(shown_iou)


def judge(network: CompactNet, images: Tensor, game: Game, rounds: int) -> tuple[Tensor, Tensor]:
    """Play without learning; return the IoU of the mask shown (float[rounds, B]) and the score given to it."""
    features: Features = network.encoder(normalise(images))
    prompts = game.open()
    shown, scores = [], []
    for number in range(rounds):
        answer: Answer = network.decoder(features, prompts)
        chosen = choose(answer, number)
        logits = pick(answer.logits, chosen)
        shown.append(hard_iou(logits, game.target)[:, 0])
        scores.append(answer.scores.gather(1, chosen[:, None])[:, 0])
        if number + 1 < rounds:
            prompts = game.show(logits)
    return torch.stack(shown), torch.stack(scores)


def choose(answer: Answer, number: int) -> Tensor:
    """Return int[B]: the mask with the best score in round 0, the settled mask later."""
    if number == 0:
        return answer.scores.argmax(1)
    return torch.zeros(len(answer.scores), dtype=torch.long, device=answer.scores.device)


def pick(logits: Tensor, chosen: Tensor) -> Tensor:
    """Return float[B, 1, h, w]: of each row the mask ``chosen`` (int[B])."""
    return logits[torch.arange(len(logits), device=logits.device), chosen][:, None]
