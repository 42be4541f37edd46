from __future__ import annotations

import contextlib
import sqlite3
from dataclasses import replace
from typing import Any

import pytest

from engine.errors import InvalidOp, LeaseLost, NotFound
from engine.ops.imports import WithdrawJob
from engine.ops.instances import DeleteInstances
from engine.ops.job_items import Claim, ClaimItem, FailItem, FinishItem, ReleaseItem, RenewLease
from engine.ops.jobs import BeginJob, CancelJob, CreateJob, EndJob, ResumeJob
from engine.ops.reviews import SetState
from engine.records import ItemState, JobState, Level, Stage, State
from engine.stages.auto_mask import AutoMask
from engine.stages.params import PRESETS, AutoParams
from models.api import BackendInfo

BACKEND = BackendInfo("net", "mask", "cpu", "w-1", "1")


class Boss:
    """Starts and works on jobs of a small project."""

    def __init__(self, desk: Any) -> None:
        self.desk = desk
        self.do = desk.workspace.execute

    def create(self, images: tuple[int, ...] | None = None, **more: Any) -> int:
        op = CreateJob(Stage.AUTO, "net", AutoParams(), self.desk.images if images is None else images)
        return self.do(replace(op, **more)).value

    def claim(self, job: int, worker: str = "w", seconds: float = 60, gone: tuple[str, ...] = ()) -> Claim:
        return self.do(ClaimItem(job, worker, seconds, frozenset(gone))).value

    def item(self, job: int, worker: str = "w", **more: Any) -> int:
        item = self.claim(job, worker, **more).item
        assert item is not None
        return item.id

    def found(self, *places: int, size: int = 3) -> tuple[AutoMask, ...]:
        return tuple(
            AutoMask(self.desk.square(x, size=size), 0.9, 0.97, (x, 2), (0, 0, 20, 10), Level.WHOLE) for x in places
        )

    def finish(self, item: int, *places: int, worker: str = "w", **more: Any) -> int:
        return self.do(FinishItem(item, worker, self.found(*places), BACKEND, **more)).value

    def read(self, what: str, key: int) -> Any:
        with self.desk.workspace.read() as read:
            return getattr(read.jobs, what)(key)

    def masks(self, image: int = 0) -> list[Any]:
        with self.desk.workspace.read() as read:
            return read.instances.of_image(self.desk.images[image], tuple(State))


@pytest.fixture
def boss(desk: Any) -> Boss:
    return Boss(desk)


def test_a_job_keeps_all_its_constants(boss: Boss) -> None:
    job_id = boss.create(params=PRESETS["sa1b"], about={"preset": "sa1b"}, stage=Stage.SEMI)
    job = boss.read("get", job_id)
    assert (job.kind, job.state, job.backend, job.author) == ("semi", JobState.WAITING, "net", "ann")
    assert AutoParams.from_json(job.params["auto"]) == PRESETS["sa1b"] and job.params["preset"] == "sa1b"
    assert [(each.image_id, each.state) for each in boss.read("items", job_id)] == [
        (image_id, ItemState.WAITING) for image_id in boss.desk.images
    ]


@pytest.mark.parametrize(("images", "words"), [((), "no image"), ((1, 99), "image 99 is not in the project")])
def test_a_job_needs_images_that_are_there(boss: Boss, images: tuple[int, ...], words: str) -> None:
    before = boss.desk.dump(story=True)
    with pytest.raises(InvalidOp, match=words):
        boss.create(images)
    assert boss.desk.dump(story=True) == before


def test_an_image_comes_once(boss: Boss) -> None:
    assert boss.read("progress", boss.create((2, 1, 2))).total == 2


def test_the_whole_life_of_a_job(boss: Boss) -> None:
    job = boss.create()
    boss.do(BeginJob(job, BACKEND))
    first = boss.claim(job)
    assert first.item is not None
    assert (first.state, first.item.image_id, first.item.lease_owner) == (JobState.RUNNING, boss.desk.images[0], "w")
    assert boss.read("get", job).started_at is not None and boss.read("get", job).weights_hash == "w-1"
    assert boss.finish(first.item.id, 1, 8, account={"asked": 1024, "grid": 0.5}) == 2
    boss.do(FailItem(boss.item(job), "w", "the file is gone"))
    progress = boss.read("progress", job)
    assert (progress.total, progress.done, progress.failed, progress.waiting, progress.instances) == (3, 1, 1, 1, 2)
    assert boss.do(EndJob(job)).value is JobState.RUNNING
    boss.finish(boss.item(job), account={"asked": 1024, "grid": 0.25})
    assert boss.claim(job) == Claim(None, JobState.RUNNING, 0)
    assert boss.do(EndJob(job)).value is JobState.DONE
    assert boss.do(EndJob(job)).value is JobState.DONE
    assert boss.claim(job) == Claim(None, JobState.DONE, 0)
    assert boss.read("get", job).error == "1 of 3 images failed."
    assert boss.read("account", job) == {"asked": 2048, "grid": 0.75}
    (failure,) = boss.read("failures", job)
    assert (failure.path, failure.reason) == ("b/ä.jpg", "the file is gone")
    assert {each.job_id for each in boss.masks()} == {job}
    assert {each.state for each in boss.masks()} == {State.PROPOSED}
    assert boss.masks()[0].provenance.stage is Stage.AUTO


