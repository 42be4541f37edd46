"""What every exported file shares: names of images, ids, boxes, masks, and the scores with how a mask was found."""

from __future__ import annotations

from typing import Any

from engine.ops.checks import keypoint_box
from engine.records import Rle
from engine.storage.exports import Asked, ExportedImage, ExportedInstance
from engine.storage.reader import Reader


class Names:
    """Names images by their path below their root; where two roots share a path, the root's name comes first."""

    def __init__(self, reader: Reader) -> None:
        """Look once at what is shared."""
        self._shared = reader.exports.shared_paths()
        names = reader.images.root_names()
        counts: dict[str, int] = {}
        for name in names.values():
            counts[name] = counts.get(name, 0) + 1
        # Two roots of one name are told apart by their ids.
        self._roots = {key: name if counts[name] == 1 else f"{name}-{key}" for key, name in names.items()}

    def of(self, image: ExportedImage) -> str:
        """Return the image's name, which no other image has."""
        return f"{self._roots[image.root_id]}/{image.path}" if image.path in self._shared else image.path


def exported_id(coco_id: int | None, row_id: int, top: int) -> int:
    """Return the id that came from a file, or one above all those (``top`` is the highest of the table)."""
    return coco_id if coco_id is not None else top + row_id


def number(value: float) -> int | float:
    """Return whole numbers as int, so that they are written without a point."""
    return int(value) if value.is_integer() else value


def run_lengths(mask: Rle) -> dict[str, Any]:
    """Return COCO's compressed run-length code."""
    return {"size": [mask.height, mask.width], "counts": mask.counts.decode("ascii")}


def box_of(instance: ExportedInstance) -> list[int | float]:
    """Return x, y, w, h in image pixels; around the keypoints where there is no box, zeros where there is nothing."""
    x, y, w, h = instance.bbox_x, instance.bbox_y, instance.bbox_w, instance.bbox_h
    if x is not None and y is not None and w is not None and h is not None:
        return [number(x), number(y), number(w), number(h)]
    around = keypoint_box(tuple((kx, ky, int(v)) for kx, ky, v in instance.keypoints or ()))
    return [number(float(value)) for value in around or (0.0, 0.0, 0.0, 0.0)]


def scores_of(instance: ExportedInstance, asked: Asked) -> dict[str, Any]:
    """Return SA-1B's fields on how a mask was found, with None or no point for what is not known."""
    x, y, w, h = instance.crop_x, instance.crop_y, instance.crop_w, instance.crop_h
    window = None
    if x is not None and y is not None and w is not None and h is not None:
        window = [number(x), number(y), number(w), number(h)]
    return {
        "predicted_iou": instance.score,
        "point_coords": [[number(px), number(py)] for px, py in asked.points],
        "crop_box": window,
        "stability_score": instance.stability,
    }
