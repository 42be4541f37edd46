from __future__ import annotations

import contextlib
import sqlite3
import threading
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from PIL import Image
from sqlalchemy import Engine, event

from engine.errors import BackendFailed, DiskFull, InferenceCrashed, InvalidOp, ProjectGone
from engine.inference.draft import ImageRef
from engine.inference.messages import InferenceBug
from engine.jobs.lease import own_name
from engine.jobs.start import create_auto_job, run_job
from engine.jobs.stop import Stop
from engine.ops.imports import WithdrawJob
from engine.ops.instances import AddInstance
from engine.ops.job_items import ClaimItem
from engine.ops.jobs import CancelJob, ResumeJob
from engine.records import ImageFilter, JobState, Stage, State
from engine.stages.params import AutoParams
from engine.workspace import Workspace
from models import masks
from tests.engine.jobs.conftest import PARAMS, WHITE, Shop, Watched, failing


def test_every_image_gets_its_masks(shop: Shop) -> None:
    told: list[int] = []
    job = shop.start(stage=Stage.SEMI)
    progress = run_job(shop.file, job, finder=Watched(), told=lambda each: told.append(each.ended))
    # A 3 x 3 grid of discs of radius 3.2, 13 or more pixels apart.
    assert (progress.state, progress.done, progress.instances, progress.left) == (JobState.DONE, 3, 27, 0)
    assert told == [1, 2, 3]
    made = shop.instances()
    assert {(each.state, each.job_id, each.author) for each in made} == {(State.PROPOSED, job, "ann")}
    told_of = made[0].provenance
    assert (told_of.stage, told_of.backend, told_of.weights_hash) == (Stage.SEMI, "fake", "fake-1")
    assert told_of.crop == (0, 0, 60, 40)
    with shop.workspace.read() as read:
        account = read.jobs.account(job)
        (point,) = read.instances.prompts(made[0].id)
    assert masks.decode(made[0].mask)[int(point.y0), int(point.x0)]
    assert (account["asked"], account["kept"], account["new"]) == (27, 27, 27)
    assert 0 < account["backend"] < account["wall"]


def test_a_second_run_proposes_nothing_again(shop: Shop) -> None:
    run_job(shop.file, shop.start(), finder=Watched())
    again = run_job(shop.file, shop.start(), finder=Watched())
    assert (again.done, again.instances) == (3, 0)


def test_what_people_made_is_left_alone(shop: Shop) -> None:
    first = shop.ids()[0]
    disc = run_one(shop).mask
    mine = shop.workspace.execute(AddInstance(first, mask=disc)).value
    progress = run_job(shop.file, shop.start(), finder=Watched())
    assert progress.instances == 26
    assert [each for each in shop.instances() if each.job_id is None] == [mine]


def run_one(shop: Shop) -> Any:
    job = shop.start()
    run_job(shop.file, job, finder=Watched())
    instance = shop.instances()[0]
    shop.workspace.execute(WithdrawJob(job))
    return instance


def test_a_filter_names_the_images(shop: Shop) -> None:
    job = create_auto_job(shop.workspace, "fake", PARAMS, ImageFilter(text="b.png"))
    assert run_job(shop.file, job, finder=Watched()).total == 1


def test_backends_that_cannot_look_are_refused(shop: Shop) -> None:
    with pytest.raises(InvalidOp, match="cannot look for masks"):
        shop.start("fake-pose")
    with pytest.raises(InvalidOp, match="more than 0"):
        shop.start(time_limit=0)


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (BackendFailed("The device has no memory left."), "The device has no memory left."),
        (InferenceBug("Traceback\n  File\nRuntimeError: oh"), "The backend has a bug: RuntimeError: oh"),
        (InferenceCrashed("It ended. Your clicks are kept."), "It ended. Your clicks are kept."),
    ],
)
def test_what_goes_wrong_with_one_image_fails_it_alone(shop: Shop, error: Any, reason: str) -> None:
    job = shop.start()
    progress = run_job(shop.file, job, finder=Watched(failing(error, shop.ids()[1])))
    assert (progress.state, progress.done, progress.failed) == (JobState.DONE, 2, 1)
    assert shop.failures(job) == {"b.png": reason}