def test_a_job_of_failures_has_failed(boss: Boss) -> None:
    job = boss.create((1,))
    boss.do(FailItem(boss.item(job), "w", "no"))
    assert boss.do(EndJob(job)).value is JobState.FAILED


def test_claims_and_renewals_leave_no_trace_in_the_history(boss: Boss) -> None:
    job = boss.create()
    story = boss.desk.dump(story=True)["history"]
    boss.do(RenewLease(boss.item(job), "w", 60))
    assert boss.desk.dump(story=True)["history"] == story


def test_what_a_job_did_is_no_step_to_undo(boss: Boss) -> None:
    mine = boss.desk.add()
    job = boss.create((1,))
    boss.finish(boss.item(job), 8)
    boss.do(EndJob(job))
    boss.desk.workspace.undo(boss.desk.images[0])
    assert [each.id for each in boss.masks()] != [mine] and len(boss.masks()) == 1


def test_two_workers_never_hold_the_same_image(boss: Boss) -> None:
    job = boss.create()
    held = {boss.item(job, worker) for worker in ("a", "b", "c")}
    assert len(held) == 3
    assert boss.claim(job, "d") == Claim(None, JobState.RUNNING, 3)
    assert boss.read("progress", job).workers == 3


def test_a_lease_that_ran_out_is_anybody_s(boss: Boss) -> None:
    job = boss.create((1,))
    item = boss.item(job, "slow", seconds=-1)
    assert boss.read("progress", job).workers == 0
    assert boss.item(job, "quick") == item
    for op in (RenewLease(item, "slow", 60), FailItem(item, "slow", "no"), ReleaseItem(item, "slow")):
        with pytest.raises(LeaseLost):
            boss.do(op)
    with pytest.raises(LeaseLost):
        boss.finish(item, 1, worker="slow")
    assert boss.finish(item, 1, worker="quick") == 1
    with pytest.raises(LeaseLost):
        boss.finish(item, 8, worker="quick")
    assert len(boss.masks()) == 1


def test_the_slow_worker_may_still_finish_what_nobody_took(boss: Boss) -> None:
    job = boss.create((1,))
    item = boss.item(job, "slow", seconds=-1)
    assert boss.finish(item, 1, worker="slow") == 1


def test_the_image_of_a_worker_that_is_gone_is_taken_at_once(boss: Boss) -> None:
    job = boss.create((1,))
    item = boss.item(job, "dead")
    assert boss.claim(job, "b").item is None
    assert boss.item(job, "b", gone=("dead",)) == item


def test_a_worker_takes_again_what_it_could_not_give_back(boss: Boss) -> None:
    job = boss.create((1,))
    assert boss.item(job, "w") == boss.item(job, "w")


def test_what_waits_comes_before_what_was_lost(boss: Boss) -> None:
    job = boss.create((1, 2))
    first = boss.item(job, "dead", seconds=-1)
    second = boss.item(job, "b")
    assert second != first and boss.item(job, "b") == first


def test_a_renewed_lease_lasts(boss: Boss) -> None:
    job = boss.create((1,))
    item = boss.item(job, seconds=-1)
    boss.do(RenewLease(item, "w", 60))
    assert boss.claim(job, "b").item is None


def test_an_image_given_back_waits(boss: Boss) -> None:
    job = boss.create((1,))
    item = boss.item(job)
    boss.do(ReleaseItem(item, "w"))
    assert boss.read("item", item).state is ItemState.WAITING
    assert boss.item(job, "b") == item


def test_what_came_meanwhile_is_not_proposed_again(boss: Boss) -> None:
    before = boss.desk.add(x=1)
    job = boss.create((1,))
    item = boss.item(job)
    boss.desk.add(x=8)
    # A near duplicate of what was seen was the search's to drop; of what came later, the store's.
    assert boss.finish(item, 1, 8, 14, seen=before) == 2
    assert boss.read("item", item).instances == 2
    assert sorted(each.bbox[0] for each in boss.masks() if each.state is State.PROPOSED) == [1, 14]


def test_a_refused_mask_finishes_nothing(boss: Boss) -> None:
    job = boss.create((3,))
    item = boss.item(job)
    before = boss.desk.dump(story=True)
    with pytest.raises(InvalidOp, match="20 x 10 pixels"):
        boss.finish(item, 1)
    assert boss.desk.dump(story=True) == before


def test_an_image_that_is_gone_takes_its_item_along(boss: Boss) -> None:
    job = boss.create((1,))
    item = boss.item(job)
    with contextlib.closing(sqlite3.connect(boss.desk.file)) as raw:
        raw.execute("PRAGMA foreign_keys=ON")
        raw.execute("DELETE FROM images WHERE id = 1")
        raw.commit()
    with pytest.raises(NotFound):
        boss.finish(item, 1)


