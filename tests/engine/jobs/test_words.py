"""Runs over words: labels, prompts and scores of what is proposed; resumed, withdrawn, and what goes wrong."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from PIL import Image

from engine.errors import BackendFailed, BadImage, InvalidOp
from engine.jobs.start import run_job
from engine.jobs.stop import Stop
from engine.jobs.words import FindRequest, word_job
from engine.ops.imports import WithdrawJob
from engine.ops.instances import AddInstance
from engine.ops.jobs import ResumeJob
from engine.ops.labels import AddLabel, DeleteLabel
from engine.ops.word_masks import StoreWordMasks
from engine.project import add_images
from engine.records import JobState, PromptRecord, Stage, State
from engine.review import ReviewFilter, ReviewOrder
from engine.stages.words import WordParams
from models.api import BackendInfo
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


def start(shop: Shop, *words: str, **more: Any) -> int:
    asked = {key: more.pop(key) for key in ("min_score", "new_labels") if key in more}
    request = FindRequest(words or ("red", "blue"), more.pop("detector", "fake-detector"), **asked)
    with shop.workspace.read() as reader:
        op = word_job(reader, more.pop("backend", "fake"), request, more.pop("images", shop.ids()[3:]), **more)
    return shop.workspace.execute(op).value


def test_what_is_found_is_proposed_with_label_words_box_and_scores(patches: Shop) -> None:
    red = patches.workspace.execute(AddLabel("Red")).value
    job_id = start(patches, "red", "blue")
    progress = run_job(patches.file, job_id, finder=Watched())
    assert (progress.state, progress.total, progress.instances) == (JobState.DONE, 3, 3)
    found = patches.instances()
    assert {(each.state, each.provenance.stage, each.provenance.tool, each.job_id) for each in found} == {
        (State.PROPOSED, Stage.AUTO, "find", job_id)
    }
    assert [each.label_id for each in found] == [red.id, None, red.id]
    assert all(each.provenance.score is not None and each.provenance.backend == "fake" for each in found)
    with patches.workspace.read() as reader:
        assert reader.instances.prompts(found[0].id) == (
            PromptRecord("box", 5, 4, 20, 14, text="red", detector="fake-detector", score=0.9),
        )
        assert reader.jobs.get(job_id).kind == "words"
        places = reader.review.places(ReviewOrder(), ReviewFilter(), limit=9)
        assert [each.asked for each in reader.review.entries(places)] == [("red", 0.9), ("blue", 0.9), ("red", 0.9)]


def test_labels_are_made_only_when_asked_and_only_for_what_is_found(patches: Shop) -> None:
    def names() -> dict[int, str]:
        with patches.workspace.read() as reader:
            return {label.id: label.name for label in reader.labels.all()}

    first = start(patches, "red cars")
    run_job(patches.file, first, finder=Watched())
    assert names() == {}
    patches.workspace.execute(WithdrawJob(first))
    patches.workspace.execute(AddLabel("Blue"))
    run_job(patches.file, start(patches, "red cars", "blue", "zebra", new_labels=True), finder=Watched())
    assert sorted(names().values()) == ["Blue", "red car"]
    assert {names()[each.label_id] for each in patches.instances() if each.label_id} == {"red car", "Blue"}


def test_a_second_run_proposes_nothing_again_and_rejected_stays_rejected(patches: Shop) -> None:
    run_job(patches.file, start(patches), finder=Watched())
    before = patches.instances()
    assert run_job(patches.file, start(patches), finder=Watched()).instances == 0
    assert patches.instances() == before


def test_a_stopped_run_goes_on_and_a_failed_image_is_tried_again(patches: Shop) -> None:
    job_id = start(patches)
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
    job_id = start(patches)
    run_job(patches.file, job_id, finder=Watched())
    assert patches.workspace.execute(WithdrawJob(job_id)).value.removed == 3
    assert patches.instances() == []


def test_a_label_that_went_meanwhile_and_a_mask_that_came(patches: Shop) -> None:
    red = patches.workspace.execute(AddLabel("red")).value
    job_id = start(patches, "red")
    first = patches.ids()[3]
    run_job(patches.file, start(patches, "red"), finder=Watched())
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
    run_job(patches.file, start(patches, "red"), finder=(finder := Watched()))
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


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ({"time_limit": 0}, "time limit"),
        ({"min_score": 2.0}, "between 0 and 1"),
        ({"detector": "fake"}, "'fake' does not look for words"),
        ({"backend": "fake-detector"}, "does not answer boxes"),
        ({"images": ()}, "no image"),
        ({"detector": ""}, "backends pull"),
    ],
)
def test_mistakes_start_nothing(patches: Shop, more: dict[str, Any], told: str) -> None:
    with pytest.raises((InvalidOp, BackendFailed), match=told):
        start(patches, new_labels=True, **more)
    with patches.workspace.read() as reader:
        assert (reader.labels.all(), reader.jobs.all()) == ([], [])
