"""Starting a run that turns boxes into masks."""

from __future__ import annotations

from collections.abc import Sequence

from engine.errors import InvalidOp
from engine.jobs.choosing import check_backend, check_time_limit
from engine.jobs.start import GRID_SECONDS
from engine.ops.box_masks import CreateBoxJob
from engine.records import Json
from engine.stages.boxes import BoxParams
from engine.storage.reader import Reader
from engine.workspace import Workspace


def create_box_job(
    workspace: Workspace,
    backend: str,
    params: BoxParams,
    images: Sequence[int],
    *,
    device: str | None = None,
    time_limit: float = GRID_SECONDS,
    about: Json | None = None,
) -> int:
    """Note a run on those of ``images`` that have boxes without masks, and return its number; nothing runs yet.

    ``time_limit`` are the seconds a backend may take for one image or box. Raises InvalidOp and BackendFailed.
    """
    with workspace.read() as reader:
        op = box_job(reader, backend, params, images, device=device, time_limit=time_limit, about=about)
    return workspace.execute(op).value


def box_job(
    reader: Reader,
    backend: str,
    params: BoxParams,
    images: Sequence[int],
    *,
    device: str | None = None,
    time_limit: float = GRID_SECONDS,
    about: Json | None = None,
) -> CreateBoxJob:
    """Return the op that notes such a run. Raises InvalidOp and BackendFailed."""
    check_backend(backend, "mask", "box", "does not answer boxes")
    check_time_limit(time_limit)
    with_boxes = reader.instances.images_with_boxes()
    chosen = tuple(image_id for image_id in images if image_id in with_boxes)
    if not chosen:
        raise InvalidOp("No image asked for has a box without a mask. Import or draw boxes first. Nothing was started.")
    told = {**(about or {}), "device": device, "time_limit": time_limit}
    return CreateBoxJob(backend, params, chosen, told)
