"""One annotation of a COCO file becomes one object, or is refused in a few words."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any, TypeGuard

import orjson

from engine.formats.boxes import FileImage, Refused, box_inside, sized_box
from engine.ops.checks import keypoint_box
from engine.ops.incoming import ORIGINAL_ID, IncomingInstance
from engine.records import Box, Keypoints, Rle
from models import masks

_OURS = frozenset(
    {
        "id", "image_id", "category_id", "segmentation", "bbox", "area", "iscrowd", "keypoints", "num_keypoints",
        "attributes",
    }
)  # fmt: skip
# Leaves room to number everything else above the highest id of a file.
_MAX_ID = 2**53


def id_key(value: Any) -> str | None:
    """Return what two spellings of one id have in common (5, 5.0 and "5"); None where there is none."""
    number = whole(value)
    if number is not None:
        return str(number)
    return value if isinstance(value, str) else None


def whole(value: Any) -> int | None:
    """Return a whole number as int, None for anything else (bool included)."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value
    return int(value) if isinstance(value, float) and value.is_integer() else None


def split_id(value: Any) -> tuple[int | None, str | int | None]:
    """Return (number, original id) of an ``id`` field: one of them, or neither."""
    number = whole(value)
    if number is not None and abs(number) <= _MAX_ID:
        return number, None
    return None, number if number is not None and abs(number) < 2**63 else value if isinstance(value, str) else None


def keepable(fields: Mapping[str, Any], note: Callable[[str], None]) -> dict[str, Any]:
    """Return the unknown fields that can be written again; the others are noted by name."""
    kept = {}
    for name, value in fields.items():
        try:
            orjson.dumps({name: value})
        except orjson.JSONEncodeError:
            note("an unknown field holds a value that cannot be written again; it was left out")
        else:
            kept[name] = value
    return kept


def instance_of(
    raw: Mapping[str, Any], image: FileImage, label_key: int | None, note: Callable[[str], None]
) -> IncomingInstance:
    """Return the object; ``note`` is told what a person should know. Raises Refused."""
    mask = _mask(raw.get("segmentation"), image)
    if mask is not None and masks.area(mask) == 0:
        note("its segmentation covers no pixel; its box was taken")
        mask = None
    keypoints = _keypoints(raw.get("keypoints"))
    box, area = _box_and_area(raw, mask, keypoints, image, note)
    number, original = split_id(raw.get("id"))
    attributes = raw.get("attributes")
    extra = {name: value for name, value in raw.items() if name not in _OURS}
    if not isinstance(attributes, dict) or not attributes:
        # Kept as it came: an attributes field of another form is somebody's own.
        extra |= {"attributes": attributes} if "attributes" in raw else {}
        attributes = {}
    score = raw.get("score")
    extra = keepable(extra, note) if extra else {}
    if original is None and isinstance(extra.get(ORIGINAL_ID), str) and number is None:
        original = extra[ORIGINAL_ID]
    return IncomingInstance(
        image_key=image.key,
        label_key=label_key,
        where=f"{raw.get('id', 'without id')} on {image.name}",
        mask=mask,
        box=box,
        area=area,
        keypoints=keypoints,
        iscrowd=_crowd(raw.get("iscrowd")),
        attributes=keepable(attributes, note) if attributes else {},
        score=float(score) if _is_number(score) else None,
        coco_id=number,
        original_id=original,
        extra=extra,
    )


def _is_number(value: Any) -> TypeGuard[int | float]:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _crowd(value: Any) -> bool:
    if value in (None, 0, "0"):
        return False
    if value in (1, "1"):
        return True
    raise Refused("iscrowd is neither 0 nor 1")


