"""Starting a run that finds what words name, and the search of one image."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from engine.errors import BackendFailed
from engine.inference.detectors import detector_spec
from engine.jobs.choosing import check_backend, check_time_limit
from engine.jobs.start import GRID_SECONDS
from engine.ops.word_masks import CreateWordJob, stored_boxes
from engine.records import Json, Rle
from engine.stages import wording
from engine.stages.words import WordParams, WordWork
from engine.storage.reader import Reader
from models.errors import ModelError


@dataclass(frozen=True, slots=True)
class FindRequest:
    """What a person asks for.

    Without a name the best detector looks, ``min_score`` None is its authors' own; with ``new_labels`` a word that
    finds something, and that no label means, gets a label.
    """

    words: tuple[str, ...]
    detector: str = ""
    min_score: float | None = None
    new_labels: bool = False

    def params(self, reader: Reader) -> WordParams:
        """Return what the search is made of, each word with the label of the project that it means.

        Raises BackendFailed without the detector, or InvalidOp.
        """
        try:
            spec = detector_spec(self.detector)
        except ModelError as error:
            raise BackendFailed(str(error)) from error
        labels = wording.match(self.words, {label.name: label.id for label in reader.labels.all()})
        least = spec.min_score if self.min_score is None else self.min_score
        return WordParams(self.words, spec.name, least, tuple(labels.items()), self.new_labels)

    def work(self, reader: Reader, image_id: int) -> tuple[WordWork, tuple[Rle, ...]]:
        """Return the search of one image, and the masks it has. Raises as ``params``."""
        taken = reader.instances.stored_masks(image_id)
        return WordWork(self.params(reader), stored_boxes(reader, image_id)), tuple(taken.values())


def word_job(
    reader: Reader,
    backend: str,
    request: FindRequest,
    images: Sequence[int],
    *,
    device: str | None = None,
    time_limit: float = GRID_SECONDS,
    about: Json | None = None,
) -> CreateWordJob:
    """Return the op that notes a run on ``images``.

    ``time_limit`` are the seconds that detector or backend may take for one image or box. Raises InvalidOp and
    BackendFailed.
    """
    check_backend(backend, "mask", "box", "does not answer boxes")
    check_time_limit(time_limit)
    told = {**(about or {}), "device": device, "time_limit": time_limit}
    return CreateWordJob(backend, request.params(reader), tuple(images), told)
