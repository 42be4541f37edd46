from __future__ import annotations

import numpy as np
import pytest
import torch

from models import masks
from models.sam import shapes as module
from models.sam.answers import stability
from models.sam.frame import Padded, Stretched
from models.sam.shapes import Shape, part, shapes

SIDE = 32
SIZES = [(97, 131), (40, 400), (300, 77), (700, 500), (13, 9)]


def frames():
    for height, width in SIZES:
        yield Padded.around(height, width, 4 * SIDE)
        yield Stretched(height, width, 4 * SIDE, 4 * SIDE, 4 * SIDE)


def blobs(count: int = 12) -> torch.Tensor:
    """Logits with a few bumps, so that some masks are small, some touch the edges and the first has no pixel."""
    draw = torch.Generator().manual_seed(3)
    y, x = torch.meshgrid(torch.arange(SIDE), torch.arange(SIDE), indexing="ij")
    found = torch.full((count, SIDE, SIDE), -6.0)
    for number in range(1, count):
        for _ in range(3):
            cy, cx, r = (torch.rand(3, generator=draw) * torch.tensor([SIDE, SIDE, 7])).tolist()
            found[number] = torch.maximum(found[number], 4 * (r - ((y - cy) ** 2 + (x - cx) ** 2).sqrt()).clamp(-2, 3))
    return found


@pytest.mark.parametrize("frame", list(frames()), ids=lambda it: f"{type(it).__name__}{it.height}x{it.width}")
@pytest.mark.parametrize("way", ["shapes", "_all_at_once"])
def test_the_same_mask_as_if_everything_were_enlarged(frame, way):
    logits = blobs()
    large = frame.enlarge(logits)
    wanted, steady = (large > 0).numpy(), stability(large, 1).nan_to_num(0)
    rows, columns = part(frame, SIDE)
    drawn = list(getattr(module, way)(frame, logits[:, :rows, :columns], SIDE, 1.0))
    assert not wanted[0].any()
    for shape, mask, sure in zip(drawn, wanted, steady.tolist(), strict=True):
        # A pixel whose logit is 0 but for rounding may fall to either side.
        assert np.count_nonzero(shape.mask() != mask) <= 2
        assert shape.area == np.count_nonzero(shape.mask())
        assert shape.stability == pytest.approx(sure, abs=3 / max(1, mask.sum()))
        assert shape.rle() == masks.encode(shape.mask())


def test_a_large_picture_is_enlarged_in_pieces(monkeypatch):
    frame = Padded.around(300, 200, 4 * SIDE)
    rows, columns = part(frame, SIDE)
    logits = blobs()[:, :rows, :columns]
    whole = [shape.rle() for shape in shapes(frame, logits, SIDE, 1.0)]
    monkeypatch.setattr(module, "PIXELS_AT_ONCE", 1000)
    assert [shape.rle() for shape in shapes(frame, logits, SIDE, 1.0)] == whole


def test_what_lies_beyond_the_image_does_not_count():
    frame = Padded.around(30, 60, 4 * SIDE)
    rows, columns = part(frame, SIDE)
    assert (rows, columns) == (17, 32)
    logits = torch.full((1, SIDE, SIDE), -5.0)
    logits[0, rows:] = 20
    (shape,) = shapes(frame, logits[:, :rows], SIDE, 1.0)
    assert (shape.area, shape.stability) == (0, 0.0)
    assert shape.rle() == masks.encode(np.zeros((30, 60), dtype=bool))
    assert not (frame.enlarge(logits) > 0).any() or rows < SIDE


@pytest.mark.parametrize("columns", [(0, 3), (4, 7), (2, 5)])
def test_a_shape_at_the_sides_is_coded_as_its_mask(columns):
    left, right = columns
    slab = torch.ones((right - left, 4), dtype=torch.bool)
    slab[0, 0] = left > 0
    shape = Shape(4, 7, left, slab, int(slab.sum()), 1.0)
    assert shape.rle() == masks.encode(shape.mask())
