"""Ops of a run over many images as a whole: created, begun, ended, cancelled, resumed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import ClassVar

from sqlalchemy import ColumnElement, select, update

from engine.errors import InvalidOp, NotFound
from engine.ops.base import Op
from engine.records import ItemState, JobRecord, JobState, Json, Stage
from engine.stages.params import AutoParams
from engine.storage.images import BATCH
from engine.storage.tables import Image, JobItem, table_of
from engine.transaction import Tx
from models.api import BackendInfo

_ITEMS = table_of(JobItem)
_IMAGES = table_of(Image)
BOXES = "boxes"
"""The kind of a run that turns boxes into masks, and the name of its constants among the job's."""
WORDS = "words"
"""The kind of a run that finds what words name, and the name of its constants among the job's."""
POSES = "poses"
"""The kind of a run that proposes poses, and the name of its constants among the job's."""
RUNS = ("auto", BOXES, WORDS, POSES)
"""A job with constants under one of these names is a run over images; any other is an import."""
OPEN = (JobState.WAITING, JobState.RUNNING)
"""States in which a job's images may be claimed."""


def is_run(job: JobRecord) -> bool:
    """Tell whether a job goes through images and can be resumed; an import cannot."""
    return any(name in job.params for name in RUNS)


@dataclass(frozen=True)
class CreateJob(Op[int]):
    """Note a run of the automatic stage with all its constants and one item an image; returns the job's number."""

    stage: Stage
    backend: str
    params: AutoParams
    image_ids: Sequence[int] = field(repr=False)
    about: Json = field(default_factory=dict)
    undoable: ClassVar[bool] = False

    @property
    def title(self) -> str:
        """Say on how much."""
        return f"Start automatic masks on {len(self.image_ids)} images"

    def apply(self, tx: Tx) -> int:
        """Write the job and its items."""
        params = {**self.about, "auto": self.params.to_json()}
        return create(tx, str(self.stage), self.backend, params, self.image_ids)


def create(tx: Tx, kind: str, backend: str, params: Json, images: Sequence[int]) -> int:
    """Write a waiting job and one item an image; returns the job's number. Raises InvalidOp and NotFound."""
    image_ids = list(dict.fromkeys(images))
    if not image_ids:
        raise InvalidOp("There is no image to work on. Add images, or ask for others. Nothing was started.")
    _check_images(tx, image_ids)
    job_id = tx.rows.insert(
        "jobs",
        {
            "kind": kind,
            "state": str(JobState.WAITING),
            "backend": backend,
            "params": dict(params),
            "author": tx.author,
            "created_at": tx.now,
        },
    )
    tx.rows.insert_many("job_items", [{"job_id": job_id, "image_id": image_id} for image_id in image_ids])
    return job_id


def _check_images(tx: Tx, image_ids: Sequence[int]) -> None:
    for start in range(0, len(image_ids), BATCH):
        batch = set(image_ids[start : start + BATCH])
        there = tx.connection.execute(select(_IMAGES.c.id).where(_IMAGES.c.id.in_(sorted(batch)))).scalars()
        missing = batch.difference(there)
        if missing:
            raise NotFound(f"The image {min(missing)} is not in the project (any more). Nothing was started.")


@dataclass(frozen=True)
class BeginJob(Op[None]):
    """A worker has loaded the backend: note its weights, or refuse to go on with others than the job began with."""

    job_id: int
    backend: BackendInfo
    undoable: ClassVar[bool] = False

    @property
    def title(self) -> str:
        """Name the job."""
        return f"Begin job {self.job_id}"

    def apply(self, tx: Tx) -> None:
        """Write the weights' hash once."""
        job = tx.read.jobs.get(self.job_id)
        if not job.weights_hash:
            tx.rows.update("jobs", self.job_id, {"weights_hash": self.backend.weights_hash})
        elif job.weights_hash != self.backend.weights_hash:
            raise InvalidOp(
                f"The weights of '{self.backend.name}' are no longer those that job {self.job_id} began with. "
                "Cancel it and start a new job for the images that are left."
            )


@dataclass(frozen=True)
class EndJob(Op[JobState]):
    """Close a job whose images are all done or failed: failed if not one was done. Returns the state it is in then."""

    job_id: int
    undoable: ClassVar[bool] = False

    @property
    def title(self) -> str:
        """Name the job."""
        return f"End job {self.job_id}"

    def apply(self, tx: Tx) -> JobState:
        """Write the state, unless another worker has done so or somebody has put images back meanwhile."""
        progress = tx.read.jobs.progress(self.job_id, now=tx.now)
        if progress.state not in OPEN or progress.waiting or progress.running:
            return progress.state
        state = JobState.FAILED if progress.failed and not progress.done else JobState.DONE
        error = f"{progress.failed} of {progress.total} images failed." if progress.failed else ""
        tx.rows.update("jobs", self.job_id, {"state": str(state), "ended_at": tx.now, "error": error})
        return state


@dataclass(frozen=True)
class CancelJob(Op[None]):
    """Stop a job: its masks stay, what is being worked on is not stored, and it can be resumed or withdrawn."""

    job_id: int
    undoable: ClassVar[bool] = False

    @property
    def title(self) -> str:
        """Name the job."""
        return f"Cancel job {self.job_id}"

    def apply(self, tx: Tx) -> None:
        """Write the state and take every image back from its worker."""
        job = tx.read.jobs.get(self.job_id)
        if job.state not in OPEN:
            raise InvalidOp(f"The job {self.job_id} is {job.state} already. Nothing was changed.")
        give_back(tx, (_ITEMS.c.job_id == self.job_id) & (_ITEMS.c.state == ItemState.RUNNING))
        tx.rows.update("jobs", self.job_id, {"state": str(JobState.CANCELLED), "ended_at": tx.now})


@dataclass(frozen=True)
class ResumeJob(Op[int]):
    """Open a job again for what is left of it, failed images included; returns how many images that are."""

    job_id: int
    undoable: ClassVar[bool] = False

    @property
    def title(self) -> str:
        """Name the job."""
        return f"Resume job {self.job_id}"

    def apply(self, tx: Tx) -> int:
        """Write the state; workers that are alive keep their images."""
        job = tx.read.jobs.get(self.job_id)
        if not is_run(job):
            raise InvalidOp(f"The job {self.job_id} is an import, which cannot be resumed. Import the file again.")
        if job.state is JobState.WITHDRAWN:
            raise InvalidOp(f"The job {self.job_id} was withdrawn. Start a new one.")
        give_back(tx, (_ITEMS.c.job_id == self.job_id) & (_ITEMS.c.state == ItemState.FAILED))
        progress = tx.read.jobs.progress(self.job_id, now=tx.now)
        left = progress.waiting + progress.running
        if not left:
            raise InvalidOp(f"The job {self.job_id} has done all its images. There is nothing left to resume.")
        opened = {"state": str(JobState.RUNNING if job.started_at else JobState.WAITING)}
        tx.rows.update("jobs", self.job_id, {**opened, "ended_at": None, "error": ""})
        return left


def give_back(tx: Tx, which: ColumnElement[bool]) -> None:
    """Let the images that ``which`` names wait again."""
    fresh = {"state": str(ItemState.WAITING), "lease_owner": "", "lease_until": None, "reason": "", "ended_at": None}
    tx.connection.execute(update(_ITEMS).where(which).values(**fresh))
