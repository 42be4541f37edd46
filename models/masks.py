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
from numpy.typing import NDArray
from pycocotools import mask as coco_mask

from models import rings
from models.runlengths import read_runs

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
    if mask.flags.f_contiguous or not mask.size:
        plain = np.asfortranarray(mask, dtype=np.uint8)
    else:
        # OpenCV turns rows into columns in blocks, several times quicker than numpy does.
        plain = np.asarray(cv2.transpose(np.ascontiguousarray(mask, dtype=np.uint8)), dtype=np.uint8).T
    coded = coco_mask.encode(plain)
    return Rle(int(mask.shape[0]), int(mask.shape[1]), coded["counts"])


def encode_part(part: BoolMask, *, x: int, y: int, height: int, width: int) -> Rle:
    """Encode an empty mask of ``height`` x ``width`` with ``part`` (bool[h, w], wholly inside) at ``(x, y)``.

    The same code as ``encode(paste(...))``, without an array of the image's size. Raises ValueError beyond the image.
    """
    rows, columns = part.shape
    if x < 0 or y < 0 or x + columns > width or y + rows > height:
        raise ValueError("the part reaches beyond the mask")
    turned = np.zeros((columns, rows + 2), dtype=np.int8)
    turned[:, 1:-1] = part.T
    column, row = np.nonzero(np.diff(turned, axis=1))
    edges = (x + column) * height + y + row
    # A run that goes on at the top of the next column ends and begins at one place.
    going_on = np.flatnonzero((edges[1:] == edges[:-1]) & (np.arange(edges.size - 1) % 2 == 1)) if edges.size else edges
    edges = np.delete(edges, np.concatenate([going_on, going_on + 1]).astype(np.int64))
    lengths = np.diff(edges, prepend=0, append=height * width)
    # Nothing is written of a background that does not follow, as pycocotools writes it.
    lengths = lengths[:-1] if lengths.size > 1 and lengths[-1] == 0 else lengths
    coded = coco_mask.frPyObjects({"size": [height, width], "counts": lengths.tolist()}, height, width)
    return Rle(height, width, coded["counts"])


