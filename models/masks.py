"""The one mask codec: COCO RLE <-> boolean array <-> polygons with holes and several parts.

Arrays are ``bool[H, W]``, origin top-left. Boxes are COCO's ``(x, y, w, h)`` in pixels. The run-length code is COCO's
(column-major, compressed to ASCII bytes), so that what we store is what pycocotools reads.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import cv2
import numpy as np
import shapely
from numpy.typing import NDArray
from pycocotools import mask as coco_mask

BoolMask: TypeAlias = NDArray[np.bool_]
Box: TypeAlias = tuple[float, float, float, float]
Ring: TypeAlias = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Rle:
    """A mask in COCO's compressed run-length code; ``counts`` are the ASCII bytes, size in pixels."""

    height: int
    width: int
    counts: bytes

    def to_coco(self) -> dict[str, Any]:
        """Return pycocotools' form: ``{"size": [h, w], "counts": bytes}``."""
        return {"size": [self.height, self.width], "counts": self.counts}


@dataclass(frozen=True, slots=True, eq=False)
class Polygon:
    """One outer ring and its holes; rings are ``float64[N, 2]`` x, y in image pixels, not closed, N >= 3."""

    outer: Ring
    holes: tuple[Ring, ...] = ()


def encode(mask: BoolMask) -> Rle:
    """Encode ``bool[H, W]`` losslessly."""
    if mask.ndim != 2:
        raise ValueError(f"a mask has two dimensions, got shape {mask.shape}")
    coded = coco_mask.encode(np.asfortranarray(mask, dtype=np.uint8))
    return Rle(int(mask.shape[0]), int(mask.shape[1]), coded["counts"])


def decode(rle: Rle) -> BoolMask:
    """Decode to ``bool[H, W]`` (Fortran order, as the code runs down the columns)."""
    decoded: BoolMask = coco_mask.decode(rle.to_coco()).view(np.bool_)
    return decoded


def from_counts(height: int, width: int, counts: Sequence[int]) -> Rle:
    """Compress COCO's uncompressed form (alternating run lengths, background first).

    Raises ValueError if a run is negative or the runs do not fill ``height * width`` pixels.
    """
    if any(int(run) != run or run < 0 for run in counts):
        raise ValueError("run lengths must be whole and not negative")
    if sum(counts) != height * width:
        raise ValueError(f"runs cover {sum(counts)} pixels, the image has {height * width}")
    coded = coco_mask.frPyObjects({"size": [height, width], "counts": [int(run) for run in counts]}, height, width)
    return Rle(height, width, coded["counts"])


def runs(rle: Rle) -> list[int]:
    """Return the alternating run lengths (background first) of a compressed code.

    Raises ValueError if the bytes are no run-length code. COCO packs 5 bits a character, least significant first,
    bit 0x20 marks "more follows", and from the fourth run on the difference to the run two before is stored.
    """
    out: list[int] = []
    data, position, length = rle.counts, 0, len(rle.counts)
    while position < length:
        value, shift, more = 0, 0, True
        while more:
            if position >= length:
                raise ValueError("run-length code ends in the middle of a number")
            char = data[position] - 48
            if not 0 <= char < 64:
                raise ValueError("run-length code holds a character outside its alphabet")
            value |= (char & 0x1F) << shift
            more = bool(char & 0x20)
            position += 1
            shift += 5
            if not more and char & 0x10:
                value -= 1 << shift
        if len(out) > 2:
            value += out[-2]
        out.append(value)
    return out


def check(rle: Rle) -> None:
    """Raise ValueError unless ``counts`` is a whole code that fills exactly ``height * width`` pixels."""
    lengths = runs(rle)
    if any(run < 0 for run in lengths):
        raise ValueError("run-length code holds a negative run")
    if sum(lengths) != rle.height * rle.width:
        raise ValueError(f"run-length code covers {sum(lengths)} pixels, the mask has {rle.height * rle.width}")


def area(rle: Rle) -> int:
    """Count the foreground pixels."""
    return int(coco_mask.area(rle.to_coco()))


def bbox(rle: Rle) -> Box:
    """Return the tight box ``(x, y, w, h)``; all zeros for an empty mask."""
    x, y, w, h = coco_mask.toBbox(rle.to_coco())
    return float(x), float(y), float(w), float(h)


def iou(first: Sequence[Rle], second: Sequence[Rle]) -> NDArray[np.float64]:
    """Return ``float64[len(first), len(second)]`` intersections over unions of masks of one size."""
    if not first or not second:
        return np.zeros((len(first), len(second)))
    found = coco_mask.iou([r.to_coco() for r in first], [r.to_coco() for r in second], [0] * len(second))
    return np.asarray(found, dtype=np.float64).reshape(len(first), len(second))


def union(rles: Iterable[Rle]) -> Rle:
    """Return the union of masks of one size (at least one)."""
    return _merge(list(rles), intersect=False)


def intersection(rles: Iterable[Rle]) -> Rle:
    """Return the intersection of masks of one size (at least one)."""
    return _merge(list(rles), intersect=True)


def _merge(rles: list[Rle], *, intersect: bool) -> Rle:
    if not rles:
        raise ValueError("nothing to merge")
    if any((r.height, r.width) != (rles[0].height, rles[0].width) for r in rles):
        raise ValueError("masks of different sizes cannot be merged")
    merged = coco_mask.merge([r.to_coco() for r in rles], intersect)
    return Rle(rles[0].height, rles[0].width, merged["counts"])


def crop(mask: NDArray[Any], box: tuple[int, int, int, int]) -> NDArray[Any]:
    """Return the part of ``mask`` inside ``(x0, y0, x1, y1)``, clipped to the array."""
    x0, y0, x1, y1 = box
    return mask[max(y0, 0) : max(y1, 0), max(x0, 0) : max(x1, 0)]


def paste(part: BoolMask, *, x: int, y: int, height: int, width: int) -> BoolMask:
    """Return an empty ``bool[height, width]`` with ``part`` at ``(x, y)``; what sticks out is cut off."""
    out = np.zeros((height, width), dtype=np.bool_)
    x0, y0 = max(x, 0), max(y, 0)
    x1, y1 = min(x + part.shape[1], width), min(y + part.shape[0], height)
    if x1 > x0 and y1 > y0:
        out[y0:y1, x0:x1] = part[y0 - y : y1 - y, x0 - x : x1 - x]
    return out
