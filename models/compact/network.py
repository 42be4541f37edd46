"""The network: an encoder of the picture alone, and a light decoder that meets every click at stride 4."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional

from models.compact.flood import FLOODS
from models.compact.geodesic import NEARNESS, nearness

SPREADS = (3.0, 8.0, 24.0)
"""Widths, in input pixels, of the Gaussian drawn at a click; the smallest pins the click."""
STRIDE = 16
"""Input sides must be multiples of it."""


@dataclass(frozen=True, slots=True)
class NetSize:
    """How wide and deep the network is; ``TINY`` serves the tests."""

    stem: int = 32
    encoder: tuple[int, int, int] = (64, 128, 256)
    depth: tuple[int, int, int] = (2, 3, 3)
    decoder: tuple[int, int, int] = (64, 96, 128)
    likeness: int = 32


FULL = NetSize()
TINY = NetSize(stem=8, encoder=(8, 16, 16), depth=(1, 1, 1), decoder=(8, 16, 16), likeness=8)


class Features(NamedTuple):
    """What the encoder finds: float[B, C, h, w] at FEATURE_STRIDES, all that a prompt needs; ``colour`` as it came."""

    two: Tensor
    four: Tensor
    eight: Tensor
    sixteen: Tensor
    colour: Tensor


FEATURE_STRIDES = (2, 4, 8, 16, 4)
"""Stride of each of ``Features``."""


class Prompts(NamedTuple):
    """Prompts of a batch in input pixels.

    ``clicks`` float[B, N, 3]: x, y, and 1 inside, 0 outside, -1 for no click; ``box`` float[B, 1, h, w] at stride 2, 1
    inside the box (all zero for none); ``previous`` float[B, 1, h, w] logits at stride 2 (all zero for none); ``flood``
    float[B, FLOODS, h, w] at stride 2, see ``flood.Ground`` (all zero for not asked).
    """

    clicks: Tensor
    box: Tensor
    previous: Tensor
    flood: Tensor


class Answer(NamedTuple):
    """``logits`` float[B, 4, h, w] at stride 2: one settled mask, then three guesses; ``scores`` float[B, 4]: IoU."""

    logits: Tensor
    scores: Tensor


class CompactNet(nn.Module):
    """Encoder and decoder; batch norm only where no prompt has been seen, layer norm after."""

    def __init__(self, size: NetSize = FULL) -> None:
        """Make a network with fresh weights."""
        super().__init__()
        self.size = size
        self.encoder = Encoder(size)
        self.decoder = Decoder(size)

    def forward(self, image: Tensor, prompts: Prompts) -> Answer:
        """Answer ``prompts`` about ``image`` (float[B, 3, H, W], normalised)."""
        answer: Answer = self.decoder(self.encoder(image), prompts)
        return answer


class Encoder(nn.Module):
    """Dense 3x3 residual stages and a neck that brings the deep ones back to stride 4."""

    def __init__(self, size: NetSize) -> None:
        """Make the stages that ``size`` describes."""
        super().__init__()
        a, b, c = size.encoder
        self.stem = _conv_norm(3, size.stem, stride=2)
        self.stage4 = nn.Sequential(_conv_norm(size.stem, a, stride=2), *(Residual(a) for _ in range(size.depth[0])))
        self.stage8 = nn.Sequential(_conv_norm(a, b, stride=2), *(Residual(b) for _ in range(size.depth[1])))
        self.stage16 = nn.Sequential(_conv_norm(b, c, stride=2), *(Residual(c) for _ in range(size.depth[2])))
        self.neck16 = nn.Conv2d(c, b, 1)
        self.neck8 = nn.Conv2d(b, a, 1)
        self.smooth = _conv_norm(a, a)

    def forward(self, image: Tensor) -> Features:
        """Return the features of ``image`` (float[B, 3, H, W], sides multiples of STRIDE)."""
        two = self.stem(image)
        four = self.stage4(two)
        eight = self.stage8(four)
        sixteen = self.stage16(eight)
        eight = eight + _twice(self.neck16(sixteen))
        four = self.smooth(four + _twice(self.neck8(eight)))
        return Features(two, four, eight, sixteen, functional.avg_pool2d(image, 4))


class Residual(nn.Module):
    """Two 3x3 convolutions with batch norm around a shortcut."""

    def __init__(self, width: int) -> None:
        """Make a block of ``width`` channels."""
        super().__init__()
        self.first = _conv_norm(width, width)
        self.second = nn.Sequential(nn.Conv2d(width, width, 3, padding=1, bias=False), nn.BatchNorm2d(width))

    def forward(self, x: Tensor) -> Tensor:
        """Return float[B, width, h, w]."""
        return functional.relu(x + self.second(self.first(x)))


class Decoder(nn.Module):
    """A small U over strides 4, 8 and 16 that sees features, clicks, likeness and the last mask together."""

    def __init__(self, size: NetSize) -> None:
        """Make the decoder that ``size`` describes."""
        super().__init__()
        a, b, c = size.encoder
        d4, d8, d16 = size.decoder
        maps = 2 * len(SPREADS) + 2 + 3 + FLOODS + 2 * len(NEARNESS)
        self.likeness = nn.Conv2d(a, size.likeness, 1)
        self.enter = nn.Conv2d(a + maps, d4, 3, padding=1)
        self.fine = Block(d4)
        self.down8 = nn.Conv2d(d4, d8, 3, stride=2, padding=1)
        self.from8 = nn.Conv2d(b, d8, 1)
        self.middle = nn.Sequential(Block(d8), Block(d8))
        self.down16 = nn.Conv2d(d8, d16, 3, stride=2, padding=1)
        self.from16 = nn.Conv2d(c, d16, 1)
        self.coarse = nn.Sequential(Block(d16), Block(d16))
        self.context = nn.Linear(d16, d16)
        self.up8 = nn.Conv2d(d16, d8, 1)
        self.middle_up = Block(d8)
        self.up4 = nn.Conv2d(d8, d4, 1)
        self.fine_up = Block(d4)
        self.to2 = nn.Conv2d(d4, size.stem, 3, padding=1)
        self.from2 = nn.Conv2d(size.stem + 5 + FLOODS, size.stem, 3, padding=1)
        self.last = nn.Conv2d(size.stem, size.stem, 3, padding=1)
        self.masks = nn.Conv2d(size.stem, 4, 1)
        self.judge = nn.Sequential(nn.Linear(2 * d4 + 4, 64), nn.ReLU(), nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 1))

    def forward(self, features: Features, prompts: Prompts) -> Answer:
        """Answer one prompt set for each row of ``features``."""
        two, four = features.two, features.four
        spots2 = draw_clicks(prompts.clicks, two.shape[-2:], 2, SPREADS[:1]).to(two.dtype)
        spots4 = draw_clicks(prompts.clicks, four.shape[-2:], 4, SPREADS).to(four.dtype)
        past = torch.cat(
            [torch.tanh(prompts.previous / 4), prompts.previous.ne(0).float(), prompts.box, prompts.flood], 1
        )
        past2 = past.to(two.dtype)
        past4 = functional.avg_pool2d(past, 2).to(four.dtype)
        like = likeness(self.likeness(four), prompts.clicks).to(four.dtype)
        near = nearness(features.colour, prompts.clicks).to(four.dtype)
        x4 = self.fine(self.enter(torch.cat([four, spots4, like, past4, near], 1)))
        x8 = self.middle(self.down8(x4) + self.from8(features.eight))
        x16 = self.coarse(self.down16(x8) + self.from16(features.sixteen))
        x16 = x16 + self.context(x16.mean((2, 3)))[:, :, None, None]
        x8 = self.middle_up(x8 + _twice(self.up8(x16)))
        x4 = self.fine_up(x4 + _twice(self.up4(x8)))
        x2 = _twice(self.to2(x4)) + self.from2(torch.cat([two, spots2, past2], 1))
        logits = self.masks(functional.relu(self.last(functional.relu(x2)))).float()
        return Answer(logits, self._scores(x4.float(), logits.detach()))

    def _scores(self, x4: Tensor, logits: Tensor) -> Tensor:
        """Judge each mask by the features under it and by how sure and how large it is."""
        chance = torch.sigmoid(functional.avg_pool2d(logits, 2))
        weight = chance.flatten(2)
        area = weight.sum(2, keepdim=True)
        flat = x4.flatten(2).transpose(1, 2)
        under = torch.bmm(weight, flat) / (area + 1)
        mean = flat.mean(1, keepdim=True).expand(-1, 4, -1)
        sure = (weight * weight).sum(2, keepdim=True) / (area + 1e-3)
        over = (chance > 0.5).float().flatten(2).mean(2, keepdim=True)
        rim = torch.cat([chance[:, :, 0], chance[:, :, -1], chance[..., 0], chance[..., -1]], -1).mean(-1, keepdim=True)
        size = area / weight.shape[2]
        judged: Tensor = self.judge(torch.cat([under, mean, sure, over, rim, size], -1)).squeeze(-1)
        return torch.sigmoid(judged)


class Block(nn.Module):
    """A residual block with one layer norm over the channels, so that no prompt's answer depends on another's."""

    def __init__(self, width: int) -> None:
        """Make a block of ``width`` channels."""
        super().__init__()
        self.norm = nn.LayerNorm(width)
        self.first = nn.Conv2d(width, width, 3, padding=1)
        self.second = nn.Conv2d(width, width, 3, padding=1)
        nn.init.zeros_(self.second.weight)

    def forward(self, x: Tensor) -> Tensor:
        """Return float[B, width, h, w]."""
        y = self.norm(x.permute(0, 2, 3, 1)).permute(0, 3, 1, 2)
        out: Tensor = x + self.second(functional.relu(self.first(functional.relu(y))))
        return out


def placed(network: CompactNet, device: torch.device) -> CompactNet:
    """Move ``network`` to ``device`` in the memory layout in which its convolutions are quickest."""
    network.to(device).to(memory_format=torch.channels_last)  # type: ignore[call-overload]  # torch types lack this one
    return network


def draw_clicks(clicks: Tensor, shape: tuple[int, int] | torch.Size, stride: int, spreads: tuple[float, ...]) -> Tensor:
    """Return float[B, 2 * len(spreads), h, w]: Gaussians at the clicks, inside first; ``clicks`` in input pixels."""
    y = (torch.arange(shape[0], device=clicks.device) + 0.5) * stride
    x = (torch.arange(shape[1], device=clicks.device) + 0.5) * stride
    far_x = (x[None, None, :] - clicks[:, :, 0:1]) ** 2
    far_y = (y[None, None, :] - clicks[:, :, 1:2]) ** 2
    drawn = []
    for sign in (1, 0):
        there = (clicks[:, :, 2] == sign).float()[:, :, None]
        for spread in spreads:
            across = torch.exp(far_x / (-2 * spread**2)) * there
            down = torch.exp(far_y / (-2 * spread**2))
            drawn.append((down[:, :, :, None] * across[:, :, None, :]).amax(1))
    return torch.stack(drawn, 1)


def likeness(features: Tensor, clicks: Tensor) -> Tensor:
    """Return float[B, 2, h, w]: greatest cosine to the feature under an inside click, and under an outside click.

    ``features`` float[B, C, h, w] at stride 4. Where there is no such click the map is 0.
    """
    batch, channels, rows, columns = features.shape
    unit = functional.normalize(features.float(), dim=1).flatten(2)
    column = (clicks[:, :, 0] / 4).long().clamp(0, columns - 1)
    row = (clicks[:, :, 1] / 4).long().clamp(0, rows - 1)
    index = (row * columns + column)[:, None, :].expand(-1, channels, -1)
    cosine = torch.bmm(unit.gather(2, index).transpose(1, 2), unit)
    maps = []
    for sign in (1, 0):
        there = clicks[:, :, 2] == sign
        best = cosine.masked_fill(~there[:, :, None], -2.0).amax(1)
        maps.append(torch.where(there.any(1)[:, None], best, torch.zeros_like(best)))
    return torch.stack(maps, 1).view(batch, 2, rows, columns)


def _conv_norm(width_in: int, width_out: int, *, stride: int = 1) -> nn.Sequential:
    conv = nn.Conv2d(width_in, width_out, 3, stride=stride, padding=1, bias=False)
    return nn.Sequential(conv, nn.BatchNorm2d(width_out), nn.ReLU())


def _twice(x: Tensor) -> Tensor:
    return functional.interpolate(x, scale_factor=2.0, mode="bilinear", align_corners=False)
