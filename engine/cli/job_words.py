"""How jobs are told: one JSON object or a few words, the same for every command."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import typer

from engine.cli.console import print_table

if TYPE_CHECKING:
    from engine.records import JobFailure, JobProgress, JobRecord

_MOST = 20


def job_words(
    job: JobRecord,
    progress: JobProgress,
    failures: Sequence[JobFailure] = (),
    account: Mapping[str, float] | None = None,
) -> dict[str, Any]:
    """Return a job as plain values for JSON."""
    return {
        "id": job.id,
        "kind": job.kind,
        "state": job.state,
        "author": job.author,
        "at": job.created_at,
        "backend": job.backend,
        "params": job.params,
        "error": job.error,
        "images": progress.total,
        "done": progress.done,
        "failed": progress.failed,
        "waiting": progress.waiting,
        "running": progress.running,
        "workers": progress.workers,
        "masks": progress.instances,
        "seconds_left": progress.left,
        "account": dict(account or {}),
        "failures": [{"image": each.path, "reason": each.reason} for each in failures],
    }


def made(job: JobRecord) -> str:
    """Return what a job proposes."""
    return "poses" if job.kind == "poses" else "masks"


def explain_joints(account: Mapping[str, float]) -> None:
    """Say which joints a person has to place: those the backend does not know."""
    from engine.stages.auto_pose import unknown_joints

    names = unknown_joints(account)
    if names:
        typer.echo(f"The backend does not know these joints, which are left to you: {', '.join(names)}.")


def print_failures(failures: Sequence[JobFailure]) -> None:
    """Print the images that failed with their reasons; many of them are cut short."""
    if not failures:
        return
    rows = [(each.path, each.reason) for each in failures[:_MOST]]
    if len(failures) > _MOST:
        rows.append(("...", f"and {len(failures) - _MOST:,} more: maskwright jobs PROJECT JOB --json names them all"))
    print_table(f"{len(failures):,} images failed", ("image", "reason"), rows)
