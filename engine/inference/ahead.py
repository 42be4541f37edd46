"""Embeddings made ahead of the people who will click: the disk cache is filled image by image."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from engine.control import QUIET, Control
from engine.errors import EngineError, InvalidOp
from engine.inference.draft import ImageRef
from engine.inference.embeddings import EmbeddingStore
from engine.inference.settings import CacheSettings
from engine.inference.thrifty import ThriftyBackend
from engine.records import ImageRecord
from models.errors import DeviceOutOfMemory


@dataclass(frozen=True, slots=True)
class Embedded:
    """What became of ``asked`` images: encoded now, on disk already, or failed with a reason.

    ``full`` says that the budget was spent before all were done.
    """

    asked: int
    made: int
    there: int
    failed: tuple[tuple[str, str], ...] = ()
    full: bool = False


def embed(
    images: Sequence[ImageRecord],
    backend: str,
    settings: CacheSettings,
    *,
    device: str | None = None,
    control: Control = QUIET,
) -> Embedded:
    """Encode ``images`` with ``backend`` in this process; what is on disk already is left alone, so it can be resumed.

    It ends when the budget is spent, rather than push out what it has just made. Raises InvalidOp, Cancelled and the
    registry's errors; a bad image is listed and the others go on.
    """
    if settings.disk_bytes <= 0:
        raise InvalidOp("The disk cache is turned off (a size of 0). Nothing was encoded.")
    loaded = ThriftyBackend(backend, device)
    try:
        return _embedded(images, EmbeddingStore(loaded, settings), control)
    finally:
        loaded.close()


def _embedded(images: Sequence[ImageRecord], store: EmbeddingStore, control: Control) -> Embedded:
    made = there = 0
    failed: list[tuple[str, str]] = []
    wanted: set[str] = set()
    for number, image in enumerate(images):
        control.step(number, len(images), what=f"{made} images were encoded; run it again to go on.")
        if not image.width:
            failed.append((str(image.file), image.error or "it could not be read when it was added"))
            continue
        try:
            filled = store.fill(ImageRef(image.id, image.file, image.content_hash, image.width, image.height))
        except (EngineError, DeviceOutOfMemory) as error:
            failed.append((str(image.file), str(error)))
            continue
        if filled.how == "refused" or filled.gone & wanted or image.content_hash in filled.gone:
            return Embedded(len(images), made, there, tuple(failed), full=True)
        wanted.add(image.content_hash)
        made += filled.how == "made"
        there += filled.how == "there"
    control.on_progress(len(images), len(images))
    return Embedded(len(images), made, there, tuple(failed))
