"""Small pictures of instances for the contact sheet: made on the io lane, each image decoded once for all on it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from annotator.canvas.colors import confidence_color
from annotator.controllers.image_cache import LoadedImage
from annotator.lanes import Lanes, Task
from engine.errors import BadImage
from engine.geometry.rle_crop import crop_of
from engine.imaging.decode import read_image
from engine.records import Box, ImageRecord, InstanceRecord, Keypoints, Rle
from engine.review import ReviewEntry

SIZE = 184
"""Side of a picture in pixels: what the sheet shows, and half as much again for high-DPI screens."""
_MARGIN = 0.25
_LEAST_MARGIN = 8
_DIMMED = 0.45
_LINE = (255, 214, 92)

Picture = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class DrawnPose:
    """A pose to be drawn: joints (x, y, v) in image pixels, bones between them, how sure of each (or empty)."""

    keypoints: Keypoints
    edges: tuple[tuple[int, int], ...]
    scores: tuple[float, ...] = ()


class Crops:
    """Makes what is asked for; a newer request drops an older one that nobody waits for any more."""

    def __init__(
        self,
        lanes: Lanes,
        *,
        cached: Callable[[int], LoadedImage | None],
        made: Callable[[int, Picture], None],
        failed: Callable[[Sequence[int]], None],
        edges: Callable[[InstanceRecord], tuple[tuple[int, int], ...]] = lambda _: (),
    ) -> None:
        """``made`` gets an instance's id and its picture, ``failed`` the ids whose image cannot be read.

        ``edges`` are the bones of an instance's skeleton.
        """
        self._lanes = lanes
        self._cached = cached
        self._made = made
        self._failed = failed
        self._edges = edges
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
        # Asked here: skeletons belong to this thread.
        edges = {each.id: self._edges(each) for each in instances}

        def make(task: Task) -> list[tuple[int, Picture]]:
            pixels = loaded.levels[0] if loaded is not None else read_image(image.file).pixels
            return [
                (each.id, crop_picture(pixels, each.mask, each.bbox, _pose(each, edges[each.id])))
                for each in instances
                if not task.should_stop()
            ]

        def done(found: list[tuple[int, Picture]]) -> None:
            for instance_id, picture in found:
                self._made(instance_id, picture)

        def failed(error: BaseException) -> None:
            if not isinstance(error, BadImage):
                raise error
            self._failed([each.id for each in instances])

        return self._lanes.io.job(make, done=done, failed=failed)


def _pose(instance: InstanceRecord, edges: tuple[tuple[int, int], ...]) -> DrawnPose | None:
    if instance.keypoints is None or not instance.posed:
        return None
    fit = tuple(edge for edge in edges if max(edge) < len(instance.keypoints))
    return DrawnPose(instance.keypoints, fit, instance.joint_scores or ())


def crop_picture(
    pixels: Picture, mask: Rle | None, box: Box | None, pose: DrawnPose | None = None, *, size: int = SIZE
) -> Picture:
    """Return ``uint8[size, size, 3]``: an instance with some room around it, its surroundings dimmed, outlined.

    A pose is drawn over it, and where there is no mask instead of it. ``pixels`` is ``uint8[H, W, 3]`` RGB; where the
    window reaches beyond the image it is black.
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
    elif pose is not None:
        inside[:] = 255
    elif box is not None:
        corner = (round((x - left) * scale), round((y - top) * scale))
        far = (round((x + w - left) * scale), round((y + h - top) * scale))
        cv2.rectangle(inside, corner, far, 255, cv2.FILLED)
    shown = picture.astype(np.float32)
    shown[inside == 0] *= _DIMMED
    drawn = shown.astype(np.uint8)
    rings, _ = cv2.findContours(inside, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_NONE)
    if mask is not None or pose is None:
        cv2.drawContours(drawn, rings, -1, (0, 0, 0), 3, cv2.LINE_AA)
        cv2.drawContours(drawn, rings, -1, _LINE, 1, cv2.LINE_AA)
    if pose is not None:
        _draw_pose(drawn, pose, left, top, scale)
    return drawn


def _draw_pose(picture: Picture, pose: DrawnPose, left: float, top: float, scale: float) -> None:
    """Draw bones, and joints in the colour of how sure the backend is of them."""
    places = [(round((x - left) * scale), round((y - top) * scale)) for x, y, _ in pose.keypoints]
    seen = [v > 0 for _, _, v in pose.keypoints]
    bones = [(places[a], places[b]) for a, b in pose.edges if seen[a] and seen[b]]
    for color, width in (((0, 0, 0), 4), ((235, 235, 235), 2)):
        for a, b in bones:
            cv2.line(picture, a, b, color, width, cv2.LINE_AA)
    for joint, place in enumerate(places):
        if seen[joint]:
            sure = pose.scores[joint] if pose.scores else 1.0
            cv2.circle(picture, place, 5, (0, 0, 0), cv2.FILLED, cv2.LINE_AA)
            cv2.circle(picture, place, 4, confidence_color(sure), cv2.FILLED, cv2.LINE_AA)


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
