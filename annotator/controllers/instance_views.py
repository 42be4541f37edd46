"""Stored instances as the canvas shows them: colour, title, skeleton."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from annotator.canvas import colors
from annotator.canvas.scene_data import InstanceView, Rgb
from engine.records import InstanceRecord, LabelRecord, SkeletonRecord, State

ColorBy = Literal["instance", "label"]


def color_of(instance: InstanceRecord, labels: Mapping[int, LabelRecord], color_by: ColorBy) -> Rgb:
    """Return an instance's stable colour: its label's, or one of its own; a proposed pose has its object's."""
    label = labels.get(instance.label_id) if instance.label_id is not None else None
    own = instance.pose_of or instance.id
    return colors.color_of(own, label.color if color_by == "label" and label is not None else None)


def view_of(
    instance: InstanceRecord,
    labels: Mapping[int, LabelRecord],
    skeletons: Mapping[int, SkeletonRecord],
    color_by: ColorBy,
) -> InstanceView:
    """Return what the canvas draws of one instance."""
    label = labels.get(instance.label_id) if instance.label_id is not None else None
    skeleton = skeletons.get(label.skeleton_id) if label is not None and label.skeleton_id is not None else None
    return InstanceView(
        id=instance.id,
        area=instance.area,
        bbox=instance.bbox,
        mask=instance.mask,
        keypoints=instance.keypoints,
        skeleton=skeleton,
        color=color_of(instance, labels, color_by),
        title=label.name if label is not None else "no label",
        state=instance.state,
        locked=instance.locked,
        named=label is not None,
        joint_scores=(instance.joint_scores or ()) if instance.state is State.PROPOSED else (),
    )
