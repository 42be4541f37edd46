"""Starting a run that turns boxes into masks."""

from __future__ import annotations

from collections.abc import Sequence

from engine.errors import InvalidOp
from engine.jobs.start import GRID_SECONDS
from engine.ops.box_masks import CreateBoxJob
from engine.records import Json
from engine.stages.boxes import BoxParams
from engine.workspace import Workspace
from models import registry


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

    ``time_limit`` are the seconds a backend may take for one image or box. Raises InvalidOp and the registry's errors.
    """
    spec = registry.find(backend)
    if spec.task != "mask" or "box" not in spec.prompts:
        raise InvalidOp(f"The backend '{backend}' does not answer boxes. Choose another one.")
    if time_limit <= 0:
        raise InvalidOp("The time limit must be more than 0 seconds. Nothing was started.")
    with workspace.read() as reader:
        with_boxes = reader.instances.images_with_boxes()
    chosen = tuple(image_id for image_id in images if image_id in with_boxes)
    if not chosen:
        raise InvalidOp("No image asked for has a box without a mask. Import or draw boxes first. Nothing was started.")
    told = {**(about or {}), "device": device, "time_limit": time_limit}
    return workspace.execute(CreateBoxJob(backend, params, chosen, told)).value
