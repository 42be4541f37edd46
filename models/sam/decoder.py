"""The decoder of the family in two steps: what the network says of its masks, then those masks that are wanted.

The layers are transformers', in the authors' sense; ``twoway.py`` and ``drawing.py`` tell what is arranged anew.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, TypeAlias

import torch
from torch import Tensor

from models.sam.drawing import FINER, Canvas, Fine, laid_out, strokes
from models.sam.latest import Latest
from models.sam.network import Heard
from models.sam.twoway import Ground, TwoWay

PLACES_AT_ONCE = 512
"""Enlarged at once on a processor, so that what each layer leaves for the next, 1 MiB, is still near."""


Refine: TypeAlias = Callable[[Tensor, Tensor, Tensor], Tensor]


@dataclass(frozen=True, slots=True, eq=False)
class _Ready:
    """What masks are drawn of: places ``float32[N, h, w, C]``, tokens, and what each mask's token draws with."""

    places: Tensor
    told: Tensor
    brushes: Tensor
    fine: Fine | None
    refine: Refine | None


class Decoder:
    """A decoder with the weights of transformers' module; ``where`` are the places' positions, ``float32[1, C, h, w]``.

    ``own`` are its own tokens, ``float32[K, C]``: that of the forecast stands at ``forecast``, those of the four masks
    behind it.
    """

    def __init__(self, decoder: Any, where: Tensor, own: Tensor, *, forecast: int = 0, margin: int = 0) -> None:
        """Arrange the weights; ``margin`` is how many places around them must be drawn to refine some."""
        self._decoder = decoder
        self._side = where.shape[-1]
        self._own = own
        self._forecast = forecast
        self._margin = margin
        self._canvas = Canvas(decoder)
        self._two_way = TwoWay(decoder.transformer, _listed(where))
        self._grounds = Latest[Ground]()

    def hear(
        self,
        image: Tensor,
        dense: Tensor,
        sparse: Tensor | None,
        which: range,
        fine: Fine | None = None,
        *,
        plain: bool,
        refine: Refine | None = None,
    ) -> Heard:
        """Ask N prompts, ``sparse`` ``float32[1, N, T, C]``, of an image, ``float32[1, C, h, w]``.

        ``dense`` is added to the image, and the same for all images if ``plain``; ``which`` masks are forecast and can
        be drawn (0 is the settled one). ``refine`` changes logits ``float32[n, masks, h, w]`` by what they were drawn
        on, ``float32[n, h / 4, w / 4, 16, C / 8]``, and by the tokens.
        """
        ground = self._prepared(image, dense, plain=plain)
        tokens = self._own[None]
        if sparse is not None:
            tokens = torch.cat([self._own.expand(sparse.shape[1], -1, -1), sparse[0]], dim=1)
        told, places = self._two_way.run(ground, tokens)
        places = places.view(len(places), self._side, self._side, -1)
        scores = self._decoder.iou_prediction_head(told[:, self._forecast])[:, which.start : which.stop]
        brushes = strokes(self._decoder, told[:, self._forecast + 1 :], which)

        def draw(picked: Tensor, rows: int, columns: int) -> Tensor:
            return self._drawn(picked, rows, columns, _Ready(places, told, brushes, fine, refine))

        return Heard(scores, draw)

    def _drawn(self, picked: Tensor, rows: int, columns: int, ready: _Ready) -> Tensor:
        high, wide = (min(-(-side // FINER), self._side) for side in (rows, columns))
        across = min(wide + self._margin, self._side)
        masks = ready.brushes.shape[1]
        found = ready.brushes.new_empty((len(picked), FINER * high, FINER * wide))
        begin = 0
        for prompts, count in _groups(picked // masks):
            numbers = picked[begin : begin + count]
            chosen = torch.searchsorted(prompts, numbers // masks) * masks + numbers % masks
            for top, bottom in self._bands(high):
                logits = self._band(prompts, top, min(bottom + self._margin, self._side), across, ready)
                kept = logits.flatten(0, 1)[chosen, : FINER * (bottom - top), : FINER * wide]
                found[begin : begin + count, FINER * top : FINER * bottom] = kept
            begin += count
        return found[:, :rows, :columns]

    def _band(self, prompts: Tensor, top: int, bottom: int, across: int, ready: _Ready) -> Tensor:
        seen = None if ready.fine is None else ready.fine.part(top, bottom, across)
        canvas = self._canvas.finer(ready.places[prompts, top:bottom, :across], seen)
        logits = ready.brushes[prompts] @ canvas.flatten(1, 3).transpose(1, 2)
        logits = laid_out(logits.reshape(-1, *canvas.shape[1:4]))
        logits = logits.view(len(prompts), -1, *logits.shape[1:])
        return logits if ready.refine is None else ready.refine(logits, canvas, ready.told[prompts])

    def _bands(self, high: int) -> Iterator[tuple[int, int]]:
        near = self._own.device.type == "cpu" and not self._margin
        step = max(1, PLACES_AT_ONCE // self._side) if near else high
        return ((top, min(top + step, high)) for top in range(0, high, step))

    def _prepared(self, image: Tensor, dense: Tensor, *, plain: bool) -> Ground:
        """Return the image's part of the work; that of the last image without a mask prompt is kept."""
        if not plain:
            return self._two_way.ground(_listed(image + dense))
        return self._grounds.of(image, lambda: self._two_way.ground(_listed(image + dense)))


def _groups(prompts: Tensor) -> Iterator[tuple[Tensor, int]]:
    """Return which prompts are drawn at once and how many masks that are: one by one on a processor, else all."""
    numbers, counts = torch.unique_consecutive(prompts, return_counts=True)
    if prompts.device.type != "cpu":
        yield numbers, len(prompts)
        return
    yield from zip(numbers.split(1), counts.tolist(), strict=True)


def _listed(level: Tensor) -> Tensor:
    """Turn ``[1, C, h, w]`` into ``[h w, C]``."""
    return level[0].flatten(1).T.contiguous()
