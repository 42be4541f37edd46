"""Measures automatic runs on photographs of 1 megapixel: the backend's share, memory, one worker against two.

Run as ``python tests/bench/bench_auto.py [--backend classic] [--images 8] [--preset default]``; prints, gates nothing.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import cv2
import numpy as np
import psutil
from PIL import Image
from skimage import data

from engine.jobs.start import create_auto_job
from engine.ops.imports import WithdrawJob
from engine.processes import cores, own_environment
from engine.project import add_images
from engine.stages.params import preset
from engine.workspace import Workspace

WIDTH, HEIGHT = 1224, 816
SAMPLES = (data.astronaut, data.coffee, data.chelsea, data.rocket)


def photograph(number: int) -> np.ndarray:
    """Return a sample photograph, each time another part of it and sometimes mirrored."""
    whole = SAMPLES[number % len(SAMPLES)]()[:, :, :3]
    rng = np.random.default_rng(number)
    high, wide = whole.shape[0] * 4 // 5, whole.shape[1] * 4 // 5
    top, left = rng.integers(0, whole.shape[0] - high), rng.integers(0, whole.shape[1] - wide)
    part = cv2.resize(whole[top : top + high, left : left + wide], (WIDTH, HEIGHT), interpolation=cv2.INTER_CUBIC)
    return np.ascontiguousarray(part[:, ::-1] if number // len(SAMPLES) % 2 else part)


class Memory(threading.Thread):
    """Samples what processes and their children hold."""

    def __init__(self, pids: list[int]) -> None:
        super().__init__()
        self.pids = pids
        self.samples: list[float] = []
        self.enough = threading.Event()

    def run(self) -> None:
        while not self.enough.wait(0.25):
            held = 0
            for pid in self.pids:
                try:
                    worker = psutil.Process(pid)
                    held += sum(each.memory_info().rss for each in (worker, *worker.children(recursive=True)))
                except psutil.Error:
                    continue
            self.samples.append(held / 2**20)

    def words(self) -> str:
        """Return the most held in the second and in the last quarter of the time; the first one loads."""
        quarter = len(self.samples) // 4
        if not quarter:
            return "too quick to tell"
        second, last = max(self.samples[quarter : 2 * quarter]), max(self.samples[-quarter:])
        return f"{second:.0f} MB early, {last:.0f} MB late"


def processor_seconds() -> float:
    """Return what processes that we started and that have ended have computed: it tells also on a busy machine."""
    times = os.times()
    return times.children_user + times.children_system


@contextmanager
def sampled(pids: list[int]) -> Iterator[Memory]:
    memory = Memory(pids)
    memory.start()
    try:
        yield memory
    finally:
        memory.enough.set()
        memory.join()


def measure(title: str, project: Path, job_id: int, workers: int, of: int) -> float:
    """Run a job with so many workers that each take their share of ``of``; print it; return images a second."""
    command = [sys.executable, "-P", "-m", "engine.cli", "run-job", str(project), str(job_id), "--of", str(of)]
    began, computed = time.perf_counter(), processor_seconds()
    running = [subprocess.Popen([*command, "--worker", str(n + 1)], env=own_environment()) for n in range(workers)]
    with sampled([each.pid for each in running]) as memory:
        for each in running:
            each.wait()
    whole, computed = time.perf_counter() - began, processor_seconds() - computed
    with Workspace.open(project) as workspace:
        with workspace.read() as read:
            job, progress = read.jobs.get(job_id), read.jobs.progress(job_id)
            account = read.jobs.account(job_id)
        workspace.execute(WithdrawJob(job_id))
    assert job.started_at is not None and job.ended_at is not None
    wall = (job.ended_at - job.started_at).total_seconds()
    print(
        f"{title:<34} {progress.done / wall:6.3f} images/s, {wall:6.1f} s ({whole - wall:.1f} s to load and end), "
        f"{100 * account['backend'] / (workers * wall):5.1f} % in the backend, {progress.instances:,} masks, "
        f"{memory.words()}",
        flush=True,
    )
    rest = {name: account[name] for name in ("read", "select")}
    stored = workers * wall - account["wall"]
    print(
        f"{'':<34} an image: "
        + ", ".join(f"{name} {1000 * seconds / progress.done:.0f} ms" for name, seconds in rest.items())
        + f", claiming and storing {1000 * stored / progress.done:.0f} ms, "
        f"{computed / progress.done:.2f} processor seconds with loading"
    )
    return progress.done / wall


def main(arguments: list[str] | None = None) -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--backend", default="classic")
    parser.add_argument("--images", type=int, default=8)
    parser.add_argument("--preset", default="default")
    parser.add_argument("--only", type=int, default=0, help="measure with this many workers only")
    chosen = parser.parse_args(arguments or [])
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        (folder / "photos").mkdir()
        for number in range(chosen.images):
            Image.fromarray(photograph(number)).save(folder / "photos" / f"{number:04}.jpg", quality=92)
        project = folder / "p.maskwright"
        print(f"{chosen.images} photographs of {WIDTH} x {HEIGHT}, {chosen.backend}, preset {chosen.preset}")
        with Workspace.create(project) as workspace:
            add_images(workspace, [folder / "photos"])
        rates = {}
        for title, workers, of in (
            (f"1 worker, {cores()} threads", 1, 1),
            (f"1 worker, {max(1, cores() // 2)} threads", 1, 2),
            (f"2 workers, {max(1, cores() // 2)} threads each", 2, 2),
        ):
            if chosen.only in (0, workers):
                with Workspace.open(project) as workspace, workspace.read() as read:
                    ids = read.images.ids()
                with Workspace.open(project) as workspace:
                    job_id = create_auto_job(workspace, chosen.backend, preset(chosen.preset), ids)
                rates[workers, of] = measure(title, project, job_id, workers, of)
        if (2, 2) in rates and (1, 2) in rates:
            print(
                f"two workers against one: {rates[2, 2] / rates[1, 1]:.2f} times one with all threads, "
                f"{rates[2, 2] / rates[1, 2]:.2f} times one with half of them"
            )


if __name__ == "__main__":
    main(sys.argv[1:])
