"""Measures what twenty people of one photograph cost the pose network; prints a table, gates nothing.

Run as ``python tests/bench/bench_pose.py``. The network has fresh weights: speed does not depend on them. Asked one by
one and all together in the same run; processor seconds beside the clock's, since other programs share the cores.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from typing import Any

import cv2
import numpy as np
import torch
from skimage import data

from engine.stages.poses import Figure, PoseParams, PoseWork, answer_poses
from models.api import BackendSpec
from models.pose.backend import EmbeddedPose
from models.pose.network import PoseNet
from models.pose.skeletons import joints_named

HEIGHT, WIDTH = 3000, 4000
PEOPLE = 20
THREADS = 2
WANTED_SECONDS = 1.0
LSP = (
    *(f"right_{kind}" for kind in ("ankle", "knee", "hip")),
    *(f"left_{kind}" for kind in ("hip", "knee", "ankle")),
    *(f"right_{kind}" for kind in ("wrist", "elbow", "shoulder")),
    *(f"left_{kind}" for kind in ("shoulder", "elbow", "wrist")),
    *("neck", "head_top"),
)


def timed(action: Callable[[], Any], times: int = 5) -> tuple[float, float]:
    """Return the median seconds of ``action`` by the clock and of the processor, after one run to warm up."""
    action()
    spent, worked = [], []
    for _ in range(times):
        begin, before = time.perf_counter(), time.process_time()
        action()
        spent.append(time.perf_counter() - begin)
        worked.append(time.process_time() - before)
    return statistics.median(spent), statistics.median(worked)


def main() -> None:
    """Make people, ask, print."""
    torch.set_num_threads(THREADS)
    torch.manual_seed(1)
    network, joints = PoseNet(len(LSP)), joints_named(LSP)
    backend = EmbeddedPose(BackendSpec("bench", "pose", "", ""), network, joints, torch.device("cpu"), "")
    image = np.asarray(cv2.resize(data.astronaut(), (WIDTH, HEIGHT), interpolation=cv2.INTER_CUBIC), dtype=np.uint8)
    rng = np.random.default_rng(1)
    people = tuple(
        Figure(n, (float(x), float(y), 400.0, 900.0), LSP)
        for n, (x, y) in enumerate(rng.uniform((0, 0), (WIDTH - 400, HEIGHT - 900), (PEOPLE, 2)))
    )
    together = PoseWork(PoseParams(), people)
    alone = [PoseWork(PoseParams(), (person,)) for person in people]
    rows = {
        f"{PEOPLE} people together": lambda: answer_poses(backend, image, together),
        f"{PEOPLE} people one by one": lambda: [answer_poses(backend, image, work) for work in alone],
    }
    print(
        f"{WIDTH} x {HEIGHT} pixels, {THREADS} threads; wanted: {WANTED_SECONDS:g} s for {PEOPLE} people on two cores"
    )
    for name, action in rows.items():
        clock, processor = timed(action)
        print(f"{name:<24}{clock:7.2f} s   {processor:6.2f} processor seconds")


if __name__ == "__main__":
    main()