def _mask(segmentation: Any, image: FileImage) -> Rle | None:
    if not segmentation:
        return None
    if isinstance(segmentation, dict):
        return _from_runs(segmentation, image)
    if not isinstance(segmentation, list):
        raise Refused("its segmentation is neither polygons nor run lengths")
    polygons = [segmentation] if _is_number(segmentation[0]) else [part for part in segmentation if part != []]
    if not polygons:
        return None
    for polygon in polygons:
        if not isinstance(polygon, list) or not all(_is_number(value) for value in polygon):
            raise Refused("its polygon holds something that is no finite number")
        if len(polygon) < 6 or len(polygon) % 2:
            raise Refused("its polygon has fewer than three points or an odd number of values")
    try:
        return masks.from_coco_polygons(polygons, image.height, image.width)
    except ValueError as error:
        raise Refused("its polygon lies far outside the image") from error


def _from_runs(segmentation: Mapping[str, Any], image: FileImage) -> Rle:
    size, counts = segmentation.get("size"), segmentation.get("counts")
    if not isinstance(size, list) or len(size) != 2 or any(whole(side) is None for side in size):
        raise Refused("its run-length mask has no size")
    if [whole(side) for side in size] != [image.height, image.width]:
        raise Refused("its mask has another size than the image")
    try:
        if isinstance(counts, list):
            if not all(_is_number(run) for run in counts):
                raise Refused("its run-length mask is damaged")
            return masks.from_counts(image.height, image.width, counts)
        if isinstance(counts, str):
            mask = Rle(image.height, image.width, counts.encode("ascii"))
            runs = masks.runs(mask)
            if min(runs, default=0) < 0 or sum(runs) != image.height * image.width:
                raise Refused("its run-length mask is damaged")
            # A run of no pixels is legal but misleads the box arithmetic; written anew it is gone.
            return masks.encode(masks.decode(mask)) if 0 in runs[1:] else mask
    except Refused:
        raise
    except (ValueError, OverflowError) as error:
        raise Refused("its run-length mask is damaged") from error
    raise Refused("its run-length mask is damaged")


def _keypoints(values: Any) -> Keypoints | None:
    if not values:
        return None
    if not isinstance(values, list) or len(values) % 3:
        raise Refused("its keypoints are no x, y, visibility triples")
    if not all(_is_number(value) for value in values):
        raise Refused("its keypoints hold something that is no finite number")
    if any(v not in (0, 1, 2) for v in values[2::3]):
        raise Refused("a keypoint's visibility is not 0, 1 or 2")
    return tuple((values[at], values[at + 1], int(values[at + 2])) for at in range(0, len(values), 3))


def _box_and_area(
    raw: Mapping[str, Any],
    mask: Rle | None,
    keypoints: Keypoints | None,
    image: FileImage,
    note: Callable[[str], None],
) -> tuple[Box | None, float]:
    given = raw.get("bbox")
    if mask is not None:
        tight = masks.bbox(mask)
        if given and not _agrees(given, tight):
            note("its box differs from its mask by more than 2 pixels; the mask counts")
        return tight, float(masks.area(mask))
    around = keypoint_box(keypoints) if keypoints is not None else None
    if given in (None, [], [0, 0, 0, 0]):
        if keypoints is None:
            raise Refused("it has no mask, box or keypoints")
        return around, 0.0 if around is None else around[2] * around[3]
    box = box_inside(_checked(given), image, note)
    area = raw.get("area")
    if _is_number(area) and area > 0:
        return box, float(area)
    return box, box[2] * box[3]


def _checked(given: Any) -> Box:
    if not isinstance(given, list) or len(given) != 4 or not all(_is_number(value) for value in given):
        raise Refused("its box is not four finite numbers")
    return sized_box(float(given[0]), float(given[1]), float(given[2]), float(given[3]))


def _agrees(given: Any, tight: Box) -> bool:
    if not isinstance(given, list) or len(given) != 4 or not all(_is_number(value) for value in given):
        return False
    corners = (given[0], given[1], given[0] + given[2], given[1] + given[3])
    real = (tight[0], tight[1], tight[0] + tight[2], tight[1] + tight[3])
    return all(abs(a - b) <= 2 for a, b in zip(corners, real, strict=True))
