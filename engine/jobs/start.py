"""Starting jobs of the automatic stage, and running them: in this process, or in processes of their own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import IO, Any

from engine.errors import InvalidOp
from engine.inference.settings import TimeLimits
from engine.jobs.choosing import check_backend, check_time_limit
from engine.jobs.finder import Finder, HostFinder
from engine.jobs.lease import LEASE_SECONDS, own_name
from engine.jobs.runner import Runner, StoppedAtOnce
from engine.jobs.stop import Stop
from engine.ops.jobs import CreateJob, is_run
from engine.processes import cores, own_environment
from engine.records import ImageFilter, JobProgress, Json, Stage
from engine.stages.params import AutoParams
from engine.storage.connect import is_url
from engine.workspace import Workspace

BUSY_MS = 60_000
"""A worker waits longer than a person would for another one to write."""
GRID_SECONDS = 600.0
_FROM_STDIN = "-"


def create_auto_job(
    workspace: Workspace,
    backend: str,
    params: AutoParams,
    images: Sequence[int] | ImageFilter,
    stage: Stage = Stage.AUTO,
    *,
    device: str | None = None,
    time_limit: float = GRID_SECONDS,
    about: Json | None = None,
) -> int:
    """Note a job of the automatic stage on ``images`` (ids or a filter) and return its number; nothing runs yet.

    ``time_limit`` are the seconds a backend may take for one window; ``about`` is kept with the job for people to see.
    Raises InvalidOp and BackendFailed.
    """
    if isinstance(images, ImageFilter):
        with workspace.read() as reader:
            images = reader.images.ids(images)
    return workspace.execute(
        auto_job(backend, params, images, stage, device=device, time_limit=time_limit, about=about)
    ).value


def auto_job(
    backend: str,
    params: AutoParams,
    images: Sequence[int],
    stage: Stage = Stage.AUTO,
    *,
    device: str | None = None,
    time_limit: float = GRID_SECONDS,
    about: Json | None = None,
) -> CreateJob:
    """Return the op that notes such a job. Raises InvalidOp and BackendFailed."""
    check_backend(backend, "mask", "grid", "cannot look for masks by itself")
    check_time_limit(time_limit)
    told = {**(about or {}), "device": device, "time_limit": time_limit}
    return CreateJob(stage, backend, params, tuple(images), told)


def run_job(
    place: str | Path,
    job_id: int,
    *,
    finder: Finder | None = None,
    number: int = 1,
    of: int = 1,
    stop: Stop | None = None,
    lease_seconds: float = LEASE_SECONDS,
    told: Callable[[JobProgress], None] | None = None,
) -> JobProgress:
    """Work on a job in this process until it is done, cancelled or told to stop; return how far it is then.

    ``finder`` finds the masks (by default the job's backend, in a process that may crash); this is worker ``number``
    ``of`` so many. Raises BackendFailed, InvalidOp and what the database raises; the job can be gone on with then.
    """
    own_stop = stop or Stop()
    try:
        with Workspace.open(place, busy_ms=BUSY_MS) as workspace:
            with workspace.read() as reader:
                job = reader.jobs.get(job_id)
            if not is_run(job):
                raise InvalidOp(f"The job {job_id} is an import; there is nothing to run.")
            # What a job stores is its author's, whoever's process does the work.
            workspace.author = job.author
            used = finder or _host_finder(job.backend, job.params, of)
            try:
                Runner(
                    workspace, job_id, used, own_name(number), own_stop, lease_seconds=lease_seconds, told=told
                ).run()
            except StoppedAtOnce:
                pass
            finally:
                if finder is None:
                    used.close()
            with workspace.read() as reader:
                return reader.jobs.progress(job_id)
    finally:
        if stop is None:
            own_stop.close()


def _host_finder(backend: str, params: Json, of: int) -> HostFinder:
    seconds = float(params.get("time_limit", GRID_SECONDS))
    limits = TimeLimits(encode=seconds, grid=seconds)
    return HostFinder(backend, device=params.get("device"), limits=limits, threads=max(1, cores() // of))


class JobWorkers:
    """The processes that work on a job; they go on by themselves when whoever started them ends."""

    def __init__(self, processes: Sequence[tuple[subprocess.Popen[bytes], IO[bytes]]]) -> None:
        """Watch ``processes``, each with the file it complains to."""
        self._processes = list(processes)
        self._asked_to_stop = False

    @property
    def running(self) -> int:
        """How many are still at work."""
        return sum(process.poll() is None for process, _ in self._processes)

    @property
    def pids(self) -> tuple[int, ...]:
        """Their process ids."""
        return tuple(process.pid for process, _ in self._processes)

    def stop(self) -> None:
        """Ask all to stop after the image in hand; asked again, they stop at once."""
        self._asked_to_stop = True
        for process, _ in self._processes:
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """End all at once; the job can be resumed."""
        self._asked_to_stop = True
        for process, _ in self._processes:
            process.kill()

    def wait(self, seconds: float) -> bool:
        """Wait for all to end, at most so long; tell whether they have."""
        until = time.monotonic() + seconds
        for process, _ in self._processes:
            try:
                process.wait(max(0.0, until - time.monotonic()))
            except subprocess.TimeoutExpired:
                return False
        return True

    def complaints(self) -> list[str]:
        """Return what each worker that ended with a fault said last; after they have ended."""
        found: list[str] = []
        for process, complaint in self._processes:
            code = process.poll()
            # Asked before it could listen, a worker ends by the signal itself.
            if code and not (code < 0 and self._asked_to_stop):
                complaint.seek(0)
                lines = complaint.read().decode(errors="replace").strip().splitlines()
                last = lines[-1].removeprefix("maskwright: ") if lines else f"exit code {code}"
                found += [last] if last not in found else []
        return found

    def let_go(self) -> None:
        """Forget the processes, also those still at work: they go on, and nobody here waits for them."""
        for process, complaint in self._processes:
            complaint.close()
            if process.poll() is None:
                # Somebody has to take note of its end, or it stays in the system's table as long as this process does.
                threading.Thread(target=process.wait, name="job worker let go", daemon=True).start()
        self._processes.clear()

    def close(self) -> None:
        """Forget processes that have ended and what they said."""
        for _, complaint in self._processes:
            complaint.close()


def spawn_job(place: str | Path, job_id: int, workers: int = 1) -> JobWorkers:
    """Start so many processes that work on a job: ``maskwright run-job``. Watch the job by reading the project."""
    if workers < 1:
        raise InvalidOp("A job needs at least one worker.")
    return JobWorkers([_spawn(str(place), job_id, number, workers) for number in range(1, workers + 1)])


def _spawn(place: str, job_id: int, number: int, of: int) -> tuple[subprocess.Popen[bytes], IO[bytes]]:
    # A URL may hold a password, which everybody could read on a command line.
    told = _FROM_STDIN if is_url(place) else place
    command = [sys.executable, "-P", "-m", "engine.cli", "run-job", told, str(job_id)]
    options: dict[str, Any] = {}
    if sys.platform == "win32":
        options["creationflags"] = subprocess.CREATE_NEW_PROCESS_GROUP | subprocess.CREATE_NO_WINDOW
    else:
        # Ctrl+C in the terminal goes to whoever watches, who then asks the workers to stop.
        options["start_new_session"] = True
    complaint = tempfile.TemporaryFile()  # noqa: SIM115 - closed by JobWorkers.close
    process = subprocess.Popen(
        [*command, "--worker", str(number), "--of", str(of)],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=complaint,
        env=own_environment(),
        **options,
    )
    assert process.stdin is not None
    with process.stdin:
        process.stdin.write(place.encode() + os.linesep.encode() if told == _FROM_STDIN else b"")
    return process, complaint
