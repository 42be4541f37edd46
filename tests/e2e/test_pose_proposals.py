"""Proposed poses through the real window: asked with a key, joined when accepted, reviewed, run over a folder."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import psutil
import pytest

from annotator.controllers.run_request import Purpose
from annotator.settings import Settings
from engine.ops.instances import AddInstance
from engine.ops.labels import AddLabel
from engine.ops.skeletons import AddSkeleton
from engine.records import State
from engine.workspace import Workspace
from tests.e2e.conftest import Driver
from tests.e2e.test_runs import choose, ended

BOX = (100.0, 60.0, 120.0, 120.0)
POSE = ((130.0, 90.0, 2), (190.0, 150.0, 2))


@pytest.fixture
def people(project: Path) -> Path:
    """A person on the first two images, a dog without a skeleton on the first."""
    with Workspace.open(project, author="ann") as workspace:
        with workspace.read() as reader:
            first, second, _ = reader.images.ids()
        skeleton = workspace.execute(AddSkeleton("two", ("head", "foot"), ((0, 1),))).value.id
        person = workspace.execute(AddLabel("person", skeleton_id=skeleton)).value.id
        dog = workspace.execute(AddLabel("dog")).value.id
        workspace.execute(AddInstance(first, label_id=person, box=BOX))
        workspace.execute(AddInstance(first, label_id=dog, box=(5.0, 5.0, 20.0, 20.0)))
        workspace.execute(AddInstance(second, label_id=person, box=BOX))
    return project


@pytest.fixture
def driver(people: Path, open_window: Any) -> Driver:
    Settings().set("backend.pose", "fake-pose")
    made: Driver = open_window()
    made.wait(lambda: len(made.desk.editing.instances) == 2)
    return made


def test_a_pose_asked_with_a_key_joins_its_box_and_undo_parts_them(driver: Driver) -> None:
    person, dog, _ = (each.id for each in driver.stored())
    driver.desk.editing.select((dog,))
    driver.do("instance.pose")
    driver.wait(lambda: any("The label 'dog' has no skeleton" in text for text in driver.messages))
    driver.do("instance.pose_all")
    driver.wait(lambda: len(driver.desk.editing.instances) == 3)
    driver.settle()
    (twin,) = [each for each in driver.stored() if each.pose_of == person]
    assert (twin.state, twin.keypoints, twin.joint_scores) == (State.PROPOSED, POSE, (0.9, 0.9))
    assert driver.desk.editing.selection == (twin.id,)
    assert driver.canvas.scene().instances[twin.id].keypoints == POSE
    driver.do("instance.accept")
    driver.wait(lambda: twin.id not in driver.desk.editing.instances)
    assert [(each.id, each.keypoints) for each in driver.stored()[:2]] == [(person, POSE), (dog, None)]
    driver.do("instance.pose_all")
    driver.wait(lambda: any("Nothing here lacks a pose" in text for text in driver.messages))
    driver.do("edit.undo")
    driver.wait(lambda: twin.id in driver.desk.editing.instances)
    assert {each.id: each.keypoints for each in driver.stored()}[person] is None


def test_a_process_that_died_is_started_again_for_the_next_pose(driver: Driver) -> None:
    person = driver.stored()[0].id
    driver.desk.editing.select((person,))
    driver.do("instance.pose")
    driver.wait(lambda: len(driver.desk.editing.instances) == 3)
    workers = [each for each in psutil.Process().children() if "engine.inference.worker" in " ".join(each.cmdline())]
    assert len(workers) == 2
    max(workers, key=lambda each: each.create_time()).kill()
    driver.desk.editing.select((person,))
    driver.do("instance.pose")
    driver.wait(lambda: sum("proposed" in text or "No pose was made" in text for text in driver.messages) == 2)
    if any("No pose was made" in text for text in driver.messages):
        # The process was still being missed: what it was asked failed with words, and nothing else.
        driver.do("instance.pose")
    driver.wait(lambda: sum("A pose proposed" in text for text in driver.messages) == 2)
    assert sum(each.pose_of == person for each in driver.stored()) == 1


def test_a_run_over_the_folder_and_its_review_one_key_a_pose(driver: Driver) -> None:
    driver.do("view.mode.auto")
    part = driver.app.commands.runs
    choose(part.page.form.purpose, Purpose.POSES)
    driver.wait(part.page.form.start_button.isEnabled)
    assert part.page.form.backend.currentData() == "fake-pose" and part.page.form.preset.isHidden()
    part.page.form.start_button.click()
    driver.wait(lambda: ended(driver, part))
    assert part.page.card.text.text() == "2 of 2 images, 2 poses proposed."
    part.page.card.review_button.click()
    review = driver.app.commands.review
    driver.wait(lambda: review.reviewing.current is not None)
    driver.settle()
    assert "least certain: head 0.90" in review.look.strip.info.text
    first = review.reviewing.current.instance
    driver.do("instance.accept")
    driver.wait(lambda: review.reviewing.current.instance.id != first.id)
    driver.settle()
    stored = {each.id: each for each in driver.stored()}
    assert stored[first.pose_of].keypoints == POSE and first.id not in stored
    driver.do("review.back")
    driver.wait(lambda: review.reviewing.current.instance.id == first.id)
    driver.do("instance.reject")
    driver.settle()
    driver.wait(lambda: {each.id: each for each in driver.stored()}[first.pose_of].keypoints is None)


def test_without_a_pose_backend_the_page_says_what_is_needed(people: Path, open_window: Any) -> None:
    driver = open_window()
    driver.do("view.mode.auto")
    form = driver.app.commands.runs.page.form
    choose(form.purpose, Purpose.POSES)
    if form.backend.count():
        pytest.skip("a pose backend is ready on this machine")
    assert form.problem.text().startswith("No backend for poses is ready.")
    assert not form.start_button.isEnabled()
    driver.do("view.mode.assisted")
    driver.do("instance.pose_all")
    driver.wait(lambda: any(text.startswith("No backend for poses is ready. ") for text in driver.messages))