def test_a_crash_is_told_without_the_advice_for_clicks(shop: Shop) -> None:
    error = InferenceCrashed("It ended. It is restarted and your clicks are kept.")
    error.reason = "It ended."
    job = shop.start()
    run_job(shop.file, job, finder=Watched(failing(error, shop.ids()[0])))
    assert shop.failures(job) == {"a.png": "It ended."}


def test_an_image_replaced_under_its_name_fails(shop: Shop) -> None:
    Image.fromarray(np.zeros((40, 60, 3), dtype=np.uint8)).save(shop.folder / "b.png")
    (shop.folder / "c.png").unlink()
    job = shop.start()
    progress = run_job(shop.file, job, finder=Watched())
    assert (progress.done, progress.failed) == (1, 2)
    told = shop.failures(job)
    assert "not the one that was added" in told["b.png"] and "no such file" in told["c.png"]
    assert len({each.image_id for each in shop.instances()}) == 1


def test_an_image_that_was_never_readable_fails_with_its_reason(shop: Shop) -> None:
    (shop.folder / "d.png").write_bytes(b"")
    shop.add({})
    job = shop.start()
    watched = Watched()
    assert run_job(shop.file, job, finder=watched).failed == 1
    assert "empty (0 bytes)" in shop.failures(job)["d.png"]
    assert len(watched.seen) == 3


def test_a_resumed_job_tries_failed_images_again(shop: Shop) -> None:
    job = shop.start()
    run_job(shop.file, job, finder=Watched(failing(BackendFailed("once"), shop.ids()[1])))
    assert shop.workspace.execute(ResumeJob(job)).value == 1
    watched = Watched()
    progress = run_job(shop.file, job, finder=watched)
    assert (progress.state, progress.done, progress.failed) == (JobState.DONE, 3, 0)
    assert watched.seen == [shop.ids()[1]]


def test_a_cancelled_job_stops_between_images_and_stores_nothing_more(shop: Shop) -> None:
    job = shop.start()
    second = shop.ids()[1]

    def cancel(image: ImageRef) -> None:
        if image.image_id == second:
            with Workspace.open(shop.file) as other:
                other.execute(CancelJob(job))

    watched = Watched(cancel)
    progress = run_job(shop.file, job, finder=watched)
    assert (progress.state, progress.done, progress.waiting, progress.running) == (JobState.CANCELLED, 1, 2, 0)
    assert {each.image_id for each in shop.instances()} == {shop.ids()[0]}
    assert len(watched.seen) == 2


def test_stopping_finishes_the_image_in_hand(shop: Shop) -> None:
    job, stop = shop.start(), Stop()
    progress = run_job(shop.file, job, finder=Watched(lambda _: stop.ask()), stop=stop)
    assert (progress.state, progress.done, progress.waiting) == (JobState.RUNNING, 1, 2)
    stop.close()
    assert run_job(shop.file, job, finder=Watched()).state is JobState.DONE
    assert len(shop.instances()) == 27


def test_stopping_at_once_gives_the_image_back(shop: Shop) -> None:
    job, stop = shop.start(), Stop()

    def twice(_: ImageRef) -> None:
        stop.ask()
        stop.ask()

    progress = run_job(shop.file, job, finder=Watched(twice), stop=stop)
    assert (progress.done, progress.waiting, progress.running, progress.workers) == (0, 3, 0, 0)
    stop.close()


def test_a_full_disk_stops_the_worker_and_the_image_is_done_later(shop: Shop) -> None:
    job = shop.start()
    with pytest.raises(DiskFull):
        run_job(shop.file, job, finder=Watched(failing(DiskFull("full"), shop.ids()[1])))
    progress = shop.progress(job)
    assert (progress.state, progress.done, progress.waiting, progress.failed) == (JobState.RUNNING, 1, 2, 0)
    assert run_job(shop.file, job, finder=Watched()).state is JobState.DONE


def test_a_really_full_project_loses_nothing_and_goes_on(shop: Shop) -> None:
    """SQLite refuses to grow the file just as it does when the disk has no more pages."""
    job = shop.start(params=AutoParams(points_per_side=(12,), box_nms=0.95))
    shop.workspace.close()
    with contextlib.closing(sqlite3.connect(shop.file)) as raw:
        (pages,) = raw.execute("PRAGMA page_count").fetchone()

    def limit(connection: Any, _record: Any) -> None:
        connection.execute(f"PRAGMA max_page_count={pages + 8}")

    event.listen(Engine, "connect", limit)
    try:
        with pytest.raises(DiskFull, match="Free some space"):
            run_job(shop.file, job, finder=Watched())
    finally:
        event.remove(Engine, "connect", limit)
    shop.workspace = Workspace.open(shop.file)
    before = shop.progress(job)
    assert before.state is JobState.RUNNING and before.done < 3 and before.failed == 0
    assert len(shop.instances()) == before.instances
    progress = run_job(shop.file, job, finder=Watched())
    assert (progress.state, progress.done, progress.instances) == (JobState.DONE, 3, len(shop.instances()))


