"""Compositing of many overlapping masks into one premultiplied buffer, largest first. Pure numpy and OpenCV.

Every output pixel depends only on the masks' pixels within ``Look.margin`` of it, so any rectangle may be composited
alone and fits its neighbours exactly.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from annotator.canvas.overlay_style import Look, Table
from annotator.canvas.shapes import Bytes, Shape
from annotator.canvas.tiles import Span

Pixels = NDArray[np.uint8]
"""uint8[h, w, 4]: blue, green, red, alpha, premultiplied: Qt's ARGB32_Premultiplied on a little-endian machine."""
HATCH_PERIOD = 12
HATCH_WIDTH = 3
DASH_PERIOD = 10
DASH_LENGTH = 6


@dataclass(frozen=True, slots=True, eq=False)
class Layer:
    """One mask and its look."""

    id: int
    area: float
    shape: Shape
    table: Table


class Stack:
    """The masks of one overlay in drawing order (largest first), with their boxes for quick look-up."""

    __slots__ = ("_boxes", "_layers", "_reach")

    def __init__(self, layers: Iterable[Layer]) -> None:
        """Sort the layers; of equal areas the older (lower id) lies below."""
        self._layers = sorted(layers, key=lambda layer: (-layer.area, layer.id))
        self._reach = 2 + max((layer.table.look.margin for layer in self._layers), default=0)
        spans = [layer.shape.span for layer in self._layers]
        self._boxes = np.array([(s.x0, s.y0, s.x1, s.y1) for s in spans], dtype=np.float64).reshape(-1, 4)

    def __len__(self) -> int:
        """How many masks there are."""
        return len(self._layers)

    def within(self, span: Span, level: int) -> list[Layer]:
        """Return the layers whose drawing may touch ``span`` of ``level``, in drawing order."""
        if not self._layers:
            return []
        near = span.grown(self._reach)
        factor = 2.0**level
        x0, y0, x1, y1 = (self._boxes * factor).T
        met = (x0 < near.x1) & (x1 > near.x0) & (y0 < near.y1) & (y1 > near.y0)
        return [self._layers[i] for i in np.flatnonzero(met)]


def compose(layers: Sequence[Layer], span: Span, level: int) -> Pixels:
    """Composite ``layers`` (in order) over ``span`` of ``level``; uint8[span.height, span.width, 4] premultiplied."""
    out = np.zeros((span.height, span.width, 4), dtype=np.uint8)
    for layer in layers:
        _blend(out, layer, span, level)
    return out


def touched(shape: Shape, margin: int, level: int) -> Span:
    """Return the pixels of ``level`` that drawing ``shape`` can change."""
    box, factor = shape.span, 2.0**level
    x0, y0 = np.floor([box.x0 * factor, box.y0 * factor]).astype(int).tolist()
    x1, y1 = np.ceil([box.x1 * factor, box.y1 * factor]).astype(int).tolist()
    return Span(x0, y0, x1, y1).grown(margin + 2)


def _blend(out: Pixels, layer: Layer, span: Span, level: int) -> None:
    look = layer.table.look
    part = span.meet(touched(layer.shape, look.margin, level))
    if part.empty:
        return
    wide = _field(layer, part, level)
    margin = look.margin
    field = wide[margin:-margin, margin:-margin]
    index: NDArray[np.uint8] | NDArray[np.uint16] = field
    if look.dashed:
        index = field | (_pattern(wide, part, look) << np.uint16(8))
    source = np.take(layer.table.source, index).view(np.uint8).reshape(part.height, part.width, 4)
    keep = np.take(layer.table.keep, index).view(np.uint8).reshape(part.height, part.width, 4)
    target = out[part.y0 - span.y0 : part.y1 - span.y0, part.x0 - span.x0 : part.x1 - span.x0]
    below = cv2.multiply(target, keep, scale=1 / 255)
    target[...] = cv2.add(below, source).reshape(target.shape)


def _field(layer: Layer, part: Span, level: int) -> Bytes:
    """Blur the mask over ``part`` grown by the look's margin, uint8[h, w]."""
    look = layer.table.look
    sharp = layer.shape.at(part.grown(look.margin), level)
    size = 2 * look.reach + 1
    blurred: Bytes = cv2.GaussianBlur(sharp, (size, size), look.sigma).astype(np.uint8, copy=False)
    return blurred


def _pattern(field: Bytes, part: Span, look: Look) -> NDArray[np.uint16]:
    """Return the hatch and dash bits over ``part``, uint16[h, w], anchored to the level's own grid.

    A dash runs along the border: it counts rows where the border is steep and columns where it is flat.
    """
    columns = np.arange(part.x0, part.x1)[None, :]
    rows = np.arange(part.y0, part.y1)[:, None]
    unit = max(1, round(look.ratio))
    hatch = (columns + rows) % (HATCH_PERIOD * unit) < HATCH_WIDTH * unit
    margin = look.margin
    across = np.abs(cv2.Sobel(field, cv2.CV_16S, 1, 0, ksize=3))[margin:-margin, margin:-margin]
    down = np.abs(cv2.Sobel(field, cv2.CV_16S, 0, 1, ksize=3))[margin:-margin, margin:-margin]
    period, length = DASH_PERIOD * unit, DASH_LENGTH * unit
    dash = np.where(across > down, rows % period < length, columns % period < length)
    bits: NDArray[np.uint16] = hatch.astype(np.uint16) | (dash.astype(np.uint16) << np.uint16(1))
    return bits
