"""One worker of a job: claims an image, has its masks found, stores them; no transaction lasts across inference."""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import suppress
from time import monotonic, perf_counter

from engine.errors import BadImage, EngineError, InferenceError, LeaseLost, NotFound
from engine.inference.draft import ImageRef
from engine.inference.messages import InferenceBug
from engine.jobs.finder import Finder, reason_of
from engine.jobs.lease import LEASE_SECONDS, is_gone
from engine.jobs.stop import Stop
from engine.ops.box_masks import open_boxes
from engine.ops.job_items import Claim, ClaimItem, FailItem, FinishItem, ReleaseItem, RenewLease
from engine.ops.jobs import BOXES, OPEN, POSES, WORDS, BeginJob, EndJob
from engine.ops.poses import open_figures
from engine.ops.word_masks import stored_boxes
from engine.records import ImageRecord, JobItemRecord, JobProgress, Json
from engine.stages.boxes import BoxParams, BoxWork
from engine.stages.params import AutoParams
from engine.stages.poses import PoseParams, PoseWork
from engine.stages.words import WordParams, WordWork
from engine.stages.work import Work
from engine.storage.reader import Reader
from engine.workspace import Workspace

log = logging.getLogger(__name__)

POLL_SECONDS = 1.0
"""How often a worker without work looks whether another one has lost its image."""


class StoppedAtOnce(EngineError):
    """The person asked twice; the image in hand is given back."""


class Runner:
    """Works until the job has no image left, is cancelled, or ``stop`` is asked for."""

    def __init__(
        self,
        workspace: Workspace,
        job_id: int,
        finder: Finder,
        worker: str,
        stop: Stop,
        *,
        lease_seconds: float = LEASE_SECONDS,
        told: Callable[[JobProgress], None] | None = None,
    ) -> None:
        """``worker`` names this one among all; ``told`` is called after each image."""
        self._workspace = workspace
        self._job_id = job_id
        self._finder = finder
        self._worker = worker
        self._stop = stop
        self._seconds = lease_seconds
        self._told = told
        with workspace.read() as reader:
            params = reader.jobs.get(job_id).params
        self._params = _params(params)

    def run(self) -> None:
        """Work. Raises BackendFailed when the backend does not load, and what the database raises."""
        self._workspace.execute(BeginJob(self._job_id, self._finder.ready()))
        while not self._stop.asked:
            # Before an image is claimed, so that a backend that no longer loads fails no image.
            self._backend = self._finder.ready()
            claim = self._claim()
            if claim.item is not None:
                self._do(claim.item)
                self._tell()
            elif claim.state not in OPEN:
                return
            elif claim.left == 0:
                if self._workspace.execute(EndJob(self._job_id)).value not in OPEN:
                    return
            else:
                self._stop.wait(POLL_SECONDS)

    def _tell(self) -> None:
        if self._told is not None:
            with self._workspace.read() as reader:
                self._told(reader.jobs.progress(self._job_id))

    def _claim(self) -> Claim:
        with self._workspace.read() as reader:
            owners = reader.jobs.owners(self._job_id)
        gone = frozenset(owner for owner in owners if is_gone(owner))
        return self._workspace.execute(ClaimItem(self._job_id, self._worker, self._seconds, gone)).value

    def _do(self, item: JobItemRecord) -> None:
        """Do one image; whatever is wrong with it fails it alone."""
        try:
            self._find_and_store(item)
        except LeaseLost as error:
            log.info("image %d of job %d: %s", item.image_id, self._job_id, error)
        except NotFound:
            log.info("image %d was removed from the project while job %d ran", item.image_id, self._job_id)
        except (BadImage, InferenceError, InferenceBug) as error:
            self._fail(item, error)
        except EngineError:
            # The database will not have it now: another worker may do the image as soon as it will.
            self._release(item)
            raise

    def _find_and_store(self, item: JobItemRecord) -> None:
        began = perf_counter()
        with self._workspace.read() as reader:
            image = reader.images.get(item.image_id)
            taken = reader.instances.stored_masks(item.image_id)
            work = self._work(reader, item.image_id)
        found = self._finder.find(_ref(image), work, tuple(taken.values()), self._ticker(item))
        account = found.account()
        account |= {
            "backend": round(found.spent.encode + found.spent.grid, 4),
            "wall": round(perf_counter() - began, 4),
        }
        seen = max(taken, default=0)
        op = FinishItem(item.id, self._worker, found.masks, self._backend, seen, account, found.poses)
        stored = self._workspace.execute(op).value
        log.info("image %d: %d proposals in %.1f s", item.image_id, stored, account["wall"])

    def _work(self, reader: Reader, image_id: int) -> Work:
        if isinstance(self._params, BoxParams):
            return BoxWork(self._params, open_boxes(reader, image_id))
        if isinstance(self._params, PoseParams):
            return PoseWork(self._params, open_figures(reader, image_id, self._params.label_ids))
        if isinstance(self._params, WordParams):
            return WordWork(self._params, stored_boxes(reader, image_id))
        return self._params

    def _ticker(self, item: JobItemRecord) -> Callable[[], None]:
        renewed = monotonic()

        def tick() -> None:
            nonlocal renewed
            if self._stop.at_once:
                raise StoppedAtOnce("The job was stopped; the image in hand was given back.")
            if monotonic() - renewed > self._seconds / 3:
                self._workspace.execute(RenewLease(item.id, self._worker, self._seconds))
                renewed = monotonic()

        return tick

    def _fail(self, item: JobItemRecord, error: Exception) -> None:
        log.warning("image %d of job %d failed: %s", item.image_id, self._job_id, error)
        with suppress(LeaseLost, NotFound):
            self._workspace.execute(FailItem(item.id, self._worker, reason_of(error)))

    def _release(self, item: JobItemRecord) -> None:
        # If even this cannot be written, the lease runs out by itself.
        with suppress(EngineError):
            self._workspace.execute(ReleaseItem(item.id, self._worker))


def _params(params: Json) -> AutoParams | BoxParams | WordParams | PoseParams:
    """Return the constants that a job keeps."""
    if BOXES in params:
        return BoxParams.from_json(params[BOXES])
    if POSES in params:
        return PoseParams.from_json(params[POSES])
    if WORDS in params:
        return WordParams.from_json(params[WORDS])
    return AutoParams.from_json(params["auto"])


def _ref(image: ImageRecord) -> ImageRef:
    """Return the image as the inference process takes it; raises BadImage if the project knows it is unreadable."""
    if not image.width:
        raise BadImage(image.error or f"{image.file}: the image could not be read when it was added.")
    return ImageRef(image.id, image.file, image.content_hash, image.width, image.height)
