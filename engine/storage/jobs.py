"""Reads jobs."""

from __future__ import annotations

from sqlalchemy import Connection, RowMapping, select

from engine.errors import NotFound
from engine.records import JobRecord, JobState
from engine.storage.tables import Job, table_of

_JOBS = table_of(Job)


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
