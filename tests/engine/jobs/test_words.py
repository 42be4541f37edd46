"""Runs over words: labels, prompts and scores of what is proposed; resumed, withdrawn, and what goes wrong."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from engine.errors import BadImage, InvalidOp
from engine.jobs.start import run_job
from engine.jobs.stop import Stop
from engine.jobs.words import WordJob, create_word_job
from engine.ops.imports import WithdrawJob
from engine.ops.instances import AddInstance
from engine.ops.jobs import ResumeJob
from engine.ops.labels import AddLabel, DeleteLabel
from engine.ops.word_masks import StoreWordMasks
from engine.project import add_images
from engine.records import JobState, PromptRecord, Stage, State
from engine.stages.words import WordParams
from models.api import BackendInfo
from models.errors import BackendUnavailable, UnsupportedPrompt
from tests.engine.jobs.conftest import Shop, Watched, failing

RED, BLUE = (220, 30, 30), (30, 30, 220)


@pytest.fixture
def patches(shop: Shop) -> Shop:
    """Three more images: two patches, one patch, none."""
    for name, boxes in (("p", (RED, BLUE)), ("q", (RED,)), ("r", ())):
        image = np.full((40, 60, 3), 128, np.uint8)
        for number, colour in enumerate(boxes):
            image[4:14, 5 + 25 * number : 20 + 25 * number] = colour
        Image.fromarray(image).save(shop.folder / f"{name}.png")
    add_images(shop.workspace, [shop.folder])
    return shop


def start(shop: Shop, *words: str, **more: object) -> WordJob:
    return create_word_job(
        shop.workspace,
        "fake",
        words or ("red", "blue"),
        shop.ids()[3:],
        detector="fake-detector",
        **more,  # type: ignore[arg-type]
    )


def test_what_is_found_is_proposed_with_label_words_box_and_scores(patches: Shop) -> None:
    red = patches.workspace.execute(AddLabel("Red")).value
    made = start(patches, "red", "blue")
    progress = run_job(patches.file, made.job_id, finder=Watched())
    assert (progress.state, progress.total, progress.instances) == (JobState.DONE, 3, 3)
    found = patches.instances()
    assert {(each.state, each.provenance.stage, each.provenance.tool, each.job_id) for each in found} == {
        (State.PROPOSED, Stage.AUTO, "find", made.job_id)
    }
    assert [each.label_id for each in found] == [red.id, None, red.id]
    assert all(each.provenance.score is not None and each.provenance.backend == "fake" for each in found)
    with patches.workspace.read() as reader:
        assert reader.instances.prompts(found[0].id) == (
            PromptRecord("box", 5, 4, 20, 14, text="red", detector="fake-detector", score=0.9),
        )
        assert reader.jobs.get(made.job_id).kind == "words"


def test_labels_are_made_only_when_asked(patches: Shop) -> None:
    assert start(patches, "red cars").new_labels == ()
    made = start(patches, "red cars", "blues", new_labels=True)
    assert made.new_labels == ("red car", "blue")
    run_job(patches.file, made.job_id, finder=Watched())
    with patches.workspace.read() as reader:
        names = {label.id: label.name for label in reader.labels.all()}
    assert {names[each.label_id] for each in patches.instances() if each.label_id} == {"red car"}


def test_a_second_run_proposes_nothing_again_and_rejected_stays_rejected(patches: Shop) -> None:
    run_job(patches.file, start(patches).job_id, finder=Watched())
    before = patches.instances()
    assert run_job(patches.file, start(patches).job_id, finder=Watched()).instances == 0
    assert patches.instances() == before


def test_a_stopped_run_goes_on_and_a_failed_image_is_tried_again(patches: Shop) -> None:
    job_id = start(patches).job_id
    stop = Stop()
    first = patches.ids()[3]

    def before(image: object) -> None:
        stop.ask()
        failing(BadImage("cut off"), first)(image)  # type: ignore[arg-type]

    run_job(patches.file, job_id, finder=Watched(before=before), stop=stop)
    stop.close()
    assert (patches.progress(job_id).failed, patches.progress(job_id).waiting) == (1, 2)
    patches.workspace.execute(ResumeJob(job_id))
    assert run_job(patches.file, job_id, finder=Watched()).instances == 3


def test_the_run_is_withdrawn_as_a_whole(patches: Shop) -> None:
    job_id = start(patches).job_id
    run_job(patches.file, job_id, finder=Watched())
    assert patches.workspace.execute(WithdrawJob(job_id)).value.removed == 3
    assert patches.instances() == []


def test_a_label_that_went_meanwhile_and_a_mask_that_came(patches: Shop) -> None:
    red = patches.workspace.execute(AddLabel("red")).value
    job_id = start(patches, "red").job_id
    first = patches.ids()[3]
    run_job(patches.file, start(patches, "red").job_id, finder=Watched())
    mask = next(each.mask for each in patches.instances() if each.image_id == first)
    patches.workspace.execute(WithdrawJob(2))
    patches.workspace.execute(DeleteLabel(red.id))

    def meanwhile(image: object) -> None:
        if getattr(image, "image_id", 0) == first:
            patches.workspace.execute(AddInstance(first, mask=mask))

    # The finder was told what is stored before this: the mask that comes is not proposed beside itself.
    run_job(patches.file, job_id, finder=Watched(before=meanwhile))
    assert [(each.image_id, each.state, each.label_id) for each in patches.instances()] == [
        (first, State.ACCEPTED, None),
        (first + 1, State.PROPOSED, None),
    ]


def test_one_image_is_one_step_that_undo_takes_back(patches: Shop) -> None:
    image_id = patches.ids()[3]
    params = WordParams(("red",), "fake-detector", 0.5)
    run_job(patches.file, start(patches, "red").job_id, finder=(finder := Watched()))
    with patches.workspace.read() as reader:
        image = reader.images.get(image_id)
    patches.workspace.execute(WithdrawJob(1))
    from engine.jobs.runner import _ref
    from engine.stages.words import WordWork

    found = finder.find(_ref(image), WordWork(params), (), lambda: None)  # type: ignore[arg-type]
    ids = patches.workspace.execute(
        StoreWordMasks(image_id, found.masks, BackendInfo("fake", "mask", "cpu"), params)
    ).value
    assert len(ids) == 1
    patches.workspace.undo(image_id)
    assert patches.instances() == []
    patches.workspace.redo(image_id)
    with patches.workspace.read() as reader:
        assert reader.instances.prompts(ids[0])[0].text == "red"


def test_mistakes_start_nothing(patches: Shop) -> None:
    with pytest.raises(InvalidOp, match="time limit"):
        start(patches, time_limit=0, new_labels=True)
    with pytest.raises(InvalidOp, match="between 0 and 1"):
        start(patches, min_score=2.0)
    with pytest.raises(UnsupportedPrompt, match="'fake' does not look for words"):
        create_word_job(patches.workspace, "fake", ("red",), patches.ids(), detector="fake")
    with pytest.raises(InvalidOp, match="does not answer boxes"):
        create_word_job(patches.workspace, "fake-detector", ("red",), patches.ids(), detector="fake-detector")
    with pytest.raises(InvalidOp, match="no image"):
        create_word_job(patches.workspace, "fake", ("red",), (), detector="fake-detector", new_labels=True)
    with pytest.raises(BackendUnavailable, match="backends add"):
        create_word_job(patches.workspace, "fake", ("red",), patches.ids())
    with patches.workspace.read() as reader:
        assert (reader.labels.all(), reader.jobs.all()) == ([], [])
