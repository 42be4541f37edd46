"""Reads jobs and the images they go through."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime

from sqlalchemy import Connection, RowMapping, and_, func, or_, select

from engine.errors import NotFound
from engine.records import ItemState, JobFailure, JobItemRecord, JobProgress, JobRecord, JobState
from engine.storage.tables import Image, Job, JobItem, table_of

_JOBS = table_of(Job)
_ITEMS = table_of(JobItem)
_IMAGES = table_of(Image)
_RECENT = 20
"""Images from whose times the rest is foretold."""


class Jobs:
    """Job rows as records."""

    def __init__(self, connection: Connection) -> None:
        """Read through ``connection``."""
        self._connection = connection

    def all(self) -> list[JobRecord]:
        """Return every job, newest first."""
        return [_job(row) for row in self._connection.execute(select(_JOBS).order_by(_JOBS.c.id.desc())).mappings()]

    def get(self, job_id: int) -> JobRecord:
        """Return one job; raises NotFound."""
        row = self._connection.execute(select(_JOBS).where(_JOBS.c.id == job_id)).mappings().first()
        if row is None:
            raise NotFound(f"The job {job_id} is no longer there.")
        return _job(row)

    def item(self, item_id: int) -> JobItemRecord:
        """Return one image of a job; raises NotFound."""
        row = self._connection.execute(select(_ITEMS).where(_ITEMS.c.id == item_id)).mappings().first()
        if row is None:
            raise NotFound(f"The image {item_id} of a job is no longer there.")
        return _item(row)

    def items(self, job_id: int) -> list[JobItemRecord]:
        """Return a job's images in the order in which they are done."""
        query = select(_ITEMS).where(_ITEMS.c.job_id == job_id).order_by(_ITEMS.c.id)
        return [_item(row) for row in self._connection.execute(query).mappings()]

    def progress(self, job_id: int, *, now: datetime | None = None) -> JobProgress:
        """Return how far a job is; raises NotFound. An import has no images of its own."""
        job = self.get(job_id)
        query = select(_ITEMS.c.state, func.count(), func.sum(_ITEMS.c.instances)).where(_ITEMS.c.job_id == job_id)
        counts: Counter[str] = Counter()
        instances = 0
        for state, number, stored in self._connection.execute(query.group_by(_ITEMS.c.state)):
            counts[state] = int(number)
            instances += int(stored or 0)
        workers = len(self.owners(job_id, now=now))
        left = counts[ItemState.WAITING] + counts[ItemState.RUNNING]
        return JobProgress(
            job_id=job_id,
            state=job.state,
            total=sum(counts.values()),
            waiting=counts[ItemState.WAITING],
            running=counts[ItemState.RUNNING],
            done=counts[ItemState.DONE],
            failed=counts[ItemState.FAILED],
            instances=instances,
            workers=workers,
            left=self._seconds(job_id, left, workers) if left else 0.0,
        )

    def owners(self, job_id: int, *, now: datetime | None = None) -> frozenset[str]:
        """Return the workers whose lease on an image of the job has not run out."""
        held = and_(_ITEMS.c.job_id == job_id, _ITEMS.c.state == ItemState.RUNNING)
        query = select(_ITEMS.c.lease_owner).where(held, _ITEMS.c.lease_until > (now or datetime.now(UTC)))
        return frozenset(self._connection.execute(query).scalars())

    def claimable(self, job_id: int, *, now: datetime, gone: frozenset[str]) -> JobItemRecord | None:
        """Return the next image to be done: one that waits, else one whose worker is ``gone`` or out of time."""
        mine = select(_ITEMS).where(_ITEMS.c.job_id == job_id).order_by(_ITEMS.c.id).limit(1)
        lost = or_(_ITEMS.c.lease_until <= now, _ITEMS.c.lease_owner.in_(sorted(gone)))
        for wanted in (_ITEMS.c.state == ItemState.WAITING, and_(_ITEMS.c.state == ItemState.RUNNING, lost)):
            row = self._connection.execute(mine.where(wanted)).mappings().first()
            if row is not None:
                return _item(row)
        return None

    def failures(self, job_id: int) -> list[JobFailure]:
        """Return the images that failed, with the reason."""
        query = (
            select(_ITEMS.c.image_id, _IMAGES.c.path, _ITEMS.c.reason)
            .join_from(_ITEMS, _IMAGES, _ITEMS.c.image_id == _IMAGES.c.id)
            .where(_ITEMS.c.job_id == job_id, _ITEMS.c.state == ItemState.FAILED)
            .order_by(_ITEMS.c.id)
        )
        return [JobFailure(*row) for row in self._connection.execute(query)]

    def account(self, job_id: int) -> Mapping[str, float]:
        """Return the sums over a job's images: points asked, answers left, seconds spent."""
        query = select(_ITEMS.c.timings).where(_ITEMS.c.job_id == job_id, _ITEMS.c.state == ItemState.DONE)
        sums: Counter[str] = Counter()
        for timings in self._connection.execute(query).scalars():
            sums.update(timings)
        return {name: round(value, 4) for name, value in sums.items()}

    def _seconds(self, job_id: int, left: int, workers: int) -> float | None:
        query = select(_ITEMS.c.started_at, _ITEMS.c.ended_at).where(
            _ITEMS.c.job_id == job_id, _ITEMS.c.state == ItemState.DONE
        )
        recent = self._connection.execute(query.order_by(_ITEMS.c.id.desc()).limit(_RECENT)).all()
        spent = [(ended - started).total_seconds() for started, ended in recent if started and ended]
        return sum(spent) / len(spent) * left / workers if spent and workers else None


def _job(row: RowMapping) -> JobRecord:
    return JobRecord(
        id=row["id"],
        kind=row["kind"],
        state=JobState(row["state"]),
        backend=row["backend"],
        weights_hash=row["weights_hash"],
        params=row["params"],
        author=row["author"],
        created_at=row["created_at"],
        started_at=row["started_at"],
        ended_at=row["ended_at"],
        error=row["error"],
    )


def _item(row: RowMapping) -> JobItemRecord:
    return JobItemRecord(
        id=row["id"],
        job_id=row["job_id"],
        image_id=row["image_id"],
        state=ItemState(row["state"]),
        reason=row["reason"],
        lease_owner=row["lease_owner"],
        lease_until=row["lease_until"],
        started_at=row["started_at"],
        ended_at=row["ended_at"],
        instances=row["instances"],
        account=row["timings"],
    )
