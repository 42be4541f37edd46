"""Which instances of one image a person wants poses for, or in one sentence why none of them can have one."""

from __future__ import annotations

from collections.abc import Sequence

from engine.errors import InvalidOp
from engine.ops.poses import joints_of_labels, lacks_pose, open_figures
from engine.records import InstanceRecord
from engine.stages.poses import Figure
from engine.storage.reader import Reader

NO_SKELETON = "No label of the project has a skeleton. Edit a label and give it one, or import COCO keypoints."


def wanted_figures(reader: Reader, image_id: int, instance_ids: Sequence[int] | None) -> tuple[Figure, ...]:
    """Return the figures among ``instance_ids``, or all of the image that lack a pose if that is None.

    A proposed pose stands for the instance it is for. Raises InvalidOp where there is nothing to ask for.
    """
    joints = joints_of_labels(reader)
    if not joints:
        raise InvalidOp(NO_SKELETON)
    if instance_ids is None:
        figures = open_figures(reader, image_id)
        if not figures:
            names = " or ".join(f"'{each.name}'" for each in reader.labels.all() if each.id in joints)
            raise InvalidOp(f"Nothing here lacks a pose. Poses are made for boxes and masks of {names}.")
        return figures
    named = {each.pose_of or each.id for each in reader.instances.some(instance_ids)}
    figures = tuple(each for each in open_figures(reader, image_id, again=True) if each.source in named)
    if not figures:
        raise InvalidOp(_why_not(reader, reader.instances.some(sorted(named)), joints))
    return figures


def _why_not(reader: Reader, chosen: Sequence[InstanceRecord], joints: dict[int, tuple[str, ...]]) -> str:
    if not chosen:
        return "Select boxes or masks first, or ask for poses of the whole image."
    first = chosen[0]
    if first.label_id is None:
        return "What is selected has no label. Give it one that has a skeleton, such as a person's."
    if first.label_id not in joints:
        name = reader.labels.get(first.label_id).name
        return f"The label '{name}' has no skeleton. Edit the label and give it one."
    if first.locked:
        return "What is selected is locked. Unlock it first (Ctrl+L)."
    if first.posed:
        return "What is selected has a pose already. Drag its joints to change it, or remove the pose first."
    if lacks_pose(first):
        return "A proposed pose of it was corrected by hand. Accept that one, or delete it first."
    return "What is selected has no place to look at: a pose needs a box or a mask of one person."
