"""Draws one training crop: a real object at some zoom, often with other objects pasted before or behind it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

import cv2
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from models.compact.corpus import Corpus, Photo, Thing

Bytes = NDArray[np.uint8]


class Crop(NamedTuple):
    """``image`` uint8[S, S, 3] RGB and ``mask`` uint8[S, S], 1 inside the object."""

    image: Bytes
    mask: Bytes


@dataclass(frozen=True, slots=True)
class Recipe:
    """What is drawn how often; ``groups`` gives weights by source, others get ``other``.

    ``small_side``: least side of an object's box, in pixels of the kept photograph.
    """

    groups: Mapping[str, float]
    other: float = 1.0
    small_side: int = 12
    zoomed: float = 0.55
    pasted: float = 0.4
    shapes: float = 0.06
    beyond: float = 0.2
    gray: float = 0.05
    blurred: float = 0.12
    noisy: float = 0.12


SHIPPED = Recipe({"coco_train_mini": 0.62, "ccp_clothing": 0.28, "dsb2018_nuclei": 0.1, "lspet_pose": 0.0})
"""What the shipped weights were trained with; nuclei are one narrow domain, so they are kept few."""


class Drawer:
    """Draws crops from the training part of a corpus; everything follows from the generator it is given."""

    def __init__(self, corpus: Corpus, recipe: Recipe = SHIPPED, *, held: bool = False) -> None:
        """Sort the objects of ``corpus`` by source; raises ValueError if there is nothing to draw from."""
        self._corpus = corpus
        self._recipe = recipe
        photos = [photo for photo in corpus.photos if photo.held is held]
        self._scenes = photos
        groups: dict[str, list[tuple[Photo, Thing]]] = {}
        for photo in photos:
            for thing in photo.things:
                if min(thing.box[2] - thing.box[0], thing.box[3] - thing.box[1]) >= recipe.small_side:
                    groups.setdefault(photo.group, []).append((photo, thing))
        weights = {name: recipe.groups.get(name, recipe.other) for name in groups}
        self._groups = [groups[name] for name in groups if weights[name] > 0]
        total = sum(weights.values())
        if not self._groups or total <= 0:
            raise ValueError("no labelled object is large enough to learn from")
        self._chances = np.array([weights[name] / total for name in groups if weights[name] > 0])
        self._sizes = [np.array([_area(thing) ** 0.35 for _, thing in group]) for group in self._groups]
        self._sizes = [size / size.sum() for size in self._sizes]

    def draw(self, rng: Generator, side: int) -> Crop:
        """Return one crop of ``side`` pixels with at least a few pixels of object."""
        while True:
            crop = self._draw(rng, side)
            if int(crop.mask.sum()) >= side * side // 400:
                return crop

    def _draw(self, rng: Generator, side: int) -> Crop:
        recipe = self._recipe
        if rng.random() < recipe.shapes:
            image, mask = self._scene(rng, side), np.zeros((side, side), dtype=np.uint8)
            image, mask = self._paste(rng, image, mask, becomes=True, shape=True)
        else:
            image, mask = self._look(rng, side)
            if rng.random() < recipe.pasted:
                image, mask = self._paste(rng, image, mask, becomes=rng.random() < 0.4, shape=False)
        if rng.random() < 0.5:
            image, mask = image[:, ::-1], mask[:, ::-1]
        image = _tint(rng, np.ascontiguousarray(image), 1.0)
        if rng.random() < recipe.gray:
            image = np.repeat(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)[:, :, None], 3, axis=2)
        if rng.random() < recipe.blurred:
            image = cv2.GaussianBlur(image, (0, 0), rng.uniform(0.5, 1.6)).astype(np.uint8)
        if rng.random() < recipe.noisy:
            noise = rng.normal(0, rng.uniform(2, 14), (side, side, 3))
            image = np.clip(image + noise, 0, 255).astype(np.uint8)
        return Crop(np.ascontiguousarray(image), np.ascontiguousarray(mask))

    def _pick(self, rng: Generator) -> tuple[Photo, Thing]:
        number = int(rng.choice(len(self._groups), p=self._chances))
        group = self._groups[number]
        return group[int(rng.choice(len(group), p=self._sizes[number]))]

    def _look(self, rng: Generator, side: int) -> tuple[Bytes, Bytes]:
        photo, thing = self._pick(rng)
        x0, y0, x1, y1 = thing.box
        longest = max(x1 - x0, y1 - y0)
        if rng.random() < self._recipe.zoomed:
            reach = longest * rng.uniform(1.15, 2.2)
            centre = np.array([x0 + x1, y0 + y1]) / 2 + rng.uniform(-0.12, 0.12, 2) * reach
        else:
            reach = longest * float(np.exp(rng.uniform(np.log(0.45), np.log(6.0))))
            rows, columns = np.nonzero(self._corpus.mask(thing))
            spot = int(rng.integers(len(rows)))
            off = rng.uniform(-0.45, 0.45, 2) * rng.choice([0.15, 1.0])
            centre = np.array([x0 + columns[spot], y0 + rows[spot]]) + off * reach
        reach = float(np.clip(reach, 28, 1.3 * max(photo.height, photo.width)))
        stretch = float(np.exp(rng.uniform(-0.15, 0.15)))
        half = np.array([reach * stretch, reach / stretch]) / 2
        low, size = np.rint(centre - half).astype(int), np.maximum(np.rint(2 * half).astype(int), 8)
        if rng.random() > self._recipe.beyond:
            free = np.array([photo.width, photo.height]) - size
            low = np.clip(low, np.minimum(free, 0), np.maximum(free, 0))
        high = low + size
        image = _window(self._corpus.image(photo), low, high, side)
        mask = np.zeros((high[1] - low[1], high[0] - low[0]), dtype=np.uint8)
        a, b = np.maximum(low, (x0, y0)), np.minimum(high, (x1, y1))
        if (b > a).all():
            part = self._corpus.mask(thing)[a[1] - y0 : b[1] - y0, a[0] - x0 : b[0] - x0]
            mask[a[1] - low[1] : b[1] - low[1], a[0] - low[0] : b[0] - low[0]] = part
        return image, _resize_mask(mask, side, side)

    def _scene(self, rng: Generator, side: int) -> Bytes:
        photo = self._scenes[int(rng.integers(len(self._scenes)))]
        reach = int(rng.uniform(0.25, 0.9) * min(photo.height, photo.width)) + 8
        low = np.array([rng.integers(max(1, photo.width - reach)), rng.integers(max(1, photo.height - reach))])
        return _window(self._corpus.image(photo), low, low + reach, side)

    def _paste(self, rng: Generator, image: Bytes, mask: Bytes, *, becomes: bool, shape: bool) -> tuple[Bytes, Bytes]:
        """Paste another object; it ``becomes`` what is asked for, or stands in front of it."""
        side = image.shape[0]
        size = int(side * rng.uniform(0.2, 0.85))
        if shape:
            alpha = blob(rng, size)
            texture = self._scene(rng, size)
        else:
            photo, thing = self._pick(rng)
            x0, y0, x1, y1 = thing.box
            scale = size / max(x1 - x0, y1 - y0)
            wide, high = max(4, round((x1 - x0) * scale)), max(4, round((y1 - y0) * scale))
            texture = _resize(self._corpus.image(photo)[y0:y1, x0:x1], wide, high)
            alpha = _resize_mask(self._corpus.mask(thing), wide, high)
            if rng.random() < 0.5:
                texture, alpha = texture[:, ::-1], alpha[:, ::-1]
        texture = _tint(rng, np.ascontiguousarray(texture), 0.6)
        high, wide = alpha.shape
        x, y = rng.integers(-wide // 3, side - 2 * wide // 3 + 1), rng.integers(-high // 3, side - 2 * high // 3 + 1)
        cover = np.zeros((side, side), dtype=np.uint8)
        layer = image.copy()
        a, b = np.maximum((x, y), 0), np.minimum((x + wide, y + high), side)
        inside = (slice(a[1], b[1]), slice(a[0], b[0]))
        source = (slice(a[1] - y, b[1] - y), slice(a[0] - x, b[0] - x))
        cover[inside], layer[inside] = alpha[source], texture[source]
        left = mask & (1 - cover)
        if not becomes and int(left.sum()) * 2 < int(mask.sum()):
            return image, mask
        soft = cv2.GaussianBlur(cover.astype(np.float32), (0, 0), rng.uniform(0.4, 1.0))[:, :, None]
        mixed = (image * (1 - soft) + layer * soft).astype(np.uint8)
        return mixed, (cover if becomes else left)


def blob(rng: Generator, size: int) -> Bytes:
    """Return a random shape, ``uint8[size, size]`` of 0 and 1: a wobbly disc, a polygon or cut noise."""
    kind = rng.integers(3)
    if kind == 2:
        coarse = rng.normal(size=(int(rng.integers(3, 7)),) * 2).astype(np.float32)
        field = cv2.resize(coarse, (size, size), interpolation=cv2.INTER_CUBIC)
        count, labels, stats, _ = cv2.connectedComponentsWithStats((field > 0).astype(np.uint8))
        if count > 1:
            largest = 1 + int(stats[1:, cv2.CC_STAT_AREA].argmax())
            return np.asarray(labels == largest, dtype=np.uint8)
    points = int(rng.integers(3, 9)) if kind == 1 else 48
    angle = np.sort(rng.uniform(0, 2 * np.pi, points)) if kind == 1 else np.linspace(0, 2 * np.pi, points)
    radius = rng.uniform(0.3, 0.5, points) if kind == 1 else np.full(points, 0.36)
    if kind != 1:
        for wave in range(2, 6):
            radius = radius + rng.normal(0, 0.07 / wave * 2) * np.cos(wave * angle + rng.uniform(0, 7))
    outline = np.stack([np.cos(angle) * radius, np.sin(angle) * radius], axis=1) * size + size / 2
    canvas = np.zeros((size, size), dtype=np.uint8)
    cv2.fillPoly(canvas, [np.rint(outline).astype(np.int32)], 1)
    return canvas


def _area(thing: Thing) -> float:
    return float((thing.box[2] - thing.box[0]) * (thing.box[3] - thing.box[1]))


def _window(image: Bytes, low: NDArray[np.int_], high: NDArray[np.int_], side: int) -> Bytes:
    """Cut [low, high) out of ``image`` to ``side`` squared; what lies outside is mid-grey, as when predicting."""
    height, width = image.shape[:2]
    a, b = np.maximum(low, 0), np.minimum(high, (width, height))
    if (a == low).all() and (b == high).all():
        return _resize(image[a[1] : b[1], a[0] : b[0]], side, side)
    padded = np.full((high[1] - low[1], high[0] - low[0], 3), 115, dtype=np.uint8)
    if (b > a).all():
        padded[a[1] - low[1] : b[1] - low[1], a[0] - low[0] : b[0] - low[0]] = image[a[1] : b[1], a[0] : b[0]]
    return _resize(padded, side, side)


def _resize(image: Bytes, wide: int, high: int) -> Bytes:
    way = cv2.INTER_AREA if image.shape[1] > wide else cv2.INTER_LINEAR
    return cv2.resize(np.ascontiguousarray(image), (wide, high), interpolation=way).astype(np.uint8)


def _resize_mask(mask: Bytes, wide: int, high: int) -> Bytes:
    if mask.shape == (high, wide):
        return mask
    way = cv2.INTER_AREA if mask.shape[1] > wide else cv2.INTER_LINEAR
    soft = cv2.resize(np.ascontiguousarray(mask).astype(np.float32), (wide, high), interpolation=way)
    return (soft > 0.5).astype(np.uint8)


def _tint(rng: Generator, image: Bytes, strength: float) -> Bytes:
    """Change contrast, brightness, saturation and the balance of the channels."""
    gain = np.exp(rng.normal(0, 0.16 * strength)) * np.exp(rng.normal(0, 0.06 * strength, 3))
    shift = rng.normal(0, 14 * strength)
    matrix = np.diag(gain)
    fade = np.clip(rng.normal(1, 0.25 * strength), 0, 1.8)
    grey = np.full((3, 3), 1 / 3)
    mixed = (fade * np.eye(3) + (1 - fade) * grey) @ matrix
    offset = shift + 115 * (1 - float(gain.mean()))
    full = np.concatenate([mixed, np.full((3, 1), offset)], axis=1)
    return np.asarray(cv2.transform(image, full), dtype=np.uint8)
