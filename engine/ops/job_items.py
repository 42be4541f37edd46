"""Ops of one image of a job: claimed, its lease renewed, finished, failed, given back.

Claiming and renewing leave no trace in the history: nothing that a person knows of is changed by them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, ClassVar

from sqlalchemy import update

from engine.errors import LeaseLost
from engine.ops import box_masks, poses, prefill, proposals, word_masks
from engine.ops.base import Op
from engine.ops.jobs import BOXES, OPEN, POSES, WORDS, give_back
from engine.records import ItemState, JobItemRecord, JobRecord, JobState, Stage
from engine.stages.auto_mask import AutoMask, without
from engine.stages.auto_pose import AutoPose
from engine.stages.params import AutoParams
from engine.stages.select import duplicates
from engine.stages.semi import FLOOR
from engine.stages.words import SAME_MASK, WordParams
from engine.storage.tables import Job, JobItem, table_of
from engine.transaction import Tx
from models.api import BackendInfo

_ITEMS = table_of(JobItem)
_JOBS = table_of(Job)


@dataclass(frozen=True, slots=True)
class Claim:
    """The image a worker is to do, or None: then the job is no longer open, or ``left`` images are in others' hands."""

    item: JobItemRecord | None
    state: JobState
    left: int


@dataclass(frozen=True)
class ClaimItem(Op[Claim]):
    """Take the next image of a job for ``seconds``: one that waits, or one whose worker is ``gone`` or out of time.

    A worker does one image at a time: one that it holds already it could not give back, and it takes that again.
    """

    job_id: int
    worker: str
    seconds: float
    gone: frozenset[str] = frozenset()
    undoable: ClassVar[bool] = False

    @property
    def title(self) -> str:
        """Never shown: it touches nothing that the history knows."""
        return f"Claim an image of job {self.job_id}"

    def apply(self, tx: Tx) -> Claim:
        """Write the lease. Writers queue, so nobody else can have seen the same image free."""
        job = tx.read.jobs.get(self.job_id)
        if job.state not in OPEN:
            return Claim(None, job.state, 0)
        item = tx.read.jobs.claimable(self.job_id, now=tx.now, gone=self.gone | {self.worker})
        if item is None:
            return Claim(None, job.state, tx.read.jobs.progress(self.job_id, now=tx.now).running)
        until = tx.now + timedelta(seconds=self.seconds)
        lease = {"state": str(ItemState.RUNNING), "lease_owner": self.worker, "lease_until": until, "reason": ""}
        tx.connection.execute(update(_ITEMS).where(_ITEMS.c.id == item.id).values(**lease, started_at=tx.now))
        if job.state is JobState.WAITING:
            begun = {"state": str(JobState.RUNNING), "started_at": job.started_at or tx.now}
            tx.connection.execute(update(_JOBS).where(_JOBS.c.id == job.id).values(**begun))
        return Claim(tx.read.jobs.item(item.id), JobState.RUNNING, 1)


@dataclass(frozen=True)
class RenewLease(Op[None]):
    """Keep an image for ``seconds`` more; raises LeaseLost when it is somebody else's or the job has ended."""

    item_id: int
    worker: str
    seconds: float
    undoable: ClassVar[bool] = False

    @property
    def title(self) -> str:
        """Never shown."""
        return "Renew a lease"

    def apply(self, tx: Tx) -> None:
        """Write the lease's new end."""
        _held(tx, self.item_id, self.worker)
        until = tx.now + timedelta(seconds=self.seconds)
        tx.connection.execute(update(_ITEMS).where(_ITEMS.c.id == self.item_id).values(lease_until=until))


