"""Pictures of a simulation: what each stage cost, and its masks beside the truth."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from engine.measure.truth import TrueImage, read_true_images
from engine.records import InstanceRecord, State
from engine.workspace import Workspace
from models import masks
from models.masks import BoolMask

if TYPE_CHECKING:
    from engine.simulate.run import Simulation

Pixels = NDArray[np.uint8]
_WHITE, _INK, _DIM = (255, 255, 255), (32, 36, 42), (110, 116, 124)
_TRUTH, _MACHINE, _PERSON, _REJECTED = (88, 96, 108), (34, 139, 84), (226, 128, 32), (200, 48, 48)
_TILE = 260
_PAD = 10
_SHOWN = 6
_FAINT = 0.4
_BARS = (
    ("clicks_per_mask", "clicks a mask"),
    ("actions_per_mask", "clicks and keys a mask"),
    ("seconds_per_mask", "seconds a mask"),
)


def chart(figures: Sequence[dict[str, Any]]) -> bytes:
    """Return a PNG with a bar for each stage's cost of a mask: clicks, clicks and keys, seconds."""
    width, row = 720, 26
    height = 24 + len(_BARS) * (30 + row * len(figures) + 12)
    picture = Image.new("RGB", (width, height), _WHITE)
    draw = ImageDraw.Draw(picture)
    top = 16
    for key, words in _BARS:
        draw.text((16, top), words, fill=_INK, font=_font(16))
        top += 28
        most = max((each[key] or 0.0 for each in figures), default=0.0) or 1.0
        for each in figures:
            value = each[key]
            draw.text((28, top + 3), each["stage"], fill=_DIM, font=_font(14))
            length = round((width - 220) * (value or 0.0) / most)
            draw.rounded_rectangle((110, top + 2, 110 + max(length, 2), top + row - 5), 3, fill=(41, 98, 180))
            told = "-" if value is None else f"{value:.2f}"
            draw.text((118 + max(length, 2), top + 3), told, fill=_INK, font=_font(14))
            top += row
        top += 14
    return _png(picture)


def sheet(order: Simulation) -> bytes:
    """Return a PNG: some images, and beside each the masks that every stage has left in its project."""
    trues = sorted(
        read_true_images(order.coco, order.images, limit=order.limit), key=lambda true: (-len(true.objects), true.name)
    )[:_SHOWN]
    columns = ("truth", *order.stages)
    picture = Image.new("RGB", (_PAD + len(columns) * (_TILE + _PAD), 58 + len(trues) * (_TILE + _PAD)), _WHITE)
    draw = ImageDraw.Draw(picture)
    _legend(draw)
    for place, title in enumerate(columns):
        draw.text((_PAD + place * (_TILE + _PAD), 34), title, fill=_INK, font=_font(15))
    for row, true in enumerate(trues):
        tiles = [_drawn(true.pixels, [(thing.mask, _TRUTH) for thing in true.objects], ())]
        tiles += [_stage(order, stage, true) for stage in order.stages]
        for place, tile in enumerate(tiles):
            picture.paste(Image.fromarray(tile), (_PAD + place * (_TILE + _PAD), 58 + row * (_TILE + _PAD)))
    return _png(picture)


def _legend(draw: ImageDraw.ImageDraw) -> None:
    left = _PAD
    for colour, words in ((_MACHINE, "as proposed"), (_PERSON, "with a person's clicks"), (_REJECTED, "rejected")):
        draw.rectangle((left, 11, left + 12, 23), fill=colour)
        draw.text((left + 18, 8), words, fill=_DIM, font=_font(14))
        left += 34 + round(draw.textlength(words, font=_font(14)))


def _stage(order: Simulation, stage: str, true: TrueImage) -> Pixels:
    file = (order.images / true.name).resolve()
    with Workspace.open(order.place(stage)) as workspace, workspace.read() as reader:
        image = next(image for image in reader.images.stream() if image.file.resolve() == file)
        there = reader.instances.of_image(image.id, (State.ACCEPTED, State.REJECTED))
    drawn = [(masks.decode(each.mask), each) for each in there if each.mask is not None]
    accepted = [(mask, _colour(each)) for mask, each in drawn if each.state is State.ACCEPTED]
    return _drawn(true.pixels, accepted, [mask for mask, each in drawn if each.state is State.REJECTED])


def _colour(instance: InstanceRecord) -> tuple[int, int, int]:
    return _PERSON if instance.provenance.clicks else _MACHINE


def _drawn(
    pixels: Pixels, filled: Sequence[tuple[BoolMask, tuple[int, int, int]]], outlined: Sequence[BoolMask]
) -> Pixels:
    """Draw masks on the photograph, shrunk into a square tile."""
    scale = _TILE / max(pixels.shape[:2])
    size = (max(1, round(pixels.shape[1] * scale)), max(1, round(pixels.shape[0] * scale)))
    small = cv2.resize(pixels, size, interpolation=cv2.INTER_AREA).astype(np.float32)
    shapes = [(_small(mask, size), colour) for mask, colour in sorted(filled, key=lambda pair: -int(pair[0].sum()))]
    for shape, colour in shapes:
        small[shape] = 0.55 * small[shape] + 0.45 * np.array(colour, dtype=np.float32)
    out = np.ascontiguousarray(small.astype(np.uint8))
    # Hundreds may be rejected on one photograph: faint, so that it and what was kept stay visible.
    faint = out.copy()
    _outline(faint, [(_small(mask, size), _REJECTED) for mask in outlined])
    out = np.asarray(cv2.addWeighted(faint, _FAINT, out, 1 - _FAINT, 0), dtype=np.uint8)
    _outline(out, shapes)
    tile = np.full((_TILE, _TILE, 3), 244, dtype=np.uint8)
    y, x = (_TILE - size[1]) // 2, (_TILE - size[0]) // 2
    tile[y : y + size[1], x : x + size[0]] = out
    return tile


def _outline(picture: Pixels, shapes: Sequence[tuple[BoolMask, tuple[int, int, int]]]) -> None:
    for shape, colour in shapes:
        lines, _ = cv2.findContours(shape.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
        cv2.drawContours(picture, lines, -1, colour, 1, cv2.LINE_AA)


def _small(mask: BoolMask, size: tuple[int, int]) -> BoolMask:
    shrunk: BoolMask = cv2.resize(mask.astype(np.float32), size, interpolation=cv2.INTER_AREA) > 0.5
    return shrunk


def _font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(size)


def _png(picture: Image.Image) -> bytes:
    out = BytesIO()
    picture.save(out, "PNG")
    return out.getvalue()
