"""Mask shapes ready to be drawn at any level: the cropped mask and its coarser versions. Pure numpy."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import cv2
import numpy as np
from numpy.typing import NDArray

from annotator.canvas.scene_data import InstanceView
from annotator.canvas.tiles import Span
from engine.geometry.rle_crop import crop_of
from engine.records import Box, Rle

Bytes = NDArray[np.uint8]
SMOOTH_UP_TO = 2
"""Up to this level (400 %) enlarged outlines are rounded; from there on they follow the pixels' corners."""


class Shape:
    """A mask's box and coverage: ``uint8[h, w]`` (0..255) at level 0 with its top-left corner in image pixels.

    Coarser levels are made when first asked for and kept; the pixels themselves never change.
    """

    __slots__ = ("_levels", "span")

    def __init__(self, x: int, y: int, mask: NDArray[np.bool_]) -> None:
        """Take over ``bool[h, w]`` whose top-left pixel is image pixel (x, y)."""
        height, width = mask.shape
        self.span = Span(x, y, x + width, y + height)
        self._levels = [(x, y, np.ascontiguousarray(mask).view(np.uint8) * np.uint8(255))]

    @classmethod
    def of_rle(cls, rle: Rle) -> Shape:
        """Crop a run-length code to its box."""
        return cls(*crop_of(rle))

    @classmethod
    def of_box(cls, box: Box) -> Shape:
        """Make the filled box (x, y, w, h), rounded to whole pixels, at least one wide and high."""
        x, y = round(box[0]), round(box[1])
        width, height = max(1, round(box[0] + box[2]) - x), max(1, round(box[1] + box[3]) - y)
        return cls(x, y, np.ones((height, width), dtype=np.bool_))

    def contains(self, x: int, y: int) -> bool:
        """Say whether image pixel (x, y) belongs to the mask."""
        left, top, mask = self._levels[0]
        row, column = y - top, x - left
        return 0 <= row < mask.shape[0] and 0 <= column < mask.shape[1] and bool(mask[row, column])

    def coarse(self, level: int) -> tuple[int, int, Bytes]:
        """Return (x, y, coverage) at ``level`` <= 0, in pixels of that level; thin things fade."""
        while len(self._levels) <= -level:
            self._levels.append(_halved(*self._levels[-1]))
        return self._levels[-level]

    def at(self, span: Span, level: int) -> Bytes:
        """Return ``uint8[span.height, span.width]``: the mask (0 outside, 255 inside) at ``level`` over ``span``."""
        if level > 0:
            return self._enlarged(span, level)
        x, y, cover = self.coarse(level)
        part = _cut(x, y, cover, span)
        if level == 0:
            return part
        # Doubled, so that what is thinner than a pixel of a coarse level does not vanish.
        return np.asarray(cv2.add(part, part), dtype=np.uint8)

    def _enlarged(self, span: Span, level: int) -> Bytes:
        factor = 1 << level
        x, y, cover = self._levels[0]
        around = Span(span.x0 >> level, span.y0 >> level, -(-span.x1 >> level), -(-span.y1 >> level)).grown(2)
        source = _cut(x, y, cover, around)
        size = (source.shape[1] * factor, source.shape[0] * factor)
        if level <= SMOOTH_UP_TO:
            big = cv2.resize(source, size, interpolation=cv2.INTER_LINEAR)
            big = cv2.threshold(big, 127, 255, cv2.THRESH_BINARY)[1]
        else:
            big = cv2.resize(source, size, interpolation=cv2.INTER_NEAREST)
        top, left = span.y0 - around.y0 * factor, span.x0 - around.x0 * factor
        part: Bytes = np.ascontiguousarray(big[top : top + span.height, left : left + span.width], dtype=np.uint8)
        return part


def shape_of(view: InstanceView) -> Shape | None:
    """Return the shape of an instance: its mask, else its box, else None (a pose alone)."""
    if view.mask is not None:
        return Shape.of_rle(view.mask)
    if view.bbox is not None and view.bbox[2] > 0 and view.bbox[3] > 0:
        return Shape.of_box(view.bbox)
    return None


def prepare_shapes(
    views: Iterable[InstanceView], known: Mapping[int, Shape] | None = None, *, level: int = 0
) -> dict[int, Shape]:
    """Make the shapes of ``views`` (in any thread) with coarser levels down to ``level``; reuse ``known`` ones."""
    shapes: dict[int, Shape] = {}
    for view in views:
        shape = known.get(view.id) if known else None
        shape = shape or shape_of(view)
        if shape is not None:
            shape.coarse(min(level, 0))
            shapes[view.id] = shape
    return shapes


def _cut(x: int, y: int, cover: Bytes, span: Span) -> Bytes:
    """Copy ``span`` out of an array whose top-left pixel is (x, y); zeros outside it."""
    height, width = cover.shape
    inner = span.meet(Span(x, y, x + width, y + height))
    if inner == span:
        return np.ascontiguousarray(cover[span.y0 - y : span.y1 - y, span.x0 - x : span.x1 - x])
    out = np.zeros((span.height, span.width), dtype=np.uint8)
    if not inner.empty:
        out[inner.y0 - span.y0 : inner.y1 - span.y0, inner.x0 - span.x0 : inner.x1 - span.x0] = cover[
            inner.y0 - y : inner.y1 - y, inner.x0 - x : inner.x1 - x
        ]
    return out


def _halved(x: int, y: int, cover: Bytes) -> tuple[int, int, Bytes]:
    """Halve the resolution on the grid that all masks share (even image pixels)."""
    height, width = cover.shape
    left, top = x & 1, y & 1
    padded = np.pad(cover, ((top, (height + top) & 1), (left, (width + left) & 1)))
    half = cv2.resize(padded, (padded.shape[1] // 2, padded.shape[0] // 2), interpolation=cv2.INTER_AREA)
    return x >> 1, y >> 1, np.ascontiguousarray(half, dtype=np.uint8).reshape(padded.shape[0] // 2, -1)
