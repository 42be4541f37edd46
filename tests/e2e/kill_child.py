"""Forks writers on request and lets them be killed; run by test_kill.py, one line in, one process out.

``write FILE SEED`` works on a project, ``create FOLDER SEED`` makes new ones, ``work FILE JOB`` is a worker of a job.
A writer says "try" before and "did" after each op, straight to the pipe that it shares with this program; ``mark`` is
answered behind all that.
"""

from __future__ import annotations

import os
import random
import signal
import sys
from pathlib import Path

import numpy as np

from engine.jobs.finder import LocalFinder
from engine.jobs.start import run_job
from engine.ops.instances import AddInstance, DeleteInstances, RefineInstance
from engine.ops.reviews import SetState
from engine.records import CandidateRecord, Level, PromptRecord, State
from engine.workspace import Workspace
from models import masks, registry
from models.api import MaskBackend


def say(*words: object) -> None:
    # One unbuffered write: what has been said has left this process, whatever happens to it next.
    os.write(1, (" ".join(str(word) for word in (os.getpid(), *words)) + "\n").encode())


def new_instance(rng: random.Random) -> AddInstance:
    mask = np.random.default_rng(rng.getrandbits(32)).random((64, 64)) < 0.5
    logits = mask[:32, :32].astype(np.float16)
    return AddInstance(
        rng.choice((1, 2)),
        mask=masks.encode(mask),
        prompts=(PromptRecord("point", 1, 2), PromptRecord("point", 3, 4)),
        candidates=tuple(CandidateRecord(n, 0.5, 0.5, 9, Level.NONE, n == 0, logits) for n in range(3)),
    )


def write(file: str, seed: str) -> None:
    rng = random.Random(seed)
    with Workspace.open(file, author=f"writer {os.getpid()}", busy_ms=60_000) as workspace:
        mine: list[int] = []
        while True:
            kind = rng.random()
            if not mine or kind < 0.6:
                say("try", "add", 0)
                mine.append(workspace.execute(new_instance(rng)).value.id)
                say("did", "add", mine[-1])
            elif kind < 0.75:
                gone = mine.pop(rng.randrange(len(mine)))
                say("try", "delete", gone)
                workspace.execute(DeleteInstances((gone,)))
                say("did", "delete", gone)
            elif kind < 0.9:
                each = rng.choice(mine)
                say("try", "reject", each)
                workspace.execute(SetState((each,), State.REJECTED))
                say("did", "reject", each)
            else:
                each = rng.choice(mine)
                say("try", "refine", each)
                fresh = new_instance(rng)
                assert fresh.mask is not None
                workspace.execute(RefineInstance(each, fresh.mask, candidates=fresh.candidates))
                say("did", "refine", each)


def create(folder: str, seed: str) -> None:
    number = 0
    while True:
        say("try", "create", number)
        Workspace.create(Path(folder) / f"{seed}-{number}.maskwright").close()
        say("did", "create", number)
        number += 1


def work(file: str, job: str) -> None:
    backend = registry.load("fake")
    assert isinstance(backend, MaskBackend)
    say("try", "work", 0)
    run_job(file, int(job), finder=LocalFinder(backend), told=lambda each: say("did", "image", each.ended))
    say("did", "job", 0)


def main() -> None:
    # Killed writers are nobody's to wait for: the system buries them itself.
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    for line in sys.stdin:
        what, place, seed = line.rstrip("\n").split("\t")
        if what == "mark":
            say("mark", "mark", seed)
            continue
        child = os.fork()
        if child == 0:
            try:
                {"write": write, "create": create, "work": work}[what](place, seed)
            finally:
                os._exit(1)


main()
