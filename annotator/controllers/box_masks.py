"""Masks from the boxes of the image on screen: asked of the backend, stored as proposals in one step."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import CancelledError, Future
from dataclasses import dataclass
from typing import Literal, Protocol

from annotator.controllers.editing import Editing
from annotator.controllers.store import Store
from engine.errors import EngineError, InferenceCancelled
from engine.inference.draft import BackendInfo, ImageRef
from engine.jobs.finder import reason_of
from engine.ops.box_masks import StoreBoxMasks, box_of, open_boxes
from engine.records import Box, Rle
from engine.stages.automatic import Found
from engine.stages.boxes import BoxParams, BoxWork


class BoxHost(Protocol):
    """Who answers boxes."""

    @property
    def info(self) -> BackendInfo | None:
        """The loaded backend."""

    def find(self, image: ImageRef, params: BoxWork, taken: Sequence[Rle]) -> Future[Found]:
        """Answer the boxes of an image."""


@dataclass(frozen=True, slots=True)
class _Running:
    """Boxes under way: what comes back is stored on their own image, whatever is on screen then."""

    image: ImageRef
    place: str
    asked: int
    again: bool


class BoxMasks:
    """Makes masks from the selected boxes, or from all boxes of the image that have none yet."""

    def __init__(
        self,
        store: Store,
        editing: Editing,
        host: BoxHost,
        *,
        post: Callable[[Callable[[], None]], None],
        image: Callable[[], ImageRef | None],
        say: Callable[[Literal["info", "success", "warning", "error"], str], None],
    ) -> None:
        """``image`` is the one on screen once its pixels are there; ``post`` runs a closure on this thread."""
        self._store = store
        self._editing = editing
        self._host = host
        self._post = post
        self._image = image
        self._say = say
        self._running: _Running | None = None

    def make(self) -> None:
        """Ask the backend; what it answers is proposed, and the boxes stay as they are."""
        image, shown = self._image(), self._editing.image
        if image is None or shown is None or image.image_id != shown.id:
            self._say("info", "The picture is still being read. Try again in a moment.")
            return
        if self._running is not None:
            self._say("info", "The backend is still at work on boxes.")
            return
        selected = [self._editing.instances[each] for each in self._editing.selection]
        if selected:
            boxes = tuple((each.id, box) for each in selected if (box := box_of(each)) is not None)
            if not boxes:
                self._say("info", "What is selected has a mask already. Select boxes, or nothing for all boxes.")
            else:
                self._ask(image, boxes, again=True)
            return
        # Nobody else starts meanwhile: a second press of the key would ask for the same boxes.
        running = self._running = _Running(image, self._store.place, 0, again=False)

        def take(found: tuple[tuple[int, Box], ...]) -> None:
            if self._running is not running:
                return
            self._running = None
            if found:
                self._ask(image, found, again=False)
            else:
                self._say("info", "There is no box here that a mask was not made from. Draw one with X.")

        self._store.read(lambda reader: open_boxes(reader, image.image_id), take, failed=self._refused)

    def _ask(self, image: ImageRef, boxes: tuple[tuple[int, Box], ...], *, again: bool) -> None:
        running = self._running = _Running(image, self._store.place, len(boxes), again)
        future = self._host.find(image, BoxWork(BoxParams(), boxes), ())
        future.add_done_callback(lambda done: self._post(lambda: self._answered(running, done)))

    def _answered(self, running: _Running, done: Future[Found]) -> None:
        if self._running is not running:
            return
        self._running = None
        try:
            found = done.result()
        except (InferenceCancelled, CancelledError):
            return
        except EngineError as error:
            self._say("error", f"No mask was made: {reason_of(error)} Try again, or choose another backend.")
            return
        backend = self._host.info
        if self._store.workspace is None or self._store.place != running.place or backend is None:
            return
        if not found.masks:
            self._say("info", "The backend found nothing in the boxes. Use the smart tool with clicks instead.")
            return
        op = StoreBoxMasks(running.image.image_id, found.masks, backend, running.again)
        self._store.execute(
            op, initiator=self, done=lambda outcome: self._stored(running, outcome.value), failed=self._refused
        )

    def _stored(self, running: _Running, ids: tuple[int, ...]) -> None:
        missing = running.asked - len(ids)
        rest = f" {missing} gave none." if missing else ""
        self._say("success", f"{len(ids)} of {running.asked} boxes: masks proposed. Y accepts, N rejects.{rest}")

        def select(_: None) -> None:
            shown = self._editing.image
            if shown is not None and shown.id == running.image.image_id:
                self._editing.select(ids)

        if ids:
            # Read after what is shown was, as the store's lane keeps the order: only then can they be selected.
            self._store.read(lambda _: None, select)

    def _refused(self, error: EngineError) -> None:
        self._running = None
        self._say("error", str(error))
