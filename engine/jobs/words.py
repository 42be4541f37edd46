"""Starting a run that finds what words name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from engine.errors import BackendFailed, InvalidOp
from engine.inference.detectors import detector_spec
from engine.jobs.start import GRID_SECONDS
from engine.ops.labels import AddLabel
from engine.ops.word_masks import CreateWordJob, stored_boxes
from engine.records import Json, Rle
from engine.stages import wording
from engine.stages.words import WordParams, WordWork
from engine.storage.reader import Reader
from engine.workspace import Workspace
from models import registry
from models.errors import ModelError


def word_params(
    reader: Reader, words: Sequence[str], detector: str = "", *, min_score: float | None = None
) -> WordParams:
    """Return what a search for ``words`` is made of, each word with the label of the project that it means.

    Without a name the best detector looks, without a score its authors' own counts. Raises BackendUnavailable or
    InvalidOp.
    """
    spec = detector_spec(detector)
    labels = wording.match(words, {label.name: label.id for label in reader.labels.all()})
    least = spec.min_score if min_score is None else min_score
    return WordParams(tuple(words), spec.name, least, tuple(labels.items()))


def word_work(
    reader: Reader, image_id: int, words: Sequence[str], detector: str, min_score: float | None
) -> tuple[WordWork, tuple[Rle, ...]]:
    """Return a search of one image and the masks it has; raises InvalidOp, or BackendFailed without the detector."""
    try:
        params = word_params(reader, words, detector, min_score=min_score)
    except ModelError as error:
        raise BackendFailed(str(error)) from error
    return WordWork(params, stored_boxes(reader, image_id)), tuple(reader.instances.stored_masks(image_id).values())


def unlabelled(params: WordParams) -> tuple[str, ...]:
    """Return the words that no label of the project means."""
    return tuple(word for word in params.words if params.label_of(word) is None)


@dataclass(frozen=True, slots=True)
class WordJob:
    """A run that was noted, what it looks for, and the labels that were made for it."""

    job_id: int
    params: WordParams
    new_labels: tuple[str, ...] = ()


def create_word_job(
    workspace: Workspace,
    backend: str,
    words: Sequence[str],
    images: Sequence[int],
    *,
    detector: str = "",
    min_score: float | None = None,
    new_labels: bool = False,
    device: str | None = None,
    time_limit: float = GRID_SECONDS,
    about: Json | None = None,
) -> WordJob:
    """Note a run that finds ``words`` on ``images``; nothing runs yet.

    With ``new_labels`` each word that no label of the project means gets one. ``time_limit`` are the seconds that
    detector or backend may take for one image or box. Raises InvalidOp and the registry's errors; then nothing was
    changed.
    """
    spec = registry.find(backend)
    if spec.task != "mask" or "box" not in spec.prompts:
        raise InvalidOp(f"The backend '{backend}' does not answer boxes. Choose another one.")
    if time_limit <= 0:
        raise InvalidOp("The time limit must be more than 0 seconds. Nothing was started.")
    if not images:
        raise InvalidOp("There is no image to work on. Add images, or ask for others. Nothing was started.")
    with workspace.read() as reader:
        params = word_params(reader, words, detector, min_score=min_score)
    made = create_labels(workspace, params) if new_labels else ()
    if made:
        with workspace.read() as reader:
            params = word_params(reader, words, detector, min_score=min_score)
    told = {**(about or {}), "device": device, "time_limit": time_limit}
    job_id = workspace.execute(CreateWordJob(backend, params, tuple(images), told)).value
    return WordJob(job_id, params, made)


def create_labels(workspace: Workspace, params: WordParams) -> tuple[str, ...]:
    """Make a label of each word that none means, and return their names; each is a step that undo takes back."""
    made = tuple(dict.fromkeys(wording.one_of(word) for word in unlabelled(params)))
    for name in made:
        workspace.execute(AddLabel(name))
    return made