@dataclass(frozen=True)
class FinishItem(Op[int]):
    """Store an image's masks or poses and its end as one; returns how many. Raises LeaseLost, then nothing is stored.

    ``seen`` is the highest instance id of the image when the work began: what came later is looked at once more, so
    that no mask is proposed twice.
    """

    item_id: int
    worker: str
    found: tuple[AutoMask, ...] = field(repr=False)
    backend: BackendInfo
    seen: int = 0
    account: Mapping[str, float] = field(default_factory=dict)
    poses: tuple[AutoPose, ...] = field(default=(), repr=False)
    undoable: ClassVar[bool] = False

    @property
    def title(self) -> str:
        """Say how many."""
        if self.poses:
            return "Propose 1 pose" if len(self.poses) == 1 else f"Propose {len(self.poses)} poses"
        return "Propose 1 mask" if len(self.found) == 1 else f"Propose {len(self.found)} masks"

    def apply(self, tx: Tx) -> int:
        """Write the masks, then the item."""
        item = _held(tx, self.item_id, self.worker)
        job = tx.read.jobs.get(item.job_id)
        if job.kind == Stage.SEMI:
            return self._fill_in(tx, item, job)
        if job.kind == BOXES:
            answered = len(box_masks.store_answers(tx, item.image_id, self.found, self.backend, job.id))
            _end(tx, self.item_id, ItemState.DONE, instances=answered, timings=dict(self.account))
            return answered
        if job.kind == POSES:
            posed = len(poses.store_answers(tx, item.image_id, self.poses, self.backend, job.id))
            _end(tx, self.item_id, ItemState.DONE, instances=posed, timings=dict(self.account))
            return posed
        found = self.found
        newer = tx.read.instances.stored_masks(item.image_id, after=self.seen)
        if newer:
            least = SAME_MASK if job.kind == WORDS else AutoParams.from_json(job.params["auto"]).near_duplicate
            found = without(found, duplicates([each.mask for each in found], list(newer.values()), least))
        if job.kind == WORDS:
            params = WordParams.from_json(job.params[WORDS])
            word_masks.store_found(tx, item.image_id, found, self.backend, params, job.id)
            _end(tx, self.item_id, ItemState.DONE, instances=len(found), timings=dict(self.account))
            return len(found)
        proposals.store(tx, item.image_id, found, Stage(job.kind), self.backend, job.id)
        _end(tx, self.item_id, ItemState.DONE, instances=len(found), timings=dict(self.account))
        return len(found)

    def _fill_in(self, tx: Tx, item: JobItemRecord, job: JobRecord) -> int:
        """Propose what a person is to complete; where one has confirmed already there is nothing to do."""
        record = tx.read.prefills.find(item.image_id)
        stored = 0
        if record is None or record.confirmed_at is None:
            told = {"auto": job.params["auto"], "job": job.id}
            ids = prefill.fill_in(tx, item.image_id, self.found, self.backend, FLOOR, told, job_id=job.id)
            stored = len(ids)
        _end(tx, self.item_id, ItemState.DONE, instances=stored, timings=dict(self.account))
        return stored


@dataclass(frozen=True)
class FailItem(Op[None]):
    """Note why an image could not be done. Raises LeaseLost."""

    item_id: int
    worker: str
    reason: str
    undoable: ClassVar[bool] = False

    @property
    def title(self) -> str:
        """Never shown: it changes no image."""
        return "Fail an image"

    def apply(self, tx: Tx) -> None:
        """Write the reason."""
        _held(tx, self.item_id, self.worker)
        _end(tx, self.item_id, ItemState.FAILED, reason=self.reason)


@dataclass(frozen=True)
class ReleaseItem(Op[None]):
    """Give an image back undone. Raises LeaseLost."""

    item_id: int
    worker: str
    undoable: ClassVar[bool] = False

    @property
    def title(self) -> str:
        """Never shown."""
        return "Give an image back"

    def apply(self, tx: Tx) -> None:
        """Write that it waits."""
        _held(tx, self.item_id, self.worker)
        give_back(tx, _ITEMS.c.id == self.item_id)


def _held(tx: Tx, item_id: int, worker: str) -> JobItemRecord:
    """Return the item if it is the worker's to do."""
    item = tx.read.jobs.item(item_id)
    if item.state is not ItemState.RUNNING or item.lease_owner != worker:
        raise LeaseLost("Another worker has taken over this image, or it is done. Nothing was stored.")
    state = tx.read.jobs.get(item.job_id).state
    if state not in OPEN:
        raise LeaseLost(f"The job {item.job_id} is {state}. Nothing was stored.")
    return item


def _end(tx: Tx, item_id: int, state: ItemState, **more: Any) -> None:
    ended = {"state": str(state), "lease_owner": "", "lease_until": None, "ended_at": tx.now, **more}
    tx.connection.execute(update(_ITEMS).where(_ITEMS.c.id == item_id).values(**ended))
