"""Starting a run that proposes poses."""

from __future__ import annotations

from collections.abc import Sequence

from engine.errors import InvalidOp, NotFound
from engine.jobs.choosing import check_backend, check_time_limit
from engine.jobs.start import GRID_SECONDS
from engine.ops.pose_wishes import NO_SKELETON
from engine.ops.poses import CreatePoseJob, joints_of_labels
from engine.records import Json
from engine.stages.poses import PoseParams
from engine.storage.reader import Reader
from engine.workspace import Workspace


def create_pose_job(
    workspace: Workspace,
    backend: str,
    images: Sequence[int],
    *,
    labels: Sequence[str] = (),
    device: str | None = None,
    time_limit: float = GRID_SECONDS,
    about: Json | None = None,
) -> int:
    """Note a run on those of ``images`` where something lacks a pose, and return its number; nothing runs yet.

    ``labels`` names whose poses are wanted; all that have a skeleton by default. ``time_limit`` are the seconds that
    the backend may take for one image's figures, up to 20 at a time. Raises InvalidOp, NotFound and BackendFailed.
    """
    with workspace.read() as reader:
        op = pose_job(reader, backend, images, labels=labels, device=device, time_limit=time_limit, about=about)
    return workspace.execute(op).value


def pose_job(
    reader: Reader,
    backend: str,
    images: Sequence[int],
    *,
    labels: Sequence[str] = (),
    device: str | None = None,
    time_limit: float = GRID_SECONDS,
    about: Json | None = None,
) -> CreatePoseJob:
    """Return the op that notes such a run. Raises InvalidOp, NotFound and BackendFailed."""
    params = PoseParams(_ids(reader, labels))
    joints = joints_of_labels(reader, params.label_ids)
    if not joints:
        raise InvalidOp(f"{NO_SKELETON} Nothing was started.")
    check_backend(backend, "pose", "box", "finds no poses")
    check_time_limit(time_limit)
    to_pose = reader.instances.images_to_pose(joints)
    chosen = tuple(image_id for image_id in images if image_id in to_pose)
    if not chosen:
        names = ", ".join(f"'{each.name}'" for each in reader.labels.all() if each.id in joints)
        raise InvalidOp(
            f"No image asked for has a box or mask of {names} that lacks a pose. Draw or import boxes first. "
            "Nothing was started."
        )
    told = {**(about or {}), "labels": list(labels), "device": device, "time_limit": time_limit}
    return CreatePoseJob(backend, params, chosen, told)


def _ids(reader: Reader, names: Sequence[str]) -> tuple[int, ...]:
    ids: list[int] = []
    for name in names:
        label = reader.labels.by_name(name)
        if label is None:
            raise NotFound(f"The project has no label '{name}'. Nothing was started.")
        if label.skeleton_id is None:
            raise InvalidOp(f"The label '{name}' has no skeleton. Edit the label and give it one. Nothing was started.")
        ids.append(label.id)
    return tuple(dict.fromkeys(ids))
