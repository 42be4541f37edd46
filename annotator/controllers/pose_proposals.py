"""Poses for what is on screen: asked of the pose backend, stored as proposals in one step."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import CancelledError, Future
from dataclasses import dataclass
from typing import Literal, Protocol

from annotator.controllers.editing import Editing
from annotator.controllers.store import Store
from engine.errors import EngineError, InferenceCancelled
from engine.inference.draft import BackendInfo, ImageRef
from engine.jobs.choosing import check_backend, default_backend
from engine.jobs.finder import reason_of
from engine.ops.pose_wishes import wanted_figures
from engine.ops.poses import StorePoses
from engine.stages.automatic import Found
from engine.stages.poses import Figure, PoseParams, PoseWork
from engine.storage.reader import Reader


class PoseHost(Protocol):
    """Who answers."""

    @property
    def info(self) -> BackendInfo | None:
        """The loaded backend."""

    def find(self, backend: str, device: str | None, image: ImageRef, work: PoseWork) -> Future[Found]:
        """Ask for the poses of an image's figures."""


@dataclass(frozen=True, slots=True)
class _Running:
    """Poses under way: what comes back is stored on their own image, whatever is on screen then."""

    image: ImageRef
    place: str
    again: bool
    asked: int = 0


class PoseProposals:
    """Proposes poses for the selected instances, or for all of the image that have none yet."""

    def __init__(
        self,
        store: Store,
        editing: Editing,
        host: PoseHost,
        *,
        post: Callable[[Callable[[], None]], None],
        image: Callable[[], ImageRef | None],
        backend: Callable[[], tuple[str, str | None]],
        say: Callable[[Literal["info", "success", "warning", "error"], str], None],
    ) -> None:
        """``image`` is the one on screen once its pixels are there; ``backend`` names backend ("": best) and device."""
        self._store = store
        self._editing = editing
        self._host = host
        self._post = post
        self._image = image
        self._backend = backend
        self._say = say
        self._running: _Running | None = None

    def for_selected(self) -> None:
        """Ask for the selected ones, also where a pose was proposed before."""
        self._begin(tuple(self._editing.selection))

    def for_image(self) -> None:
        """Ask for everything on the image that lacks a pose."""
        self._begin(None)

    def _begin(self, ids: tuple[int, ...] | None) -> None:
        image, shown = self._image(), self._editing.image
        if image is None or shown is None or image.image_id != shown.id:
            self._say("info", "The picture is still being read. Try again in a moment.")
            return
        if self._running is not None:
            self._say("info", "The backend is still at work on poses.")
            return
        # Nobody else starts meanwhile: a second press of the key would ask for the same poses.
        running = self._running = _Running(image, self._store.place, ids is not None)
        name, device = self._backend()

        def query(reader: Reader) -> tuple[str, tuple[Figure, ...]]:
            figures = wanted_figures(reader, image.image_id, ids)
            if name:
                check_backend(name, "pose", "box", "finds no poses")
            return name or default_backend("pose"), figures

        def take(found: tuple[str, tuple[Figure, ...]]) -> None:
            if self._running is running:
                self._ask(running, found[0], device, found[1])

        self._store.read(query, take, failed=self._refused)

    def _ask(self, running: _Running, backend: str, device: str | None, figures: tuple[Figure, ...]) -> None:
        asked = self._running = _Running(running.image, running.place, running.again, len(figures))
        future = self._host.find(backend, device, running.image, PoseWork(PoseParams(), figures))
        future.add_done_callback(lambda done: self._post(lambda: self._answered(asked, done)))

    def _answered(self, running: _Running, done: Future[Found]) -> None:
        if self._running is not running:
            return
        self._running = None
        try:
            found = done.result()
        except (InferenceCancelled, CancelledError):
            return
        except EngineError as error:
            self._say("error", f"No pose was made: {reason_of(error)} Try again, or choose another pose backend.")
            return
        backend = self._host.info
        if self._store.workspace is None or self._store.place != running.place or backend is None:
            return
        if not found.poses:
            self._say("info", "The backend found no joint in the boxes. Place the joints by hand with K.")
            return
        unknown = tuple(dict.fromkeys(name for pose in found.poses for name in pose.unknown))
        op = StorePoses(running.image.image_id, found.poses, backend, running.again)
        self._store.execute(
            op, initiator=self, done=lambda outcome: self._stored(running, outcome.value, unknown), failed=self._refused
        )

    def _stored(self, running: _Running, ids: tuple[int, ...], unknown: tuple[str, ...]) -> None:
        poses = f"{len(ids)} of {running.asked} poses proposed" if len(ids) < running.asked else _poses(len(ids))
        left = f" The backend does not know, and leaves to you: {', '.join(unknown)}." if unknown else ""
        self._say("warning" if left else "success", f"{poses}. Y accepts, N rejects, drag a joint to correct it.{left}")

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


def _poses(count: int) -> str:
    return "A pose proposed" if count == 1 else f"{count} poses proposed"