def test_a_project_that_vanishes(shop: Shop) -> None:
    job = shop.start()
    moved = shop.file.with_name("moved.maskwright")
    first = shop.ids()[0]

    def vanish(image: ImageRef) -> None:
        if image.image_id == first:
            shop.file.rename(moved)

    with pytest.raises(ProjectGone, match="was moved, deleted or replaced"):
        run_job(shop.file, job, finder=Watched(vanish))
    moved.rename(shop.file)
    assert shop.instances() == []
    assert run_job(shop.file, job, finder=Watched()).done == 3


def test_a_backend_that_does_not_load_fails_no_image(shop: Shop) -> None:
    class Broken(Watched):
        def ready(self) -> Any:
            raise BackendFailed("The weights are damaged.")

    job = shop.start()
    with pytest.raises(BackendFailed):
        run_job(shop.file, job, finder=Broken())
    assert (shop.progress(job).failed, shop.progress(job).waiting) == (0, 3)


def test_other_weights_are_refused(shop: Shop) -> None:
    job = shop.start()
    run_job(shop.file, job, finder=Watched(), stop=asked())

    class Other(Watched):
        def ready(self) -> Any:
            return replace(super().ready(), weights_hash="other")

    with pytest.raises(InvalidOp, match="weights of 'fake'"):
        run_job(shop.file, job, finder=Other())


def asked() -> Stop:
    stop = Stop()
    stop.ask()
    return stop


def test_a_worker_waits_for_the_image_of_another_and_takes_it_when_its_time_is_up(shop: Shop) -> None:
    job = shop.start()
    # Of another machine, so that only the lease tells.
    shop.workspace.execute(ClaimItem(job, "elsewhere/1/0.0/1", 1.2))
    progress = run_job(shop.file, job, finder=Watched())
    assert (progress.state, progress.done, len(shop.instances())) == (JobState.DONE, 3, 27)


def test_two_workers_share_a_job(shop: Shop) -> None:
    shop.add({f"more{n}.png": WHITE for n in range(12)})
    job = shop.start()
    both = threading.Barrier(2, timeout=30)
    first: set[int] = set()

    def meet(image: ImageRef) -> None:
        if threading.get_ident() not in first:
            first.add(threading.get_ident())
            both.wait()

    found = [Watched(meet), Watched(meet)]
    threads = [
        threading.Thread(target=run_job, args=(shop.file, job), kwargs={"finder": each, "number": n})
        for n, each in enumerate(found)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(found[0].seen + found[1].seen) == sorted(shop.ids())
    assert found[0].seen and found[1].seen
    assert (shop.progress(job).state, shop.progress(job).done, len(shop.instances())) == (JobState.DONE, 15, 135)


def test_a_lease_is_renewed_while_an_image_takes_long(shop: Shop) -> None:
    class Patient(Watched):
        def find(self, image, params, taken, tick):  # type: ignore[no-untyped-def]
            with shop.workspace.read() as read:
                (item,) = (each for each in read.jobs.items(job) if each.image_id == image.image_id)
            first = item.lease_until
            while True:
                tick()
                with shop.workspace.read() as read:
                    if read.jobs.item(item.id).lease_until != first:
                        assert read.jobs.item(item.id).lease_owner == own_name(1)
                        return super().find(image, params, taken, tick)

    job = shop.start()
    assert run_job(shop.file, job, finder=Patient(), lease_seconds=0.3).done == 3


def test_thresholds_that_keep_nothing_are_told_apart_from_duplicates(shop: Shop) -> None:
    job = shop.start(params=AutoParams(points_per_side=(3,), min_score=0.99))
    assert run_job(shop.file, job, finder=Watched()).instances == 0
    with shop.workspace.read() as read:
        assert (read.jobs.account(job)["asked"], read.jobs.account(job)["offered"]) == (27, 0)