def test_weights_may_not_change_under_a_job(boss: Boss) -> None:
    job = boss.create()
    boss.do(BeginJob(job, BACKEND))
    boss.do(BeginJob(job, BACKEND))
    with pytest.raises(InvalidOp, match="no longer those that job 1 began with"):
        boss.do(BeginJob(job, replace(BACKEND, weights_hash="w-2")))


def test_a_cancelled_job_stores_nothing_more(boss: Boss) -> None:
    job = boss.create()
    boss.finish(boss.item(job), 1)
    item = boss.item(job)
    boss.do(CancelJob(job))
    with pytest.raises(LeaseLost):
        boss.finish(item, 8)
    with pytest.raises(LeaseLost):
        boss.do(RenewLease(item, "w", 60))
    assert boss.claim(job) == Claim(None, JobState.CANCELLED, 0)
    assert boss.do(EndJob(job)).value is JobState.CANCELLED
    assert len(boss.masks()) == 1
    with pytest.raises(InvalidOp, match="cancelled already"):
        boss.do(CancelJob(job))


def test_a_cancelled_job_can_be_resumed(boss: Boss) -> None:
    job = boss.create()
    boss.finish(boss.item(job), 1)
    boss.do(FailItem(boss.item(job), "w", "no"))
    boss.do(CancelJob(job))
    assert boss.do(ResumeJob(job)).value == 2
    assert boss.read("get", job).ended_at is None
    assert boss.finish(boss.item(job), 8) == 1
    boss.finish(boss.item(job))
    assert boss.do(EndJob(job)).value is JobState.DONE
    assert boss.read("failures", job) == []
    with pytest.raises(InvalidOp, match="done all its images"):
        boss.do(ResumeJob(job))


def test_resuming_leaves_living_workers_alone(boss: Boss) -> None:
    job = boss.create((1, 2))
    item = boss.item(job, "alive")
    assert boss.do(ResumeJob(job)).value == 2
    assert boss.finish(item, 1, worker="alive") == 1


def test_a_cancelled_job_can_be_withdrawn_and_not_resumed(boss: Boss) -> None:
    job = boss.create()
    boss.finish(boss.item(job), 1, 8)
    kept, _ = boss.masks()
    boss.do(SetState((kept.id,), State.ACCEPTED))
    boss.do(CancelJob(job))
    done = boss.do(WithdrawJob(job)).value
    assert (done.removed, done.kept) == (1, 1)
    assert [each.id for each in boss.masks()] == [kept.id]
    with pytest.raises(InvalidOp, match="was withdrawn"):
        boss.do(ResumeJob(job))


def test_parts_of_a_withdrawn_whole_stay_without_it(boss: Boss) -> None:
    job = boss.create((1,))
    whole, part = boss.found(1, size=6)[0], replace(boss.found(2)[0], parent=0)
    boss.do(FinishItem(boss.item(job), "w", (whole, part), BACKEND))
    small = max(boss.masks(), key=lambda each: each.z)
    assert small.parent_id is not None
    boss.do(SetState((small.id,), State.ACCEPTED))
    boss.do(EndJob(job))
    boss.do(WithdrawJob(job))
    (left,) = boss.masks()
    assert (left.id, left.parent_id) == (small.id, None)
    boss.do(DeleteInstances((left.id,)))


def test_a_living_job_is_not_withdrawn_and_a_dead_one_is(boss: Boss) -> None:
    job = boss.create()
    boss.finish(boss.item(job), 1)
    item = boss.item(job, "w", seconds=60)
    with pytest.raises(InvalidOp, match="Cancel it first"):
        boss.do(WithdrawJob(job))
    boss.do(RenewLease(item, "w", -1))
    assert boss.do(WithdrawJob(job)).value.removed == 1
    # The one thought dead wakes up.
    with pytest.raises(LeaseLost):
        boss.finish(item, 8)
    assert boss.masks() == []


def test_an_import_is_no_job_to_resume(boss: Boss) -> None:
    with contextlib.closing(sqlite3.connect(boss.desk.file)) as raw:
        raw.execute(
            "INSERT INTO jobs (kind, state, backend, weights_hash, params, author, created_at, error) "
            "VALUES ('import', 'done', '', '', '{}', '', 0, '')"
        )
        raw.commit()
    with pytest.raises(InvalidOp, match="is an import"):
        boss.do(ResumeJob(1))


def test_the_time_left_comes_from_the_last_images(boss: Boss) -> None:
    job = boss.create()
    assert boss.read("progress", job).left is None
    first = boss.item(job)
    boss.finish(first)
    boss.item(job)
    with contextlib.closing(sqlite3.connect(boss.desk.file)) as raw:
        raw.execute("UPDATE job_items SET started_at = ended_at - 4000000 WHERE id = ?", (first,))
        raw.commit()
    assert boss.read("progress", job).left == 8.0
    boss.item(job, "second")
    assert boss.read("progress", job).left == 4.0
