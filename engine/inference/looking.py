"""One image of a run is looked at by the backend that can: masks by a segmenter, poses by a pose estimator."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Literal, cast

from engine.inference.detectors import Detectors
from engine.records import Rle
from engine.stages.automatic import Found, search
from engine.stages.boxes import BoxWork, answer_boxes
from engine.stages.poses import PoseWork, answer_poses
from engine.stages.words import WordWork, answer_words
from engine.stages.work import Work
from models.api import Backend, Image, MaskBackend, PoseBackend
from models.errors import UnsupportedPrompt


def _tell_nobody(_phase: Literal["encode", "grid"]) -> None:
    return


def look(
    backend: Backend,
    detectors: Detectors,
    image: Image,
    work: Work,
    taken: Sequence[Rle],
    *,
    phase: Callable[[Literal["encode", "grid"]], None] = _tell_nobody,
) -> Found:
    """Return what ``work`` asks of ``image`` (uint8[H, W, 3]) and what is new beside the masks ``taken``.

    Raises UnsupportedPrompt where the backend is of another task, and what backends raise.
    """
    if isinstance(work, PoseWork):
        return answer_poses(as_pose_backend(backend), image, work, phase=phase)
    masker = as_mask_backend(backend)
    if isinstance(work, BoxWork):
        return answer_boxes(masker, image, work, phase=phase)
    if isinstance(work, WordWork):
        return answer_words(detectors.get(work.params.detector), masker, image, work, taken, phase=phase)
    return search(masker, image, work, taken, phase=phase)


def as_mask_backend(backend: Backend) -> MaskBackend:
    """Return the backend as a segmenter. Raises UnsupportedPrompt."""
    if not isinstance(backend, MaskBackend):
        raise UnsupportedPrompt(f"The backend '{backend.info.name}' makes no masks. Choose another one.")
    return backend


def as_pose_backend(backend: Backend) -> PoseBackend:
    """Return the backend as a pose estimator. Raises UnsupportedPrompt."""
    # By its task: a segmenter has methods of the same names.
    if backend.info.task != "pose":
        raise UnsupportedPrompt(f"The backend '{backend.info.name}' finds no poses. Choose another one.")
    return cast("PoseBackend", backend)
