"""What the network sees: a glance from the whole-image features, or a closer look at a crop."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from models import device as devices
from models.compact.flood import FLOODS, Ground
from models.compact.frames import Frame, clicks_in, cut, sample, shrink
from models.compact.network import FEATURE_STRIDES, STRIDE, CompactNet, Features, Prompts
from models.compact.quick import quickened
from models.compact.rounds import MEAN, normalise

SIDE = 128
"""Side of the window that the network answers in."""
LOOK_SIDE = 192
"""Side of a crop that is looked at again."""
PASSES = 2
"""How often a crop is answered, each time with the settled mask of the time before: a second pass tidies up."""
LEVELS = (128, 256, 512)
"""Longest sides at which the whole image is encoded, for glances at large, middling and small objects."""
OUTSIDE = -8.0
"""Logit of everything beyond the window."""
BATCH = 64

Click = tuple[float, float, bool]


@dataclass(frozen=True, slots=True, eq=False)
class CompactEmbedding:
    """The image's size, a picture of at most WORK_SIDE to look at again, and features (float16) at each level.

    ``levels``: for each of LEVELS the arrays float16[C, h, w] at FEATURE_STRIDES.
    """

    height: int
    width: int
    work: NDArray[np.uint8]
    levels: tuple[tuple[NDArray[np.float16], ...], ...]

    @property
    def nbytes(self) -> int:
        """Memory held by the arrays."""
        return self.work.nbytes + sum(part.nbytes for level in self.levels for part in level)

    def scale(self, level: int) -> float:
        """Return pixels of ``level`` for one pixel of the image."""
        return min(1.0, LEVELS[level] / max(self.height, self.width))


@dataclass(frozen=True, slots=True, eq=False)
class Sight:
    """One mask seen: ``logits`` float32[h, w] inside ``frame``, predicted IoU, and whether it is the settled one."""

    frame: Frame
    logits: NDArray[np.float32]
    score: float
    settled: bool


@dataclass(frozen=True, slots=True, eq=False)
class Look:
    """One question: clicks and box in image pixels, ``previous`` float32[h, w] over the whole image."""

    frame: Frame
    clicks: tuple[Click, ...]
    box: tuple[float, float, float, float] | None = None
    previous: NDArray[np.float32] | None = None


class Eye:
    """The network with its device; turns frames and clicks into tensors and answers into ``Sight``."""

    def __init__(self, network: CompactNet, device: torch.device) -> None:
        """Ask a copy of ``network``, which must be in evaluation mode on ``device``."""
        self._network = quickened(network, bfloat=devices.multiplies_bfloat(device))
        self._device = device

    def embed(self, image: NDArray[np.uint8]) -> CompactEmbedding:
        """Encode ``uint8[H, W, 3]`` at every level."""
        work = shrink(image)
        height, width = int(image.shape[0]), int(image.shape[1])
        with torch.inference_mode(), devices.memory_errors(self._device), devices.learned_precision(self._device):
            levels = tuple(self._level(work, longest, height, width) for longest in LEVELS)
        return CompactEmbedding(height, width, work, levels)

    def glance(
        self, own: CompactEmbedding, level: int, clicks: Sequence[Click], *, flooded: bool = True
    ) -> list[list[Sight]]:
        """Answer each click alone from the features of ``level``; four sights a click.

        Not ``flooded`` is quicker and a little worse: for many clicks at once.
        """
        asked = [(level, click) for click in clicks]
        return self._glances(own, asked, flooded=flooded)

    def glance_around(self, own: CompactEmbedding, click: Click) -> list[Sight]:
        """Answer a click from the features of every level that shows something new, all at once."""
        levels = [n for n in range(len(LEVELS)) if n == 0 or own.scale(n) > own.scale(n - 1)]
        return [sight for sights in self._glances(own, [(n, click) for n in levels], flooded=True) for sight in sights]

    def _glances(
        self, own: CompactEmbedding, asked: Sequence[tuple[int, Click]], *, flooded: bool
    ) -> list[list[Sight]]:
        found: list[list[Sight]] = []
        wanted = {level for level, _ in asked}
        kept = {n: [torch.from_numpy(part).to(self._device) for part in own.levels[n]] for n in wanted}
        for start in range(0, len(asked), BATCH):
            some = asked[start : start + BATCH]
            places = [self._window(own, level, click) for level, click in some]
            parts = [
                torch.stack(
                    [
                        _cut_features(kept[level][n], x, y, SIDE, stride)
                        for (level, _), (x, y, _) in zip(some, places, strict=True)
                    ]
                ).float()
                for n, stride in enumerate(FEATURE_STRIDES)
            ]
            features = Features(*(part.contiguous(memory_format=torch.channels_last) for part in parts))
            looks = [Look(frame, (click,)) for (_, _, frame), (_, click) in zip(places, some, strict=True)]
            crops = [_seen(own, look.frame) for look in looks] if flooded else []
            found += self._answer(features, own, looks, crops)
        return found

    def look(
        self,
        own: CompactEmbedding,
        looks: Sequence[Look],
        *,
        side: int = LOOK_SIDE,
        passes: int = PASSES,
        flooded: bool = True,
    ) -> list[list[Sight]]:
        """Answer each question from a fresh crop of the picture, ``side`` pixels wide; four sights a question."""
        found: list[list[Sight]] = []
        for start in range(0, len(looks), BATCH):
            some = looks[start : start + BATCH]
            crops = np.stack([cut(own.work, look.frame, own.height, own.width, (side, side)) for look in some])
            with torch.inference_mode(), devices.memory_errors(self._device), devices.learned_precision(self._device):
                features = self._network.encoder(normalise(torch.from_numpy(crops).to(self._device)))
            found += self._answer(features, own, some, list(crops) if flooded else (), passes=passes)
        return found

    def _answer(
        self,
        features: Features,
        own: CompactEmbedding,
        looks: Sequence[Look],
        crops: Sequence[NDArray[np.uint8]],
        *,
        passes: int = 1,
    ) -> list[list[Sight]]:
        half = int(features.two.shape[-1])
        inside = [clicks_in(look.frame, look.clicks, 2 * half) for look in looks]
        clicks = np.full((len(looks), max(1, *(len(some) for some in inside)), 3), -1, dtype=np.float32)
        box = np.zeros((len(looks), 1, half, half), dtype=np.float32)
        previous = np.zeros((len(looks), 1, half, half), dtype=np.float32)
        flood = np.zeros((len(looks), FLOODS, half, half), dtype=np.float32)
        for row, (look, some) in enumerate(zip(looks, inside, strict=True)):
            for column, click in enumerate(some):
                clicks[row, column] = click
            if look.box is not None:
                box[row, 0] = box_map(look.box, look.frame, half)
            if look.previous is not None:
                previous[row, 0] = sample(look.previous, look.frame, own.height, own.width, (half, half), OUTSIDE)
        for row, crop in enumerate(crops):
            # Without a click inside nothing is flooded, and cutting a crop into regions costs as much as looking at it.
            if any(sign > 0 for _, _, sign in inside[row]):
                flood[row] = Ground(crop).flood(inside[row])
        asked = Prompts(*(torch.from_numpy(part).to(self._device) for part in (clicks, box, previous, flood)))
        with torch.inference_mode(), devices.memory_errors(self._device), devices.learned_precision(self._device):
            answer = self._network.decoder(features, asked)
            for _ in range(passes - 1):
                asked = asked._replace(previous=answer.logits[:, :1])
                answer = self._network.decoder(features, asked)
        logits, scores = answer.logits.float().cpu().numpy(), answer.scores.float().cpu().numpy()
        return [
            [Sight(look.frame, logits[row, n], float(scores[row, n]), n == 0) for n in range(logits.shape[1])]
            for row, look in enumerate(looks)
        ]

    def _level(self, work: NDArray[np.uint8], longest: int, height: int, width: int) -> tuple[NDArray[np.float16], ...]:
        """Encode ``work`` with the image's longest side at ``longest``, padded to multiples of STRIDE."""
        scale = min(1.0, longest / max(height, width))
        wide, high = max(1, round(width * scale)), max(1, round(height * scale))
        small = cut(work, Frame(0, 0, width, height), height, width, (high, wide))
        padded = np.full((_padded(high), _padded(wide), 3), int(MEAN), dtype=np.uint8)
        padded[:high, :wide] = small
        features: Features = self._network.encoder(normalise(torch.from_numpy(padded[None]).to(self._device)))
        return tuple(part[0].to(torch.float16).contiguous().cpu().numpy() for part in features)

    def _window(self, own: CompactEmbedding, level: int, click: Click) -> tuple[int, int, Frame]:
        """Return the window's corner at ``level``, a multiple of STRIDE, and its frame in image pixels."""
        scale = own.scale(level)
        rows, columns = (2 * side for side in own.levels[level][0].shape[1:])
        x = _corner(click[0] * scale, columns)
        y = _corner(click[1] * scale, rows)
        return x, y, Frame(x / scale, y / scale, (x + SIDE) / scale, (y + SIDE) / scale)


def _seen(own: CompactEmbedding, frame: Frame) -> NDArray[np.uint8]:
    return cut(own.work, frame, own.height, own.width, (SIDE, SIDE))


def _padded(side: int) -> int:
    return max(SIDE, -(-side // STRIDE) * STRIDE)


def _corner(at: float, room: int) -> int:
    return min(max(round((at - SIDE / 2) / STRIDE) * STRIDE, 0), room - SIDE)


def _cut_features(part: Tensor, x: int, y: int, side: int, stride: int) -> Tensor:
    return part[:, y // stride : (y + side) // stride, x // stride : (x + side) // stride]


def box_map(box: tuple[float, float, float, float], frame: Frame, side: int) -> NDArray[np.float32]:
    """Return float32[side, side], 1 where a pixel's middle lies in ``box``."""
    x = frame.x0 + (np.arange(side) + 0.5) * frame.width / side
    y = frame.y0 + (np.arange(side) + 0.5) * frame.height / side
    across, down = (x >= box[0]) & (x < box[2]), (y >= box[1]) & (y < box[3])
    return (down[:, None] & across[None, :]).astype(np.float32)
