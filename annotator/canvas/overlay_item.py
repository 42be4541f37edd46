"""The masks on the image: tiles composited beforehand, each paint only copies them to the screen."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from time import perf_counter

import numpy as np
from PySide6.QtCore import QRectF
from PySide6.QtGui import QImage, QPainter
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from annotator.canvas.overlay_composite import Layer, Pixels, Stack, compose, touched
from annotator.canvas.overlay_style import Look, Table, build_table
from annotator.canvas.shapes import Shape
from annotator.canvas.tiles import FINEST, Span, TileKey, level_for_scale, tiles_of, to_level

KEPT_TILES = 640
"""Most recently used tiles kept, 256 KiB each."""


@dataclass(frozen=True, slots=True, eq=False)
class Tile:
    """A composited square; the picture looks into the pixels, so patching them patches it. None: nothing there."""

    pixels: Pixels | None
    picture: QImage | None


@dataclass(frozen=True, slots=True)
class Sheet:
    """One mask for the overlay to show."""

    id: int
    area: float
    shape: Shape
    look: Look


class OverlayItem(QGraphicsItem):
    """Composites its masks tile by tile at the level the zoom needs; other levels stand in until they are there."""

    def __init__(self, *, z: float) -> None:
        """Start empty; ``z`` is the place among the canvas's items."""
        super().__init__()
        self.setZValue(z)
        self.setFlag(QGraphicsItem.GraphicsItemFlag.ItemUsesExtendedStyleOption)
        self._size = (0, 0)
        self._sheets: dict[int, Sheet] = {}
        self._hidden: frozenset[int] = frozenset()
        self._stack = Stack(())
        self._layers: dict[int, tuple[Sheet, Layer]] = {}
        self._tables: dict[Look, Table] = {}
        self._tiles: OrderedDict[TileKey, Tile] = OrderedDict()
        self._stale: set[TileKey] = set()
        self._level = 0

    def boundingRect(self) -> QRectF:
        """The image."""
        return QRectF(0, 0, *self._size)

    def set_size(self, width: int, height: int) -> None:
        """Set the image's size in pixels and forget all masks."""
        self.prepareGeometryChange()
        self._size = (width, height)
        self._sheets.clear()
        self._restack(None)

    def set_sheets(self, sheets: Iterable[Sheet]) -> None:
        """Replace everything shown."""
        self._sheets = {sheet.id: sheet for sheet in sheets}
        self._layers.clear()
        self._restack(None)

    def patch(self, changed: Sequence[Sheet], removed: Collection[int] = ()) -> None:
        """Change some masks; only what their old and new boxes touch is composited anew."""
        before = [self._sheets[i] for i in {*removed, *(sheet.id for sheet in changed)} if i in self._sheets]
        for gone in removed:
            self._sheets.pop(gone, None)
            self._layers.pop(gone, None)
        self._sheets.update((sheet.id, sheet) for sheet in changed)
        self._restack([*before, *changed])

    def set_hidden(self, hidden: Collection[int]) -> None:
        """Do not draw these."""
        fresh = frozenset(hidden)
        flipped = [self._sheets[i] for i in fresh ^ self._hidden if i in self._sheets]
        self._hidden = fresh
        if flipped:
            self._restack(flipped)

    @property
    def sheets(self) -> Mapping[int, Sheet]:
        """What is shown or hidden, by id."""
        return self._sheets

    def work(self, exposed: QRectF, scale: float, *, budget_s: float) -> bool:
        """Composite missing tiles of the visible part for at most about ``budget_s``; True when nothing is left."""
        self._level = level_for_scale(scale)
        deadline = perf_counter() + budget_s
        for key in self._wanted(exposed, self._level):
            if key in self._tiles and key not in self._stale:
                self._tiles.move_to_end(key)
                continue
            if perf_counter() > deadline:
                return False
            self._make(key)
            self.update(_in_image(key.span, key.level))
        self._trim()
        return True

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        """Copy the tiles that lie in the exposed part."""
        exposed = option.exposedRect & self.boundingRect()
        scale = painter.worldTransform().m11() * painter.device().devicePixelRatioF()
        level = level_for_scale(scale)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, True)
        for key in self._wanted(exposed, level):
            tile = self._tiles.get(key)
            if tile is not None:
                self._draw(painter, key, tile, key.span, exposed)
            else:
                self._draw_instead(painter, key, exposed)

    def _wanted(self, exposed: QRectF, level: int) -> list[TileKey]:
        inside = exposed & self.boundingRect()
        if inside.isEmpty() or not self._sheets:
            return []
        return list(tiles_of(to_level(*_corners(inside), level), level))

    def _draw(self, painter: QPainter, key: TileKey, tile: Tile, part: Span, exposed: QRectF) -> None:
        if tile.picture is None:
            return
        seen = part.meet(to_level(*_corners(exposed), key.level).grown(1))
        if not seen.empty:
            x, y = seen.x0 - key.span.x0, seen.y0 - key.span.y0
            painter.drawImage(_in_image(seen, key.level), tile.picture, QRectF(x, y, seen.width, seen.height))

    def _draw_instead(self, painter: QPainter, key: TileKey, exposed: QRectF) -> None:
        """Until the tile is there, draw the coarser one over it, else the four finer ones under it."""
        for up in range(1, 5):
            parent = TileKey(key.level - up, key.column >> up, key.row >> up)
            tile = self._tiles.get(parent)
            if tile is not None:
                span = key.span
                part = Span(span.x0 >> up, span.y0 >> up, span.x1 >> up, span.y1 >> up)
                self._draw(painter, parent, tile, part, exposed)
                return
        if key.level < FINEST:
            for column in (0, 1):
                for row in (0, 1):
                    child = TileKey(key.level + 1, 2 * key.column + column, 2 * key.row + row)
                    tile = self._tiles.get(child)
                    if tile is not None:
                        self._draw(painter, child, tile, child.span, exposed)

    def _make(self, key: TileKey) -> None:
        layers = self._stack.within(key.span, key.level)
        self._stale.discard(key)
        if not layers:
            self._tiles[key] = Tile(None, None)
            return
        self._tiles[key] = _tile(compose(layers, key.span, key.level))

    def _restack(self, touching: Sequence[Sheet] | None) -> None:
        """Rebuild the drawing order; drop or patch the tiles that ``touching`` (None: everything) reaches."""
        self._stack = Stack(self._layer(sheet) for sheet in self._sheets.values() if sheet.id not in self._hidden)
        if touching is None:
            self._tiles.clear()
            self._stale.clear()
            self.update()
            return
        boxes: dict[int, list[Span]] = {}
        for key in list(self._tiles):
            if key.level not in boxes:
                boxes[key.level] = [touched(s.shape, s.look.margin, key.level) for s in touching]
            dirty = [part for box in boxes[key.level] if not (part := box.meet(key.span)).empty]
            if not dirty:
                continue
            if key.level == self._level and key not in self._stale:
                self._repair(key, dirty)
            else:
                del self._tiles[key]
                self._stale.discard(key)
        for sheet in touching:
            self.update(_in_image(touched(sheet.shape, sheet.look.margin, self._level), self._level))

    def _repair(self, key: TileKey, dirty: Sequence[Span]) -> None:
        tile = self._tiles[key]
        union = Span(
            min(d.x0 for d in dirty), min(d.y0 for d in dirty), max(d.x1 for d in dirty), max(d.y1 for d in dirty)
        )
        if tile.pixels is None or (union.width * union.height) * 2 > key.span.width * key.span.height:
            self._stale.add(key)
            return
        top, left = union.y0 - key.span.y0, union.x0 - key.span.x0
        fresh = compose(self._stack.within(union, key.level), union, key.level)
        tile.pixels[top : top + union.height, left : left + union.width] = fresh

    def _layer(self, sheet: Sheet) -> Layer:
        known = self._layers.get(sheet.id)
        if known is None or known[0] is not sheet:
            known = (sheet, Layer(sheet.id, sheet.area, sheet.shape, self._table(sheet.look)))
            self._layers[sheet.id] = known
        return known[1]

    def _table(self, look: Look) -> Table:
        if look not in self._tables:
            if len(self._tables) > 500:
                self._tables.clear()
            self._tables[look] = build_table(look)
        return self._tables[look]

    def _trim(self) -> None:
        while len(self._tiles) > KEPT_TILES:
            old, _ = self._tiles.popitem(last=False)
            self._stale.discard(old)


def _tile(pixels: Pixels) -> Tile:
    height, width = pixels.shape[:2]
    whole = np.ascontiguousarray(pixels)
    picture = QImage(whole.data, width, height, 4 * width, QImage.Format.Format_ARGB32_Premultiplied)
    return Tile(whole, picture)


def _corners(rect: QRectF) -> tuple[float, float, float, float]:
    return rect.left(), rect.top(), rect.right(), rect.bottom()


def _in_image(span: Span, level: int) -> QRectF:
    unit = 2.0**-level
    return QRectF(span.x0 * unit, span.y0 * unit, span.width * unit, span.height * unit)
