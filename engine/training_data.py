"""What a project has to teach, written as a COCO file that every trainer reads."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson

from engine.errors import InvalidOp
from engine.ops.checks import keypoint_box
from engine.records import InstanceRecord, LabelRecord, SkeletonRecord, State
from engine.storage.reader import Reader
from engine.workspace import Workspace
from models.api import Task


def project_as_coco(project: str, target: Path, *, task: Task = "mask", label: str = "") -> int:
    """Write a project's accepted masks, or poses, to ``target`` with whole image paths; return how many there are.

    ``label`` takes one class only. Poses must be of one skeleton; they are written in COCO's frame. Raises InvalidOp if
    there is none, or there are several skeletons, and the workspace's errors.
    """
    workspace = Workspace.open(project)
    try:
        with workspace.read() as reader:
            table = _poses(reader, project, label) if task == "pose" else _masks(reader, project, label)
    finally:
        workspace.close()
    if not table["annotations"]:
        what = "pose" if task == "pose" else "mask"
        raise InvalidOp(f"{project} has no accepted {what} to learn from{f' with the label {label}' if label else ''}.")
    target.write_bytes(orjson.dumps(table))
    return len(table["annotations"])


def _masks(reader: Reader, project: str, label: str) -> dict[str, Any]:
    wanted = _wanted(reader, project, label)
    annotations = [
        {
            "id": instance.id,
            "image_id": instance.image_id,
            "segmentation": {
                "size": [instance.mask.height, instance.mask.width],
                "counts": instance.mask.counts.decode("ascii"),
            },
        }
        for instance in _accepted(reader)
        if instance.mask is not None and not instance.iscrowd and (wanted is None or instance.label_id == wanted.id)
    ]
    return {"images": _images(reader), "annotations": annotations, "categories": []}


def _poses(reader: Reader, project: str, label: str) -> dict[str, Any]:
    wanted = _wanted(reader, project, label)
    skeletons = {each.id: each for each in reader.skeletons.all()}
    of_label = {each.id: skeletons[each.skeleton_id] for each in reader.labels.all() if each.skeleton_id is not None}
    found = [
        (instance, of_label[instance.label_id])
        for instance in _accepted(reader)
        if instance.keypoints is not None
        and instance.label_id in of_label
        and (wanted is None or instance.label_id == wanted.id)
    ]
    joints = {skeleton.joints: skeleton for _, skeleton in found}
    if len(joints) > 1:
        names = ", ".join(sorted(skeleton.name for skeleton in joints.values()))
        raise InvalidOp(f"{project} has poses of several skeletons ({names}). Name one label with --label.")
    categories = [_category(skeleton) for skeleton in joints.values()]
    return {
        "images": _images(reader),
        "annotations": [_pose(instance) for instance, _ in found],
        "categories": categories,
    }


def _category(skeleton: SkeletonRecord) -> dict[str, Any]:
    return {"id": 1, "name": skeleton.name, "keypoints": list(skeleton.joints)}


def _pose(instance: InstanceRecord) -> dict[str, Any]:
    """COCO counts from the middle of the first pixel, a project from its corner."""
    keypoints = [value for x, y, v in instance.keypoints or () for value in (x - 0.5, y - 0.5, v)]
    entry = {"id": instance.id, "image_id": instance.image_id, "category_id": 1, "keypoints": keypoints}
    # A box that only goes around the joints would cut off hands and feet: the reader makes a wider one.
    if instance.bbox is not None and (instance.mask is not None or not _around_joints(instance)):
        entry["bbox"] = list(instance.bbox)
    if instance.mask is not None:
        entry["area"] = instance.area
    return entry


def _around_joints(instance: InstanceRecord) -> bool:
    return instance.keypoints is not None and instance.bbox == keypoint_box(instance.keypoints)


def _accepted(reader: Reader) -> Iterator[InstanceRecord]:
    ids = [image.id for image in reader.images.stream() if not image.error]
    return reader.instances.of_images(ids, {State.ACCEPTED})


def _images(reader: Reader) -> list[dict[str, Any]]:
    return [
        {"id": image.id, "file_name": str(image.file), "width": image.width, "height": image.height}
        for image in reader.images.stream()
        if not image.error
    ]


def _wanted(reader: Reader, project: str, label: str) -> LabelRecord | None:
    if not label:
        return None
    found = reader.labels.by_name(label)
    if found is None:
        raise InvalidOp(f"{project} has no label '{label}'.")
    return found
