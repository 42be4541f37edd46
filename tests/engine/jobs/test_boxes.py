"""Runs over boxes: what is proposed, resumed without anything stored twice, withdrawn as a whole."""

from __future__ import annotations

import pytest

from engine.errors import BadImage, InvalidOp
from engine.jobs.boxes import create_box_job
from engine.jobs.start import run_job
from engine.jobs.stop import Stop
from engine.ops.imports import WithdrawJob
from engine.ops.instances import AddInstance, DeleteInstances
from engine.ops.jobs import ResumeJob
from engine.ops.labels import AddLabel
from engine.records import JobState, PromptRecord, Stage, State
from engine.stages.boxes import BoxParams
from tests.engine.jobs.conftest import Shop, Watched, failing

BOX = (5.5, 4.0, 30.0, 20.0)


@pytest.fixture
def boxed(shop: Shop) -> Shop:
    """Three images; the first has two boxes, the second one, the third none."""
    cat = shop.workspace.execute(AddLabel("cat")).value.id
    first, second, _third = shop.ids()
    shop.workspace.execute(AddInstance(first, label_id=cat, box=BOX, attributes={"fur": "red"}))
    shop.workspace.execute(AddInstance(first, box=(1.0, 1.0, 9.0, 9.0)))
    shop.workspace.execute(AddInstance(second, label_id=cat, box=BOX))
    return shop


def start(shop: Shop) -> int:
    return create_box_job(shop.workspace, "fake", BoxParams(), shop.ids())


def test_each_box_gets_a_proposal_that_keeps_it_as_prompt(boxed: Shop) -> None:
    before = {each.id: each for each in boxed.instances()}
    job_id = start(boxed)
    finder = Watched()
    progress = run_job(boxed.file, job_id, finder=finder)
    assert (progress.state, progress.total, progress.instances) == (JobState.DONE, 2, 3)
    after = {each.id: each for each in boxed.instances()}
    assert {row: after[row] for row in before} == before
    new = [each for row, each in after.items() if row not in before]
    assert {(each.state, each.provenance.stage, each.provenance.tool, each.job_id) for each in new} == {
        (State.PROPOSED, Stage.AUTO, "box2mask", job_id)
    }
    assert [each.label_id for each in new] == [1, None, 1]
    assert new[0].attributes == {"fur": "red"} and new[0].mask is not None and new[0].provenance.score is not None
    with boxed.workspace.read() as reader:
        assert reader.instances.prompts(new[0].id) == (PromptRecord("box", 5.5, 4.0, 35.5, 24.0),)


def test_a_second_run_asks_only_what_is_new(boxed: Shop) -> None:
    run_job(boxed.file, start(boxed), finder=Watched())
    third = boxed.ids()[2]
    boxed.workspace.execute(AddInstance(third, box=BOX))
    assert run_job(boxed.file, start(boxed), finder=Watched()).instances == 1


def test_a_stopped_run_goes_on_and_stores_nothing_twice(boxed: Shop) -> None:
    job_id = start(boxed)
    stop = Stop()
    run_job(boxed.file, job_id, finder=Watched(before=lambda _: stop.ask()), stop=stop)
    assert boxed.progress(job_id).done == 1
    assert run_job(boxed.file, job_id, finder=Watched()).instances == 3
    stop.close()


def test_a_failed_image_is_tried_again(boxed: Shop) -> None:
    job_id = start(boxed)
    first = boxed.ids()[0]
    progress = run_job(boxed.file, job_id, finder=Watched(before=failing(BadImage("cut off"), first)))
    assert (progress.done, progress.failed, progress.instances) == (1, 1, 1)
    boxed.workspace.execute(ResumeJob(job_id))
    assert run_job(boxed.file, job_id, finder=Watched()).instances == 3


def test_a_box_that_went_while_the_backend_worked_gets_no_mask(boxed: Shop) -> None:
    first = boxed.ids()[0]
    going = [each.id for each in boxed.instances() if each.image_id == first][:1]

    def remove(image: object) -> None:
        left = [each.id for each in boxed.instances() if each.id in going]
        if left:
            boxed.workspace.execute(DeleteInstances(tuple(left)))

    # Removed after the work was handed out: the finder is called with both boxes.
    progress = run_job(boxed.file, start(boxed), finder=Watched(before=remove))
    assert progress.instances == 2


def test_the_run_is_withdrawn_as_a_whole(boxed: Shop) -> None:
    job_id = start(boxed)
    before = boxed.instances()
    run_job(boxed.file, job_id, finder=Watched())
    assert boxed.workspace.execute(WithdrawJob(job_id)).value.removed == 3
    assert boxed.instances() == before


def test_nothing_to_do_is_said_and_starts_nothing(shop: Shop) -> None:
    with pytest.raises(InvalidOp, match="box without a mask"):
        start(shop)
    with pytest.raises(InvalidOp, match="time limit"):
        create_box_job(shop.workspace, "fake", BoxParams(), shop.ids(), time_limit=0)
