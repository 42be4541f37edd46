"""Small pictures of instances for the contact sheet: made on the io lane, each image decoded once for all on it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from annotator.controllers.image_cache import LoadedImage
from annotator.lanes import Lanes, Task
from engine.errors import BadImage
from engine.geometry.rle_crop import crop_of
from engine.imaging.decode import read_image
from engine.records import Box, ImageRecord, InstanceRecord, Rle
from engine.review import ReviewEntry

SIZE = 184
"""Side of a picture in pixels: what the sheet shows, and half as much again for high-DPI screens."""
_MARGIN = 0.25
_LEAST_MARGIN = 8
_DIMMED = 0.45
_LINE = (255, 214, 92)

Picture = NDArray[np.uint8]


class Crops:
    """Makes what is asked for; a newer request drops an older one that nobody waits for any more."""

    def __init__(
        self,
        lanes: Lanes,
        *,
        cached: Callable[[int], LoadedImage | None],
        made: Callable[[int, Picture], None],
        failed: Callable[[Sequence[int]], None],
    ) -> None:
        """``made`` gets an instance's id and its picture, ``failed`` the ids whose image cannot be read."""
        self._lanes = lanes
        self._cached = cached
        self._made = made
        self._failed = failed
        self._tasks: list[Task] = []

    def ask(self, entries: Sequence[ReviewEntry]) -> None:
        """Make pictures of these, in their order, instead of what was asked for before."""
        self.cancel()
        by_image: dict[int, list[ReviewEntry]] = {}
        for entry in entries:
            by_image.setdefault(entry.image.id, []).append(entry)
        self._tasks = [self._start(group[0].image, [each.instance for each in group]) for group in by_image.values()]

    def cancel(self) -> None:
        """Nobody looks any more."""
        for task in self._tasks:
            task.cancel()
        self._tasks = []

    def _start(self, image: ImageRecord, instances: list[InstanceRecord]) -> Task:
        loaded = self._cached(image.id)

        def make(task: Task) -> list[tuple[int, Picture]]:
            pixels = loaded.levels[0] if loaded is not None else read_image(image.file).pixels
            return [
                (each.id, crop_picture(pixels, each.mask, each.bbox)) for each in instances if not task.should_stop()
            ]

        def done(found: list[tuple[int, Picture]]) -> None:
            for instance_id, picture in found:
                self._made(instance_id, picture)

        def failed(error: BaseException) -> None:
            if not isinstance(error, BadImage):
                raise error
            self._failed([each.id for each in instances])

        return self._lanes.io.job(make, done=done, failed=failed)


def crop_picture(pixels: Picture, mask: Rle | None, box: Box | None, *, size: int = SIZE) -> Picture:
    """Return ``uint8[size, size, 3]``: an instance with some room around it, its surroundings dimmed, outlined.

    ``pixels`` is ``uint8[H, W, 3]`` RGB; where the window reaches beyond the image it is black.
    """
    height, width = pixels.shape[:2]
    x, y, w, h = box if box is not None else (0.0, 0.0, float(width), float(height))
    side = max(w, h) * (1 + 2 * _MARGIN) + 2 * _LEAST_MARGIN
    left, top = x + w / 2 - side / 2, y + h / 2 - side / 2
    scale = size / side
    place = np.array([[scale, 0.0, -left * scale], [0.0, scale, -top * scale]])
    window = _window(pixels, left, top, side)
    picture = _shrunk(window, size) if window is not None else cv2.warpAffine(pixels, place, (size, size))
    inside = np.zeros((size, size), dtype=np.uint8)
    if mask is not None:
        at_x, at_y, part = crop_of(mask)
        own = place.copy()
        own[:, 2] += scale * np.array([at_x, at_y])
        cover = part.astype(np.uint8) * 255
        turned = cv2.warpAffine(cover, own, (size, size), flags=cv2.INTER_LINEAR)
        inside = np.asarray(turned > 127, dtype=np.uint8) * np.uint8(255)
    elif box is not None:
        corner = (round((x - left) * scale), round((y - top) * scale))
        far = (round((x + w - left) * scale), round((y + h - top) * scale))
        cv2.rectangle(inside, corner, far, 255, cv2.FILLED)
    shown = picture.astype(np.float32)
    shown[inside == 0] *= _DIMMED
    drawn = shown.astype(np.uint8)
    rings, _ = cv2.findContours(inside, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_NONE)
    cv2.drawContours(drawn, rings, -1, (0, 0, 0), 3, cv2.LINE_AA)
    cv2.drawContours(drawn, rings, -1, _LINE, 1, cv2.LINE_AA)
    return drawn


def _window(pixels: Picture, left: float, top: float, side: float) -> Picture | None:
    """Return the square cut out, black beyond the image; None where it is so small that it will be enlarged."""
    if side < SIZE:
        return None
    height, width = pixels.shape[:2]
    x0, y0, edge = round(left), round(top), round(side)
    out = np.zeros((edge, edge, 3), dtype=np.uint8)
    inner_x0, inner_y0 = max(x0, 0), max(y0, 0)
    inner_x1, inner_y1 = min(x0 + edge, width), min(y0 + edge, height)
    if inner_x1 > inner_x0 and inner_y1 > inner_y0:
        part = pixels[inner_y0:inner_y1, inner_x0:inner_x1]
        out[inner_y0 - y0 : inner_y1 - y0, inner_x0 - x0 : inner_x1 - x0] = part
    return out


def _shrunk(window: Picture, size: int) -> Picture:
    return np.asarray(cv2.resize(window, (size, size), interpolation=cv2.INTER_AREA), dtype=np.uint8)
