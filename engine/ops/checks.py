"""What every op on instances must hold true before it writes."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import orjson

from engine.errors import InvalidOp
from engine.records import Box, CandidateRecord, ImageRecord, InstanceRecord, Keypoints, PromptRecord, Rle
from engine.transaction import Tx
from models import masks


def mask_values(image: ImageRecord, mask: Rle) -> dict[str, Any]:
    """Return the columns of a mask (mask, tight box, area) after checking that it fits the image and is not empty."""
    try:
        masks.check(mask)
    except ValueError as error:
        raise InvalidOp(f"The mask cannot be read ({error}). Nothing was stored.") from error
    if image.width and (mask.height, mask.width) != (image.height, image.width):
        raise InvalidOp(
            f"The mask is {mask.width} x {mask.height} pixels, the image {image.path} is "
            f"{image.width} x {image.height}. Nothing was stored."
        )
    area = masks.area(mask)
    if area == 0:
        raise InvalidOp("The mask is empty. Nothing was stored.")
    return {"mask": mask, "area": float(area), **box_values(masks.bbox(mask))}


def box_values(box: Box) -> dict[str, Any]:
    """Return the columns of a COCO box after checking that it has a size."""
    x, y, w, h = box
    if not all(math.isfinite(value) for value in box) or w <= 0 or h <= 0:
        raise InvalidOp(f"The box {box} has no size. Nothing was stored.")
    return {"bbox_x": float(x), "bbox_y": float(y), "bbox_w": float(w), "bbox_h": float(h)}


def keypoint_values(tx: Tx, label_id: int | None, keypoints: Keypoints) -> list[list[float | int]]:
    """Return keypoints as stored after checking them against the label's skeleton."""
    for x, y, v in keypoints:
        if not (math.isfinite(x) and math.isfinite(y)) or v not in (0, 1, 2):
            raise InvalidOp("A keypoint needs finite coordinates and a visibility of 0, 1 or 2. Nothing was stored.")
    if label_id is not None:
        skeleton_id = tx.read.labels.get(label_id).skeleton_id
        if skeleton_id is not None:
            joints = tx.read.skeletons.get(skeleton_id).joints
            if len(joints) != len(keypoints):
                raise InvalidOp(
                    f"The skeleton has {len(joints)} joints, {len(keypoints)} were given. Nothing was stored."
                )
    return [[float(x), float(y), int(v)] for x, y, v in keypoints]


def keypoint_box(keypoints: Keypoints) -> Box | None:
    """Return the box around the labelled joints, at least one pixel wide; None when there is none."""
    labelled = [(x, y) for x, y, v in keypoints if v]
    if not labelled:
        return None
    xs, ys = [p[0] for p in labelled], [p[1] for p in labelled]
    return min(xs), min(ys), max(max(xs) - min(xs), 1.0), max(max(ys) - min(ys), 1.0)


def selected(tx: Tx, instance_ids: Sequence[int]) -> list[InstanceRecord]:
    """Return the instances, each once, in the order named; refuses an empty selection."""
    if not instance_ids:
        raise InvalidOp("Select an instance first.")
    return [tx.read.instances.get(instance_id) for instance_id in dict.fromkeys(instance_ids)]


def finite(values: Iterable[float | None], what: str) -> None:
    """Refuse numbers that no database and no file format can hold."""
    if not all(value is None or math.isfinite(value) for value in values):
        raise InvalidOp(f"The {what} must be finite numbers. Nothing was stored.")


def story(prompts: Sequence[PromptRecord], candidates: Sequence[CandidateRecord]) -> None:
    """Refuse prompts and candidates with numbers that cannot be stored."""
    finite((value for each in prompts for value in (each.x0, each.y0, each.x1, each.y1)), "prompt's coordinates")
    finite((value for each in candidates for value in (each.score, each.stability)), "candidate's scores")


def json_values(attributes: Mapping[str, Any]) -> dict[str, Any]:
    """Return attributes as a plain dict after checking that JSON can hold them without loss."""
    try:
        orjson.dumps(dict(attributes))
    except TypeError as error:
        raise InvalidOp(f"The attributes cannot be stored as JSON ({error}). Nothing was stored.") from error
    if not _json_finite(dict(attributes)):
        raise InvalidOp("An attribute is not a finite number, which JSON cannot hold. Nothing was stored.")
    return dict(attributes)


def _json_finite(value: Any) -> bool:
    if isinstance(value, float):
        return math.isfinite(value)
    if isinstance(value, dict):
        return all(_json_finite(each) for each in value.values())
    return not isinstance(value, list | tuple) or all(_json_finite(each) for each in value)


def unlocked(tx: Tx, instance_ids: Sequence[int]) -> list[InstanceRecord]:
    """Return the instances, each once, refusing if none is named or one is locked."""
    found = selected(tx, instance_ids)
    for instance in found:
        if instance.locked:
            raise InvalidOp("A selected instance is locked. Unlock it in the instance list first.")
    return found


def one_image(instances: Sequence[InstanceRecord]) -> int:
    """Return the image that all instances lie on; refuses a mix."""
    images = {instance.image_id for instance in instances}
    if len(images) != 1:
        raise InvalidOp("These instances lie on different images.")
    return images.pop()
