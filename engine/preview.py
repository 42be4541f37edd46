"""A picture of what is annotated: masks laid over the photograph, outlined and named; for reports, not for editing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from engine.formats.output import writing_file
from engine.records import InstanceRecord, LabelRecord
from models import masks

_OPACITY = 0.4
_GREY = (160, 160, 160)


def draw(
    pixels: NDArray[np.uint8], instances: Sequence[InstanceRecord], labels: Mapping[int, LabelRecord]
) -> NDArray[np.uint8]:
    """Return ``uint8[H, W, 3]`` RGB: a copy of ``pixels`` with masks (largest first), boxes, joints and names."""
    canvas = pixels.astype(np.float32)
    ordered = sorted(instances, key=lambda instance: -instance.area)
    for instance in ordered:
        if instance.mask is not None:
            inside = masks.decode(instance.mask)
            canvas[inside] += (np.array(_colour(instance, labels), dtype=np.float32) - canvas[inside]) * _OPACITY
    drawn = np.ascontiguousarray(canvas.round().astype(np.uint8))
    thick = max(1, round(max(pixels.shape[:2]) / 500))
    for instance in ordered:
        _outline(drawn, instance, _colour(instance, labels), thick)
    return _names(drawn, ordered, labels)


def write_preview(
    target: Path,
    pixels: NDArray[np.uint8],
    instances: Sequence[InstanceRecord],
    labels: Mapping[int, LabelRecord],
) -> None:
    """Write the picture as PNG, whole or not at all. Raises CannotWrite or DiskFull."""
    with writing_file(target) as file:
        Image.fromarray(draw(pixels, instances, labels)).save(file, "PNG")


def _colour(instance: InstanceRecord, labels: Mapping[int, LabelRecord]) -> tuple[int, int, int]:
    label = labels.get(instance.label_id) if instance.label_id is not None else None
    if label is None:
        return _GREY
    red, green, blue = bytes.fromhex(label.color[1:])
    return red, green, blue


def _outline(drawn: NDArray[np.uint8], instance: InstanceRecord, colour: tuple[int, int, int], thick: int) -> None:
    if instance.mask is not None:
        inside = np.ascontiguousarray(masks.decode(instance.mask)).view(np.uint8)
        rings, _ = cv2.findContours(inside, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_NONE)
        cv2.drawContours(drawn, rings, -1, colour, thick, cv2.LINE_AA)
    elif instance.bbox is not None:
        x, y, w, h = (round(value) for value in instance.bbox)
        cv2.rectangle(drawn, (x, y), (x + w, y + h), colour, thick, cv2.LINE_AA)
    for x_joint, y_joint, visible in instance.keypoints or ():
        if visible:
            centre = (round(x_joint), round(y_joint))
            cv2.circle(drawn, centre, 2 * thick + 1, colour, cv2.FILLED if visible == 2 else thick, cv2.LINE_AA)


def _names(
    drawn: NDArray[np.uint8], instances: Sequence[InstanceRecord], labels: Mapping[int, LabelRecord]
) -> NDArray[np.uint8]:
    image = Image.fromarray(drawn)
    pen = ImageDraw.Draw(image)
    font = ImageFont.load_default(max(11, round(max(image.size) / 45)))
    for instance in instances:
        label = labels.get(instance.label_id) if instance.label_id is not None else None
        if label is None or instance.bbox is None:
            continue
        x, y, _, _ = instance.bbox
        left, top, right, bottom = pen.textbbox((x + 3, y + 3), label.name, font=font)
        pen.rectangle((left - 3, top - 2, right + 3, bottom + 2), fill=_colour(instance, labels))
        pen.text((x + 3, y + 3), label.name, font=font, fill=_readable(_colour(instance, labels)))
    return np.array(image)


def _readable(colour: tuple[int, int, int]) -> tuple[int, int, int]:
    """Return black or white, whichever stands out more (ITU-R BT.601 luma)."""
    luma = 0.299 * colour[0] + 0.587 * colour[1] + 0.114 * colour[2]
    return (0, 0, 0) if luma > 140 else (255, 255, 255)
