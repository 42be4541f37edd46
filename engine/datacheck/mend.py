"""What would put one fault right. Pure, so that a preview and the repair itself cannot differ."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from engine.datacheck.kinds import Fault, Kind
from engine.datacheck.looks import AGREES, LEAST_SIDE, changed_over, islands, off_image, outside
from engine.datacheck.plain import box_iou, clipped
from engine.geometry.rle_crop import crop_of
from engine.measure.swapped import Pairs
from engine.records import Box, InstanceRecord, Keypoints, Rle, SkeletonRecord, State
from models import masks


@dataclass(frozen=True, slots=True)
class Mend:
    """One of: the instance goes, or gets another mask, box, pose, label, or a box prompt that fits its mask.

    ``pixels`` counts how many of a mask change.
    """

    delete: bool = False
    mask: Rle | None = None
    box: Box | None = None
    keypoints: Keypoints | None = None
    label_id: int | None = None
    fit_box: bool = False
    pixels: int = 0


def mend(
    fault: Fault,
    instance: InstanceRecord,
    other: InstanceRecord | None,
    size: tuple[int, int],
    asked: Box | None,
    label_id: int | None,
    skeleton: SkeletonRecord | None = None,
) -> Mend | None:
    """Return the repair of a fault of ``instance`` on an image of ``size`` (width, height), None where none is left.

    ``asked`` is the box that the mask was made from, ``skeleton`` the label's; ``label_id`` is what an instance without
    a label gets.
    """
    match fault.kind:
        case Kind.DUPLICATES:
            return Mend(delete=True)
        case Kind.NO_SIZE:
            return _without_size(instance)
        case Kind.OFF_IMAGE if instance.bbox is not None:
            box = clipped(instance.bbox, *size)
            if box is None or min(box[2:]) < LEAST_SIDE:
                return _without_size(instance)
            return Mend(box=box)
        case Kind.NO_LABEL:
            return None if label_id is None else Mend(label_id=label_id)
        case Kind.JOINTS_OFF_IMAGE:
            return _marked(instance, off_image(instance, *size), 0)
        case Kind.JOINTS_OUTSIDE:
            return _marked(instance, outside(instance), 1)
        case Kind.SWAPPED:
            return _changed_back(instance, changed_over(instance, skeleton))
        case Kind.ISLANDS if instance.mask is not None:
            return _without_islands(instance.mask)
        case Kind.OVERLAPS if instance.mask is not None and other is not None and other.mask is not None:
            return _without(instance.mask, other.mask)
        case Kind.BOX_AGAINST_MASK if instance.mask is not None and asked is not None:
            return _agreeing(instance, instance.mask, asked)
        case _:
            return None


def _without_size(instance: InstanceRecord) -> Mend:
    """An object that is only such a box goes; where there is a pose, the box around it takes its place."""
    labelled = [(x, y) for x, y, v in instance.keypoints or () if v]
    if not labelled:
        return Mend(delete=True)
    xs, ys = zip(*labelled, strict=True)
    return Mend(box=(min(xs), min(ys), max(max(xs) - min(xs), 1.0), max(max(ys) - min(ys), 1.0)))


def _marked(instance: InstanceRecord, away: tuple[int, ...], visibility: int) -> Mend | None:
    if instance.keypoints is None or not away:
        return None
    joints = ((x, y, visibility if n in away else v) for n, (x, y, v) in enumerate(instance.keypoints))
    return Mend(keypoints=tuple(joints))


def _changed_back(instance: InstanceRecord, pairs: Pairs) -> Mend | None:
    if instance.keypoints is None or not pairs:
        return None
    joints = list(instance.keypoints)
    for first, second in pairs:
        joints[first], joints[second] = joints[second], joints[first]
    return Mend(keypoints=tuple(joints))


def _without_islands(rle: Rle) -> Mend | None:
    found, x, y, _, pixels = islands(rle)
    if not pixels:
        return None
    _, _, mask = crop_of(rle)
    kept = masks.paste(mask & ~found, x=x, y=y, height=rle.height, width=rle.width)
    return Mend(mask=masks.encode(kept), pixels=pixels)


def _without(rle: Rle, other: Rle) -> Mend | None:
    mask = masks.decode(rle)
    rest = mask & ~masks.decode(other)
    pixels = int(mask.sum() - rest.sum())
    if not pixels:
        return None
    return Mend(mask=masks.encode(rest), pixels=pixels) if rest.any() else Mend(delete=True)


def _agreeing(instance: InstanceRecord, rle: Rle, asked: Box) -> Mend:
    mask = masks.decode(rle)
    x, y, w, h = asked
    rows = slice(max(int(y), 0), max(int(np.ceil(y + h)), 0))
    columns = slice(max(int(x), 0), max(int(np.ceil(x + w)), 0))
    kept = np.zeros_like(mask)
    kept[rows, columns] = mask[rows, columns]
    cut = masks.encode(kept)
    if kept.any() and box_iou(asked, masks.bbox(cut)) >= AGREES:
        return Mend(mask=cut, pixels=int(mask.sum() - kept.sum()))
    # The box was somebody's, the proposal a machine's; what a person has accepted outweighs the box.
    return Mend(delete=True) if instance.state is State.PROPOSED else Mend(fit_box=True)
