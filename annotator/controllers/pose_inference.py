"""A second inference process, for poses: started when the first one is wanted, ended with the window."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future

from engine.inference.draft import BackendInfo, ImageRef
from engine.inference.events import Down, HostEvent
from engine.inference.host import InferenceHost
from engine.inference.settings import CacheSettings
from engine.stages.automatic import Found
from engine.stages.poses import PoseWork

_NO_CACHE = CacheSettings(memory_bytes=0, disk_bytes=0)


class PoseInference:
    """Owns the host of the pose backend; what goes wrong reaches whoever asked, so nothing is told twice."""

    def __init__(self, post: Callable[[Callable[[], None]], None]) -> None:
        """Nothing runs yet; ``post`` runs a closure on this thread."""
        self._post = post
        self._host: InferenceHost | None = None
        self._using: tuple[str, str | None] | None = None
        self._down = False

    def find(self, backend: str, device: str | None, image: ImageRef, work: PoseWork) -> Future[Found]:
        """Ask the backend for poses; it is started, changed or started again as need be.

        The future fails with an InferenceError.
        """
        wanted = (backend, device)
        if self._host is None:
            self._host = InferenceHost(backend=backend, device=device, cache=_NO_CACHE, on_event=self._note)
            self._host.start()
        elif self._using != wanted:
            self._host.switch(backend, device)
        elif self._down:
            self._host.restart()
        self._using, self._down = wanted, False
        return self._host.find(image, work)

    @property
    def info(self) -> BackendInfo | None:
        """The loaded backend, None while there is none."""
        return None if self._host is None else self._host.info

    def close(self) -> None:
        """End the process."""
        if self._host is not None:
            self._host.close()
            self._host = None

    def _note(self, event: HostEvent) -> None:
        if isinstance(event, Down):
            self._post(self._went_down)

    def _went_down(self) -> None:
        self._down = True