def decode(rle: Rle) -> BoolMask:
    """Decode to ``bool[H, W]`` (Fortran order, as the code runs down the columns).

    Raises ValueError unless the code fills exactly ``height * width`` pixels. (Done here and not by pycocotools, whose
    ``decode`` warns under numpy 2 and reads beyond a broken code.)
    """
    lengths = _checked_runs(rle)
    values = np.arange(lengths.size) % 2 == 1
    return np.repeat(values, lengths).reshape((rle.height, rle.width), order="F")


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

    Raises ValueError if the bytes are no run-length code.
    """
    lengths: list[int] = read_runs(rle.counts).tolist()
    return lengths


def check(rle: Rle) -> None:
    """Raise ValueError unless ``counts`` is a whole code that fills exactly ``height * width`` pixels."""
    _checked_runs(rle)


def _checked_runs(rle: Rle) -> NDArray[np.int64]:
    lengths = read_runs(rle.counts)
    if bool((lengths < 0).any()):
        raise ValueError("run-length code holds a negative run")
    covered = int(lengths.sum())
    if covered != rle.height * rle.width:
        raise ValueError(f"run-length code covers {covered} pixels, the mask has {rle.height * rle.width}")
    return lengths


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


def shares_inside(first: Sequence[Rle], second: Sequence[Rle]) -> NDArray[np.float64]:
    """Return ``float64[len(first), len(second)]``: the share of each of ``first`` inside each of ``second``."""
    if not first or not second:
        return np.zeros((len(first), len(second)))
    # COCO's crowd rule divides by the first mask's own area.
    found = coco_mask.iou([r.to_coco() for r in first], [r.to_coco() for r in second], [1] * len(second))
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


def extent(mask: BoolMask) -> tuple[int, int, int, int] | None:
    """Return the tight ``(x0, y0, x1, y1)`` of the foreground (x1, y1 exclusive), or None for an empty mask."""
    rows = np.flatnonzero(mask.any(axis=1))
    if rows.size == 0:
        return None
    columns = np.flatnonzero(mask[rows[0] : rows[-1] + 1].any(axis=0))
    return int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1


def to_polygons(mask: BoolMask, *, tolerance: float = 0.0) -> list[Polygon]:
    """Trace ``bool[H, W]`` along its pixel borders: one polygon a 4-connected part, holes included.

    With ``tolerance`` 0 ``from_polygons`` gives the same mask back, bit for bit. Above 0 each ring is simplified by
    Douglas and Peucker's method to within ``tolerance`` pixels; a ring that would fall below three points stays as is.
    """
    box = extent(mask)
    if box is None:
        return []
    corner = np.array(box[:2], dtype=np.float64)
    return [
        Polygon(_simplify(outer, tolerance) + corner, tuple(_simplify(hole, tolerance) + corner for hole in holes))
        for outer, holes in rings.trace(np.ascontiguousarray(crop(mask, box)))
    ]


def from_polygons(polygons: Sequence[Polygon], *, height: int, width: int) -> BoolMask:
    """Fill polygons into ``bool[height, width]``: every pixel whose centre lies in one and in none of its holes.

    Rings may leave the image and may cross themselves (then the even-odd rule holds).
    """
    out = np.zeros((height, width), dtype=np.bool_)
    for polygon in polygons:
        low = np.clip(np.floor(polygon.outer.min(axis=0)), 0, (width, height)).astype(int)
        high = np.clip(np.ceil(polygon.outer.max(axis=0)), 0, (width, height)).astype(int)
        (x0, y0), (x1, y1) = low.tolist(), high.tolist()
        if x1 <= x0 or y1 <= y0:
            continue
        window = out[y0:y1, x0:x1]
        part = rings.fill([polygon.outer - low], height=y1 - y0, width=x1 - x0)
        if polygon.holes:
            part &= ~rings.fill([hole - low for hole in polygon.holes], height=y1 - y0, width=x1 - x0)
        window |= part
    return out


def _simplify(ring: Ring, tolerance: float) -> Ring:
    if tolerance <= 0 or len(ring) <= 3:
        return ring
    short = cv2.approxPolyDP(ring.astype(np.int32)[:, None, :], tolerance, True)[:, 0, :]
    return short.astype(np.float64) if len(short) >= 3 else ring


def from_coco_polygons(segmentation: Sequence[Sequence[float]], height: int, width: int) -> Rle:
    """Rasterise COCO polygons ``[[x0, y0, x1, y1, ...], ...]`` as pycocotools does; several add up.

    Raises ValueError if a polygon has fewer than three points, an odd number of values, or values that are not
    finite or lie absurdly far (over ten image sizes) outside the image.
    """
    if not segmentation:
        return encode(np.zeros((height, width), dtype=np.bool_))
    reach = 10 * max(height, width, 100)
    for number, flat in enumerate(segmentation, start=1):
        values = np.asarray(flat, dtype=np.float64)
        if values.ndim != 1 or values.size < 6 or values.size % 2:
            raise ValueError(f"polygon {number} needs x, y pairs of at least three points, got {values.size} values")
        if not bool(np.isfinite(values).all()) or float(np.abs(values).max()) > reach:
            raise ValueError(f"polygon {number} has values that are not finite or lie far outside the image")
    lists = [[float(value) for value in flat] for flat in segmentation]
    merged = coco_mask.merge(coco_mask.frPyObjects(lists, height, width))
    return Rle(height, width, merged["counts"])


def to_coco_polygons(mask: BoolMask, tolerance: float = 0.0) -> tuple[list[list[float]], bool, int]:
    """Write ``bool[H, W]`` as COCO polygons: ``(segmentation, lost, lost_pixels)``.

    COCO polygons only add up, so holes are filled; ``lost_pixels`` counts the pixels in which the mask differs from
    what pycocotools makes of the polygons, whatever the cause, and ``lost`` says whether there are any.
    """
    segmentation = [polygon.outer.ravel().tolist() for polygon in to_polygons(mask, tolerance=tolerance)]
    back = decode(from_coco_polygons(segmentation, int(mask.shape[0]), int(mask.shape[1])))
    lost_pixels = int(np.count_nonzero(back != mask))
    return segmentation, lost_pixels > 0, lost_pixels


def components(mask: BoolMask) -> list[BoolMask]:
    """Split ``bool[H, W]`` into its 8-connected parts, each of full size, in raster order."""
    count, labels = cv2.connectedComponents(_bytes(mask), connectivity=8, ltype=cv2.CV_32S)
    return [labels == part for part in range(1, count)]


def fill_holes(mask: BoolMask) -> BoolMask:
    """Fill every background region that does not reach the image's edge (4-connected, as the mask is 8-connected)."""
    ground = np.pad(~mask, 1, constant_values=True)
    _, labels = cv2.connectedComponents(_bytes(ground), connectivity=4, ltype=cv2.CV_32S)
    filled: BoolMask = labels[1:-1, 1:-1] != labels[0, 0]
    return filled


def drop_islands(mask: BoolMask, min_area: int) -> BoolMask:
    """Remove the 8-connected parts of fewer than ``min_area`` pixels."""
    _, labels, stats, _ = cv2.connectedComponentsWithStats(_bytes(mask), connectivity=8, ltype=cv2.CV_32S)
    keep = stats[:, cv2.CC_STAT_AREA] >= min_area
    keep[0] = False
    kept: BoolMask = keep[labels]
    return kept


def smooth(mask: BoolMask, radius: float) -> BoolMask:
    """Round the outline off: blur with a Gaussian of sigma ``radius / 2`` pixels and cut at one half."""
    if radius <= 0:
        return mask.copy()
    blurred = cv2.GaussianBlur(mask.astype(np.float32), (0, 0), radius / 2, borderType=cv2.BORDER_REPLICATE)
    rounded: BoolMask = blurred > 0.5
    return rounded


def _bytes(mask: BoolMask) -> NDArray[np.uint8]:
    return np.ascontiguousarray(mask).view(np.uint8)
