"""Ops that bring in a whole file's labels, images and instances as one transaction, and take them out again.

They know no format: ``engine/formats`` turns files into the frozen values of ``engine.ops.incoming``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, ClassVar

from sqlalchemy import delete, func, select, update

from engine.errors import InvalidOp
from engine.ops.base import Op
from engine.ops.import_instances import InstanceStore
from engine.ops.import_joints import ImportedJoints
from engine.ops.import_rows import merge_info, store_images, store_label
from engine.ops.incoming import IncomingImage, IncomingInstance, IncomingLabel
from engine.records import JobState, State
from engine.report import Report, ReportBuilder
from engine.storage.tables import Candidate, Instance, Prompt, table_of
from engine.transaction import Tx

_INSTANCES = table_of(Instance)
_PROMPTS = table_of(Prompt)
_CANDIDATES = table_of(Candidate)
_BATCH = 1000


@dataclass(frozen=True)
class ImportFile(Op[Report]):
    """Store a file's contents, all or nothing; instances remember the job, so that it can be withdrawn as a whole.

    ``instances`` is a stream that is read once. ``tick`` is called after each batch and may raise to cancel.
    """

    kind: str
    file: str
    labels: tuple[IncomingLabel, ...]
    images: tuple[IncomingImage, ...]
    instances: Iterable[IncomingInstance] = field(repr=False)
    report: ReportBuilder = field(repr=False)
    info: Mapping[str, Any] = field(default_factory=dict)
    state: State = State.ACCEPTED
    tick: Callable[[int], None] = lambda _stored: None
    undoable: ClassVar[bool] = False

    @property
    def title(self) -> str:
        """Name the file."""
        return f"Import {self.file}"

    def apply(self, tx: Tx) -> Report:
        """Write job, labels, images and instances, and return the account."""
        job_id = tx.rows.insert(
            "jobs",
            {
                "kind": "import",
                "state": str(JobState.RUNNING),
                "params": {},
                "author": tx.author,
                "created_at": tx.now,
                "started_at": tx.now,
            },
        )
        merge_info(tx, self.info, self.report)
        labels = {label.key: store_label(tx, label, self.report) for label in self.labels}
        images = store_images(tx, self.images, self.report)
        joints = ImportedJoints(tx, self.labels, labels, self.report)
        store = InstanceStore(tx, job_id, self.state, labels, images, joints, self.report)
        stream = iter(self.instances)
        stored = 0
        while batch := list(islice(stream, _BATCH)):
            stored += store.add(batch)
            self.tick(stored)
        report = self.report.build(job_id)
        params = {"format": self.kind, "file": self.file, "state": str(self.state), "report": report.to_json()}
        tx.rows.update("jobs", job_id, {"state": str(JobState.DONE), "ended_at": tx.now, "params": params})
        tx.changes.everything = True
        return report


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """How many instances of a job went, and how many stay because a person has touched them since."""

    removed: int
    kept: int


@dataclass(frozen=True)
class WithdrawJob(Op[Withdrawn]):
    """Take out what a job stored, save for instances that a person changed or reviewed since.

    A job that is open but that no worker holds an image of (its program was killed) can be withdrawn as it is.
    """

    job_id: int
    undoable: ClassVar[bool] = False

    @property
    def title(self) -> str:
        """Name the job."""
        return f"Withdraw job {self.job_id}"

    def apply(self, tx: Tx) -> Withdrawn:
        """Delete the untouched instances with all that hangs on them; images and labels stay."""
        job = tx.read.jobs.get(self.job_id)
        if job.state is JobState.WITHDRAWN:
            raise InvalidOp(f"The job {self.job_id} is withdrawn already. Nothing was changed.")
        if job.state in (JobState.RUNNING, JobState.WAITING) and tx.read.jobs.owners(self.job_id, now=tx.now):
            raise InvalidOp(f"The job {self.job_id} is still {job.state}. Cancel it first. Nothing was changed.")
        mine = _INSTANCES.c.job_id == self.job_id
        untouched = (
            mine
            & (_INSTANCES.c.updated_at == _INSTANCES.c.created_at)
            & _INSTANCES.c.reviewed_at.is_(None)
            & ~_INSTANCES.c.locked
        )
        going = select(_INSTANCES.c.id).where(untouched)
        total = int(tx.connection.execute(select(func.count()).select_from(_INSTANCES).where(mine)).scalar_one())
        orphaned = update(_INSTANCES).where(_INSTANCES.c.parent_id.in_(going)).values(parent_id=None)
        tx.connection.execute(orphaned)
        for table in (_PROMPTS, _CANDIDATES):
            tx.connection.execute(delete(table).where(table.c.instance_id.in_(going)))
        removed = tx.connection.execute(delete(_INSTANCES).where(untouched)).rowcount
        tx.rows.update("jobs", self.job_id, {"state": str(JobState.WITHDRAWN)})
        tx.changes.everything = True
        return Withdrawn(removed, total - removed)
