"""Jobs, proposals, review and figures on both databases: the same claims, rows and counts."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import orjson
import psutil
import pytest
from PIL import Image as PillowImage

from engine.errors import (
    InvalidOp,
    LeaseLost,
)
from engine.formats import coco, sa1b
from engine.jobs.start import create_auto_job, spawn_job
from engine.measure.audit import audit_report
from engine.measure.engine_table import engine_table
from engine.ops.audits import CheckImage, StartAudit
from engine.ops.decide import Decided, DecideMany, Decision
from engine.ops.images import AddImages, NewImage
from engine.ops.imports import WithdrawJob, Withdrawn
from engine.ops.instances import DeleteInstances
from engine.ops.job_items import Claim, ClaimItem, FinishItem, RenewLease
from engine.ops.jobs import CancelJob, CreateJob, EndJob, ResumeJob
from engine.ops.labels import AddLabel
from engine.ops.poses import StorePoses
from engine.ops.prefill import Confirmed, ConfirmPrefill, StorePrefill
from engine.ops.proposals import StoreProposals
from engine.ops.reviews import SetState
from engine.ops.skeletons import AddSkeleton
from engine.ops.word_masks import StoreWordMasks
from engine.project import add_images
from engine.records import (
    ImageFilter,
    JobState,
    Level,
    PromptRecord,
    Provenance,
    Stage,
    State,
)
from engine.review import NO_LABEL, Measure, ReviewBy, ReviewFilter, ReviewOrder
from engine.stages.auto_mask import AutoMask, Detection
from engine.stages.auto_pose import AutoPose
from engine.stages.params import AutoParams
from engine.stages.semi import FLOOR
from engine.stages.words import WordParams
from engine.workspace import Workspace
from models import masks
from models.api import BackendInfo, BoxPrompt
from tests.contracts.databases import Place, add, square

POSED_BY = BackendInfo("fake-pose", "pose", "cpu", "w1")
FOUND_BY = BackendInfo("net", "mask", "cpu", "w-1")


def found_at(*places: int) -> tuple[AutoMask, ...]:
    return tuple(
        AutoMask(square(x), 0.9, 0.97, (x + 0.5, 2.5), (0, 0, 20, 10), Level.WHOLE, None if n == 0 else 0)
        for n, x in enumerate(places)
    )


@pytest.fixture
def job(workspace: Workspace) -> int:
    """A job on thirty images."""
    found = tuple(NewImage(f"{number:02}.jpg", "h", 20, 10) for number in range(30))
    image_ids = workspace.execute(AddImages("many", "many", found)).value
    return workspace.execute(CreateJob(Stage.AUTO, "net", AutoParams(), image_ids)).value


def test_every_image_is_claimed_and_finished_once(place: Place, workspace: Workspace, job: int) -> None:
    def work(worker: str) -> list[int]:
        mine = []
        with Workspace.open(place.project, busy_ms=60_000) as own:
            while (item := own.execute(ClaimItem(job, worker, 60)).value.item) is not None:
                op = FinishItem(item.id, worker, found_at(1, 8), FOUND_BY, account={"asked": 4, "grid": 0.5})
                assert own.execute(op).value == 2
                with pytest.raises(LeaseLost):
                    own.execute(op)
                mine.append(item.image_id)
            own.execute(EndJob(job))
        return mine

    with ThreadPoolExecutor(4) as pool:
        done = list(pool.map(work, "abcd"))
    claimed = sorted(image_id for each in done for image_id in each)
    with workspace.read() as read:
        assert claimed == read.images.ids()
        progress = read.jobs.progress(job)
        assert read.jobs.account(job) == {"asked": 120, "grid": 15.0}
        first, second = read.instances.of_image(claimed[0])
        assert second.parent_id == first.id and read.instances.prompts(second.id)[0].x0 == 8.5
    assert (progress.state, progress.done, progress.instances, progress.left) == (JobState.DONE, 30, 60, 0)
    assert workspace.execute(WithdrawJob(job)).value == Withdrawn(60, 0)
    assert place.dump()["instances"] == place.dump()["prompts"] == []


def test_what_is_filled_in_is_confirmed_and_frozen_alike(place: Place, workspace: Workspace) -> None:
    added = AddImages("many", "many", (NewImage("1.jpg", "h", 20, 10), NewImage("2.jpg", "h", 20, 10)))
    first, second = workspace.execute(added).value
    job = workspace.execute(CreateJob(Stage.SEMI, "net", AutoParams(), (first, second))).value
    workspace.execute(StorePrefill(first, found_at(1), FOUND_BY, FLOOR))
    workspace.execute(ConfirmPrefill(first, 0.8, 0.9))
    stored = []
    while (item := workspace.execute(ClaimItem(job, "a", 60)).value.item) is not None:
        stored.append(workspace.execute(FinishItem(item.id, "a", found_at(8, 8, 14), FOUND_BY)).value)
    # The image that a person has confirmed is left alone; of twins one is filled in.
    assert stored == [0, 2]
    workspace.execute(EndJob(job))
    with workspace.read() as read:
        assert [each.state for each in read.instances.of_image(first)] == [State.ACCEPTED]
        filled = read.instances.of_image(second)
    assert {(each.state, each.provenance.stage, each.job_id) for each in filled} == {(State.PROPOSED, Stage.SEMI, job)}
    before = place.dump()
    assert workspace.execute(ConfirmPrefill(second, 0.95, 0.9, 100)).value == Confirmed((), 2)
    confirmed = place.dump()
    workspace.undo(second)
    assert place.dump() == before
    workspace.redo(second)
    assert place.dump() == confirmed


def test_leases_run_out_on_both_databases(workspace: Workspace, job: int) -> None:
    first = workspace.execute(ClaimItem(job, "slow", 60)).value.item
    lost = workspace.execute(ClaimItem(job, "dead", -1)).value.item
    assert first is not None and lost is not None
    with workspace.read() as read:
        assert read.jobs.owners(job) == {"slow"}
    workspace.execute(RenewLease(lost.id, "dead", 60))
    with workspace.read() as read:
        assert read.jobs.owners(job) == {"slow", "dead"}
    workspace.execute(RenewLease(lost.id, "dead", -1))
    taken = [workspace.execute(ClaimItem(job, f"w{n}", 60)).value.item for n in range(29)]
    assert taken[-1] is not None and taken[-1].id == lost.id
    assert workspace.execute(ClaimItem(job, "late", 60)).value == Claim(None, JobState.RUNNING, 30)
    with pytest.raises(InvalidOp, match="Cancel it first"):
        workspace.execute(WithdrawJob(job))
    workspace.execute(CancelJob(job))
    with pytest.raises(LeaseLost):
        workspace.execute(FinishItem(first.id, "slow", found_at(1), FOUND_BY))
    assert workspace.execute(ResumeJob(job)).value == 30


def test_poses_are_proposed_ordered_joined_counted_and_parted(workspace: Workspace, images: tuple[int, ...]) -> None:
    skeleton = workspace.execute(AddSkeleton("two", ("a", "b"), ((0, 1),))).value.id
    person = workspace.execute(AddLabel("person", skeleton_id=skeleton)).value.id
    sources = [workspace.execute(add(images[0], x, label_id=person)).value.id for x in (1, 6, 12)]
    with workspace.read() as read:
        assert read.instances.images_to_pose([person]) == {images[0]}
    poses = tuple(
        AutoPose(source, ((1.5, 2.0, 2), (3.25, 4.0, 2)), (0.9, least), 0.7)
        for source, least in zip(sources, (0.5, 0.125, 0.25), strict=True)
    )
    first, second, third = workspace.execute(StorePoses(images[0], poses, POSED_BY)).value
    order = ReviewOrder(ReviewBy.JOINT)
    with workspace.read() as read:
        assert read.instances.images_to_pose([person]) == set()
        places = read.review.places(order, ReviewFilter(), limit=9)
        assert [(each.instance_id, each.key) for each in places] == [(second, 0.125), (third, 0.25), (first, 0.5)]
        doubt = read.review.places(ReviewOrder(), ReviewFilter(), limit=9)
        assert [each.instance_id for each in doubt] == [second, third, first]
    decided = workspace.execute(DecideMany(Decision.ACCEPT, among=ReviewFilter()))
    assert decided.value.done == (first, second, third)
    with workspace.read() as read:
        shown = read.instances.of_image(images[0])
        assert [each.id for each in shown] == sources and all(each.posed for each in shown)
        assert [each.state for each in read.instances.twins(sources)] == [State.JOINED] * 3
        (row,) = engine_table(read).poses
        assert (row.accepted, row.proposed, row.acceptance) == (3, 0, 1.0)
    workspace.execute(SetState((second,), State.REJECTED))
    workspace.execute(DeleteInstances((sources[0],)))
    with workspace.read() as read:
        assert [each.posed for each in read.instances.of_image(images[0])] == [False, True]
    for _ in range(3):
        workspace.undo(images[0])
    with workspace.read() as read:
        states = [(each.id, each.state, each.posed) for each in read.instances.of_image(images[0])]
    accepted = [(each, State.ACCEPTED, False) for each in sources]
    assert states == accepted + [(each, State.PROPOSED, True) for each in (first, second, third)]


def test_worker_processes_on_both_databases(place: Place, tmp_path: Path) -> None:
    pictures = tmp_path / "pictures"
    pictures.mkdir()
    for number in range(6):
        PillowImage.new("RGB", (60, 40), (number, 0, 0)).save(pictures / f"{number}.png")
    with Workspace.create(place.project, author="ann") as workspace:
        add_images(workspace, [pictures])
        job_id = create_auto_job(workspace, "fake", AutoParams(points_per_side=(3,)), ImageFilter())
        workers = spawn_job(place.project, job_id, 2)
        # A URL may hold a password, which a list of processes shows to everybody.
        shown = [" ".join(psutil.Process(pid).cmdline()) for pid in workers.pids]
        assert workers.wait(120)
        assert workers.complaints() == []
        workers.close()
        assert all("://" not in each for each in shown)
        with workspace.read() as read:
            progress = read.jobs.progress(job_id)
            assert {each.author for each in read.instances.of_image(1)} == {"ann"}
    assert (progress.state, progress.done, progress.instances) == (JobState.DONE, 6, 54)


def test_the_engines_table_and_an_audit_are_counted_alike(workspace: Workspace, images: tuple[int, ...]) -> None:
    run = workspace.execute
    for x, score in ((0, None), (3, 0.05), (6, 0.049), (9, 1.0), (12, 0.949)):
        told = Provenance(stage=Stage.AUTO, backend="net", score=score)
        instance = run(add(images[x % 2], x, state=State.PROPOSED, provenance=told)).value.id
        run(SetState((instance,), State.REJECTED if x == 9 else State.ACCEPTED, review_ms=250 * x))
    told = Provenance(clicks=2, active_ms=1234)
    kept = run(add(images[0], 15, provenance=told)).value.id
    with workspace.read() as read:
        table = engine_table(read)
    auto = table.stage(Stage.AUTO)
    assert (auto.accepted, auto.rejected, auto.decided, auto.images) == (4, 1, 5, 2)
    assert (auto.review_seconds, auto.timed_decisions, auto.acceptance) == (7.5, 4, 0.8)
    assert [(row.low, row.decided) for row in table.scores if row.decided] == [(0.0, 1), (0.05, 1), (0.9, 1), (0.95, 1)]
    assert table.unscored == 1
    assert table.stage(Stage.ASSISTED).median_seconds == pytest.approx(1.3)
    assert (table.total.images, table.coverage.sampled, table.last_7_days) == (2, 2, 5)
    audit = run(StartAudit(2, 0)).value
    run(DeleteInstances((kept,)))
    for image in images:
        run(CheckImage(audit.id, image))
    run(add(images[1], 1))
    with workspace.read() as read:
        report = audit_report(read, audit.id)
    assert (report.checked, report.masks, report.removed, report.untouched, report.added) == (2, 5, 1, 4, 1)
    assert (report.good.value, report.changed_since) == (0.8, 1)


def test_the_review_queue_is_ordered_counted_and_decided_alike(
    place: Place, workspace: Workspace, images: tuple[int, ...]
) -> None:
    run, order = workspace.execute, ReviewOrder
    # On the borders of hundredths, where a product of doubles may fall on either side.
    scores = (0.29, 0.57, 0.58, None, 0.88, 0.99, 1.0, 0.07, 0.14, 0.28) * 3
    ids = []
    for number, score in enumerate(scores):
        told = Provenance(stage=Stage.AUTO, backend="net", score=score, stability=None if number % 7 == 3 else 0.99)
        made = run(add(images[number % 2], number % 15, state=State.PROPOSED, provenance=told)).value
        ids.append(made.id)
    everything = ReviewFilter()
    with workspace.read() as read:
        queue = read.review
        for by in ReviewBy:
            whole = queue.places(order(by, seed=3), everything, limit=99)
            paged = queue.places(order(by, seed=3), everything, limit=13)
            paged += queue.places(order(by, seed=3), everything, after=paged[-1], limit=99)
            assert paged == whole and sorted(each.instance_id for each in whole) == ids
            assert queue.before(order(by, seed=3), everything, whole[11]) == 11
        first = [each.instance_id for each in queue.places(order(), everything, limit=4)]
        assert {scores[ids.index(each)] for each in first} <= {0.88, None}
        shuffled = [ids.index(each.instance_id) for each in queue.places(order(ReviewBy.RANDOM), everything, limit=5)]
        spread = queue.spread(Measure.SCORE)
        facets = queue.facets()
    # The same on both databases, so written down once.
    assert shuffled == [27, 14, 1, 20, 7]
    assert [(step, number) for step, number in enumerate(spread.counts) if number] == [
        (7, 3), (14, 3), (28, 3), (29, 3), (57, 3), (58, 3), (88, 3), (99, 6)
    ]  # fmt: skip
    assert (spread.unknown, facets.labels, facets.backends) == (3, {NO_LABEL: 30}, {"net": 30})
    before = place.dump()
    outcome = run(DecideMany(Decision.ACCEPT, among=everything.least(Measure.SCORE, 0.58), review_ms=1200))
    assert outcome.value == Decided(
        tuple(each for each, score in zip(ids, scores, strict=True) if (score or 0) >= 0.58)
    )
    assert len(outcome.value.done) == spread.from_on(58) == 12
    after = place.dump()
    workspace.undo(None)
    assert place.dump() == before
    workspace.redo(None)
    assert place.dump() == after


def test_what_words_found_keeps_words_box_and_scores(
    place: Place, workspace: Workspace, images: tuple[int, ...]
) -> None:
    params = WordParams(("dogs", "bird"), "detector", 0.3, new_labels=True)
    seen = Detection("dogs", BoxPrompt(8.5, 2.0, 12.25, 5.0), 0.1 + 0.2, "detector")
    found = AutoMask(square(9), 0.93, 0.9, (10, 3), (0, 0, 20, 10), Level.NONE, detection=seen)
    before = place.dump()
    op = StoreWordMasks(images[0], (found,), BackendInfo("net", "mask", "cpu", "w-1", "1"), params)
    (instance_id,) = workspace.execute(op).value
    after = place.dump()
    with workspace.read() as reader:
        assert reader.instances.words([instance_id]) == {instance_id: ("dogs", 0.30000000000000004)}
        assert reader.instances.prompts(instance_id) == (
            PromptRecord("box", 8.5, 2.0, 12.25, 5.0, text="dogs", detector="detector", score=0.30000000000000004),
        )
        assert [label.name for label in reader.labels.all()][-1] == "dog"
    workspace.undo(images[0])
    assert place.dump() == before
    workspace.redo(images[0])
    assert place.dump() == after


def test_exports_hold_the_same_bytes(workspace: Workspace, images: tuple[int, ...], tmp_path: Path) -> None:
    found = AutoMask(square(9), 0.93, 0.1 + 0.2, (10.5, 3.25), (5.0, 0.0, 15.0, 10.0), Level.WHOLE)
    workspace.execute(add(images[0]))
    workspace.execute(StoreProposals(images[0], (found,), Stage.AUTO, BackendInfo("net", "mask", "cpu", "w-1", "1")))
    both = (State.ACCEPTED, State.PROPOSED)
    report = sa1b.write(workspace, tmp_path / "out", states=both)
    assert report.count("annotations").went_out == 2
    counts = [masks.encode(masks.decode(square(x))).counts.decode() for x in (1, 9)]
    scored = (
        b'"predicted_iou":0.30000000000000004,"point_coords":[[1.5,2]],"crop_box":[0,0,20,10],"id":1,'
        b'"stability_score":null}',
        b'"predicted_iou":0.93,"point_coords":[[10.5,3.25]],"crop_box":[5,0,15,10],"id":2,'
        b'"stability_score":0.30000000000000004}',
    )
    whole = [
        orjson.dumps({"bbox": [x, 2, 3, 3], "area": 9, "segmentation": {"size": [10, 20], "counts": code}})[:-1]
        + b","
        + rest
        for x, code, rest in zip((1, 9), counts, scored, strict=True)
    ]
    head = b'{"image": {"image_id":1,"width":20,"height":10,"file_name":"a.jpg"},\n"annotations": [\n'
    assert (tmp_path / "out" / "a.json").read_bytes() == head + b",\n".join(whole) + b"\n]}\n"
    coco.write(workspace, tmp_path / "out.json", states=both, scores=True)
    written = (tmp_path / "out.json").read_bytes()
    assert b'"predicted_iou":0.30000000000000004,"point_coords":[[1.5,2]]}' in written
    assert scored[1].replace(b'"id":2,', b"") in written
