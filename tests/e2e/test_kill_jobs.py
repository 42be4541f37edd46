"""kill -9 of a job's workers at any moment: another one goes on, and the end is that of an uninterrupted run.

MASKWRIGHT_KILLS says how often to kill (the suite's few, or 50 and more by hand).
"""

from __future__ import annotations

import contextlib
import os
import random
import shutil
import signal
import sqlite3
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from engine.jobs.finder import LocalFinder
from engine.jobs.start import create_auto_job, run_job, spawn_job
from engine.project import add_images
from engine.records import ItemState, JobState, State
from engine.stages.params import AutoParams
from engine.workspace import Workspace
from models import registry
from models.api import MaskBackend
from tests.e2e.forge import Forge, process_exists

pytestmark = [
    pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork and kill -9"),
    pytest.mark.timeout(900),
]
KILLS = int(os.environ.get("MASKWRIGHT_KILLS", "12"))
IMAGES = 24
# Discs that merely touch count as parts here, so that parents have to survive too.
PARAMS = AutoParams(points_per_side=(4, 2), min_region=5, contained=0.05)


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with a job on all its images that nobody has worked on yet."""
    folder = tmp_path_factory.mktemp("fresh")
    (folder / "photos").mkdir()
    for number in range(IMAGES):
        pixels = np.random.default_rng(number).integers(0, 255, (80, 120 + number, 3), dtype=np.uint8)
        Image.fromarray(pixels).save(folder / "photos" / f"{number:02}.png")
    with Workspace.create(folder / "p.maskwright", author="ann") as workspace:
        add_images(workspace, [folder / "photos"])
        with workspace.read() as read:
            image_ids = read.images.ids()
        create_auto_job(workspace, "fake", PARAMS, image_ids)
    return folder


@pytest.fixture(scope="module")
def expected(fresh: Path, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """What an uninterrupted run leaves behind."""
    project = copied(fresh, tmp_path_factory.mktemp("whole"))
    backend = registry.load("fake")
    assert isinstance(backend, MaskBackend)
    assert run_job(project, 1, finder=LocalFinder(backend)).state is JobState.DONE
    left = story(project)
    assert len(left) > 5 * IMAGES and any(parent for _, _, _, _, _, parent, *_ in left)
    return left


def copied(fresh: Path, target: Path) -> Path:
    shutil.copytree(fresh, target, dirs_exist_ok=True)
    return target / "p.maskwright"


def story(project: Path) -> Counter[tuple[Any, ...]]:
    """Return every instance with all that is told of it, but for ids and times."""
    with Workspace.open(project) as workspace, workspace.read() as read:
        told: list[tuple[Any, ...]] = []
        for image_id in read.images.ids():
            found = {each.id: each for each in read.instances.of_image(image_id, tuple(State))}
            for each in found.values():
                parent = None if each.parent_id is None else found[each.parent_id].mask
                shape = (image_id, each.mask, each.bbox, each.area, each.level, parent, each.z)
                told.append((*shape, each.state, each.author, each.provenance, read.instances.prompts(each.id)))
    return Counter(told)


def check(project: Path, *, done: bool) -> None:
    """Hold a job that may be half done against itself: each image is all there or not at all."""
    with Workspace.open(project) as workspace, workspace.read() as read:
        for item in read.jobs.items(1):
            stored = read.instances.of_image(item.image_id, tuple(State))
            assert len(stored) == item.instances
            assert bool(stored) == (item.state is ItemState.DONE)
            assert (item.ended_at is not None) == (item.state is ItemState.DONE)
        if done:
            progress = read.jobs.progress(1)
            assert (progress.state, progress.done, progress.failed) == (JobState.DONE, IMAGES, 0)
    with contextlib.closing(sqlite3.connect(project)) as raw:
        assert raw.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert raw.execute("PRAGMA foreign_key_check").fetchall() == []


def state_of(project: Path) -> JobState:
    with Workspace.open(project) as workspace, workspace.read() as read:
        return read.jobs.get(1).state


def listen_to_the_end(forge: Forge, pid: int) -> None:
    while ("did", "job", 0) not in forge.said[pid]:
        assert forge.hear(60), "the worker went silent"


def test_killed_at_random_moments_and_started_again(
    forge: Forge, fresh: Path, expected: Counter[tuple[Any, ...]], tmp_path: Path
) -> None:
    rng = random.Random(KILLS)
    kills = round_number = 0
    while kills < KILLS:
        project = copied(fresh, tmp_path / str(round_number))
        round_number += 1
        in_this_job = 0
        while state_of(project) is not JobState.DONE:
            worker = forge.start("work", project, 1)
            if kills == KILLS or in_this_job == 12:
                listen_to_the_end(forge, worker)
                continue
            # A few images, then some moment of the next one: reading, finding, or in the middle of storing.
            for _ in range(rng.randrange(3)):
                if ("did", "job", 0) not in forge.said[worker]:
                    forge.listen(worker, 1)
            forge.hear(rng.random() * 0.02)
            if process_exists(worker):
                forge.kill(worker)
                kills += 1
                in_this_job += 1
            check(project, done=False)
        assert in_this_job > 2 or kills == KILLS
        check(project, done=True)
        assert story(project) == expected


def test_one_of_two_workers_killed_again_and_again(
    forge: Forge, fresh: Path, expected: Counter[tuple[Any, ...]], tmp_path: Path
) -> None:
    project = copied(fresh, tmp_path / "two")
    survivor = forge.start("work", project, 1)
    for _ in range(4):
        victim = forge.start("work", project, 1)
        forge.kill(victim)
    # What the dead held is done by the living, long before any lease has run out.
    listen_to_the_end(forge, survivor)
    check(project, done=True)
    assert story(project) == expected


def test_real_processes_killed_with_their_backends(
    fresh: Path, expected: Counter[tuple[Any, ...]], tmp_path: Path
) -> None:
    project = copied(fresh, tmp_path / "real")
    for goal in (5, 14):
        workers = spawn_job(project, 1, 2)
        with Workspace.open(project) as workspace:
            done = 0
            while done < goal and workers.running:
                with workspace.read() as read:
                    done = read.jobs.progress(1).done
        for pid in workers.pids:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        assert workers.wait(30)
        workers.close()
        check(project, done=False)
    workers = spawn_job(project, 1)
    assert workers.wait(120)
    assert workers.complaints() == []
    workers.close()
    check(project, done=True)
    assert story(project) == expected
