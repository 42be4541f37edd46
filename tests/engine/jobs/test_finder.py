"""The real inference process with a backend that fails as the image says."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator

import psutil
import pytest

from engine.errors import BackendFailed, InferenceCrashed, InferenceTimeout
from engine.inference.draft import ImageRef
from engine.inference.settings import TimeLimits
from engine.jobs.finder import HostFinder, reason_of
from engine.jobs.start import run_job, spawn_job
from engine.records import JobState
from models.fake import faulty
from tests.engine.jobs.conftest import PARAMS, WHITE, Shop, Watched

QUICK = TimeLimits(encode=1.0, grid=1.0)


@pytest.fixture
def finder() -> Iterator[HostFinder]:
    made = HostFinder("fake-faulty", device=None, limits=QUICK, threads=1)
    yield made
    made.close()
    assert psutil.Process().children() == []


def ref(shop: Shop, name: str) -> ImageRef:
    with shop.workspace.read() as read:
        (image,) = (each for each in read.images.stream() if each.path == name)
    return ImageRef(image.id, image.file, image.content_hash, image.width, image.height)


def no_tick() -> None:
    return


def test_it_finds_what_the_backend_itself_finds(shop: Shop, finder: HostFinder) -> None:
    assert finder.ready().name == "fake-faulty"
    found = finder.find(ref(shop, "a.png"), PARAMS, (), no_tick)
    own = Watched().find(ref(shop, "a.png"), PARAMS, (), no_tick)
    assert found.masks == own.masks and found.counts == own.counts
    again = finder.find(ref(shop, "a.png"), PARAMS, [found.masks[0].mask], no_tick)
    assert again.counts.new == 8


def test_crashes_and_hangs_concern_one_image(shop: Shop, finder: HostFinder) -> None:
    """More crashes in short order than the host itself forgives, and still the next image is done."""
    shop.add({f"crash{n}.png": (faulty.CRASH, 7, n) for n in range(5)})
    for number in range(5):
        finder.ready()
        with pytest.raises(InferenceCrashed) as crashed:
            finder.find(ref(shop, f"crash{number}.png"), PARAMS, (), no_tick)
        assert "exit code 7" in reason_of(crashed.value) and "clicks" not in reason_of(crashed.value)
    finder.ready()
    shop.add({"hang.png": (faulty.HANG, 250, 0)})
    with pytest.raises(InferenceTimeout) as late:
        finder.find(ref(shop, "hang.png"), PARAMS, (), no_tick)
    assert reason_of(late.value).endswith("took longer than 1 s while encoding hang.png and was stopped.")
    finder.ready()
    assert finder.find(ref(shop, "a.png"), PARAMS, (), no_tick).counts.new == 9


def test_an_image_given_up_keeps_nobody_waiting(shop: Shop) -> None:
    patient = HostFinder("fake-faulty", device=None, limits=TimeLimits(), threads=1)
    try:
        patient.ready()
        shop.add({"hang.png": (faulty.HANG, 250, 0)})

        def give_up() -> None:
            raise KeyError("enough")

        with pytest.raises(KeyError):
            patient.find(ref(shop, "hang.png"), PARAMS, (), give_up)
        patient.ready()
        assert patient.find(ref(shop, "a.png"), PARAMS, (), no_tick).counts.new == 9
    finally:
        patient.close()


def test_a_backend_that_is_not_there() -> None:
    finder = HostFinder("no-such-backend", device=None, limits=QUICK, threads=1)
    try:
        with pytest.raises(BackendFailed, match="no backend called 'no-such-backend'"):
            finder.ready()
    finally:
        finder.close()


def test_a_job_over_images_of_every_temper(shop: Shop) -> None:
    shop.add(
        {
            "m1-crash.png": (faulty.CRASH, 3, 0),
            "m2-hang.png": (faulty.HANG, 250, 0),
            "m3-bug.png": (faulty.BUG, 0, 0),
            "m4-memory.png": (faulty.OUT_OF_MEMORY, 0, 0),
            "z.png": WHITE,
        }
    )
    job = shop.start("fake-faulty", time_limit=1.0)
    progress = run_job(shop.file, job)
    assert (progress.state, progress.done, progress.failed, progress.instances) == (JobState.DONE, 4, 4, 36)
    told = shop.failures(job)
    assert "exit code 3" in told["m1-crash.png"]
    assert "took longer than 1 s" in told["m2-hang.png"]
    assert told["m3-bug.png"] == "The backend has a bug: RuntimeError: a bug, asked for by the test image"
    assert "no memory left" in told["m4-memory.png"]
    assert psutil.Process().children() == []


def test_processes_of_their_own_share_a_job_and_end(shop: Shop) -> None:
    shop.add({f"more{n}.png": WHITE for n in range(5)})
    job = shop.start()
    workers = spawn_job(shop.file, job, 2)
    assert workers.wait(60)
    assert workers.complaints() == [] and workers.running == 0
    workers.close()
    progress = shop.progress(job)
    assert (progress.state, progress.done, progress.instances) == (JobState.DONE, 8, 72)


def test_a_process_asked_to_stop_finishes_the_image_in_hand(shop: Shop) -> None:
    shop.add({"hang.png": (faulty.HANG, 2, 0)})
    job = shop.start("fake-faulty")
    workers = spawn_job(shop.file, job)
    while shop.progress(job).running == 0:
        assert workers.running
    workers.stop()
    assert workers.wait(60)
    assert workers.complaints() == []
    workers.close()
    progress = shop.progress(job)
    assert progress.state is JobState.RUNNING and progress.running == 0 and progress.done >= 1
    assert progress.done + progress.waiting == 4
    assert progress.instances == 9 * progress.done


def test_a_killed_process_leaves_no_backend_behind(shop: Shop) -> None:
    shop.add({"0-hang.png": (faulty.HANG, 250, 0)})
    job = shop.start("fake-faulty")
    workers = spawn_job(shop.file, job)
    while shop.progress(job).running == 0:
        assert workers.running
    (worker,) = (psutil.Process(pid) for pid in workers.pids)
    (backend,) = worker.children()
    os.kill(worker.pid, signal.SIGKILL)
    assert workers.wait(30)
    backend.wait(10)
    assert workers.complaints() == ["exit code -9"]
    workers.close()


def test_what_a_process_complains_of_is_told(shop: Shop) -> None:
    workers = spawn_job(shop.file, 99)
    assert workers.wait(60)
    assert workers.complaints() == ["The job 99 is no longer there."]
    workers.close()
