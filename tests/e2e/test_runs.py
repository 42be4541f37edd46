"""The page Auto through the real window: real worker processes, watched, cancelled, resumed, withdrawn."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import psutil
from PySide6.QtWidgets import QComboBox

from annotator.controllers.run_request import Purpose
from engine.ops.instances import AddInstance
from engine.records import JobState, Stage, State
from engine.workspace import Workspace


def enter(driver: Any, *, preset: str = "fast", score: float = 0.9) -> Any:
    driver.do("view.mode.auto")
    part = driver.app.commands.runs
    form = part.page.form
    choose(form.preset, preset)
    form.score.setValue(score)
    form.stability.setValue(score)
    driver.wait(form.start_button.isEnabled)
    return part


def choose(box: QComboBox, name: object) -> None:
    place = box.findData(name)
    assert place >= 0
    box.setCurrentIndex(place)


def ended(driver: Any, part: Any) -> bool:
    run = part.runs.list.current
    return run is not None and run.health == "ended" and not part.runs._workers


def test_a_run_from_the_form_to_proposals_and_withdrawn_as_a_whole(open_window: Any) -> None:
    driver = open_window(backend="classic")
    part = enter(driver)
    card = part.page.card
    assert part.page.form.count.text() == "3 images"
    assert card.title.text() == "Automatic runs"
    part.page.form.start_button.click()
    driver.wait(lambda: ended(driver, part))
    assert card.title.text() == "Run 1: done"
    found = driver.stored()
    assert found and {(each.state, each.provenance.stage) for each in found} == {(State.PROPOSED, Stage.AUTO)}
    assert card.text.text() == f"3 of 3 images, {len(found):,} masks proposed."
    assert any(f"Run 1 is done: {len(found):,} masks on 3 of 3 images." in text for text in driver.messages)
    item = part.page.list.topLevelItem(0)
    assert [item.text(n) for n in (0, 1, 3, 4, 5)] == ["1", "done", "3 of 3", f"{len(found):,}", ""]
    # Asked first, as it cannot be undone; keeping changes nothing.
    card.withdraw_button.click()
    assert f"{len(found):,}" in card.sure.text() and not card.sure_button.isHidden()
    card.keep_button.click()
    assert len(driver.stored()) == len(found)
    assert card.withdraw_button.isVisible() and card.review_button.isVisible() and card.sure.isHidden()
    card.withdraw_button.click()
    card.sure_button.click()
    driver.wait(lambda: card.title.text() == "Run 1: withdrawn")
    assert driver.stored() == []
    assert card.withdraw_button.isHidden() and card.resume_button.isHidden()


def test_images_are_named_in_words_and_counted_as_they_are_typed(open_window: Any) -> None:
    driver = open_window(backend="classic")
    part = enter(driver)
    form = part.page.form
    form.query.setText("b.png")
    driver.wait(lambda: form.count.text() == "1 image")
    form.query.setText("nothing-like-it")
    driver.wait(lambda: "No image of the project fits" in form.count.text())
    assert not form.start_button.isEnabled()
    form.query.setText("state:sleeping")
    driver.wait(lambda: "sleeping" in form.count.text())
    assert not form.start_button.isEnabled()


def test_filled_in_overnight_and_confirmed_in_the_semi_mode(open_window: Any, project: Path) -> None:
    driver = open_window(backend="classic")
    part = enter(driver)
    choose(part.page.form.purpose, Purpose.FILL_IN)
    assert not part.page.form.score.isEnabled()
    part.page.form.start_button.click()
    driver.wait(lambda: ended(driver, part))
    driver.do("view.mode.semi")
    semi = driver.app.commands.semi
    driver.wait(lambda: semi.filling.state.phase == "open" and semi.filling.state.total > 0)
    semi.strip.score.setValue(50)
    semi.strip.stability.setValue(50)
    total = semi.filling.state.total
    semi.strip.confirm_button.click()
    driver.wait(lambda: semi.filling.state.phase == "confirmed")
    first = driver.desk.navigation.image.id
    with Workspace.open(project) as workspace, workspace.read() as read:
        assert [each.state for each in read.instances.of_image(first)] == [State.ACCEPTED] * total


def test_masks_from_boxes_need_no_preset_and_leave_the_boxes_alone(open_window: Any, project: Path) -> None:
    with Workspace.open(project) as workspace:
        with workspace.read() as read:
            first, second, _ = read.images.ids()
        for image_id in (first, second):
            workspace.execute(AddInstance(image_id, box=(95.0, 55.0, 130.0, 130.0)))
    driver = open_window(backend="classic")
    part = enter(driver)
    form, card = part.page.form, part.page.card
    choose(form.purpose, Purpose.BOXES)
    assert form.preset.isHidden() and form.score.isHidden() and not form.backend.isHidden()
    form.start_button.click()
    driver.wait(lambda: ended(driver, part))
    assert card.title.text() == "Run 1: done"
    assert card.about.text().startswith("classic, masks from boxes; all images; by ")
    assert card.text.text() == "2 of 2 images, 2 masks proposed."
    assert card.review_button.isVisible()
    assert [each.state for each in driver.stored() if each.mask is None] == [State.ACCEPTED] * 2
    form.start_button.click()
    driver.wait(lambda: ended(driver, part) and part.runs.list.current.job.id == 2)
    assert "every box has its mask already" in card.text.text()


def test_a_run_that_has_nothing_to_do_says_so_and_is_not_noted(open_window: Any) -> None:
    driver = open_window(backend="classic")
    part = enter(driver)
    choose(part.page.form.purpose, Purpose.BOXES)
    part.page.form.start_button.click()
    driver.wait(lambda: any("No image asked for has a box without a mask" in text for text in driver.messages))
    assert part.page.form.start_button.isEnabled() and not part.runs.list.runs


def test_an_image_that_fails_is_told_with_its_reason_and_tried_again(open_window: Any, pictures: Path) -> None:
    driver = open_window(backend="classic")
    part = enter(driver)
    hidden = pictures / "c.away"
    (pictures / "c.png").rename(hidden)
    part.page.form.start_button.click()
    driver.wait(lambda: ended(driver, part))
    card = part.page.card
    item = card.failures.topLevelItem(0)
    assert (card.failures_title.text(), item.text(0)) == ("1 image failed", "c.png")
    assert item.text(1)
    assert card.resume_button.text() == "Try the failed again"
    hidden.rename(pictures / "c.png")
    card.resume_button.click()
    driver.wait(lambda: ended(driver, part) and part.runs.list.current.progress.done == 3)
    assert card.failures.isHidden() and card.resume_button.isHidden()


def test_cancelled_and_resumed(open_window: Any) -> None:
    driver = open_window(backend="classic")
    part = enter(driver)
    part.page.form.start_button.click()
    driver.wait(lambda: part.runs._workers)
    (workers,) = part.runs._workers.values()
    stopped = [psutil.Process(pid) for pid in workers.pids]
    for each in stopped:
        each.suspend()
    driver.wait(lambda: not part.page.card.cancel_button.isHidden())
    part.page.card.cancel_button.click()
    driver.wait(lambda: part.runs.list.current.job.state is JobState.CANCELLED)
    for each in stopped:
        each.resume()
    driver.wait(lambda: ended(driver, part))
    assert part.page.card.title.text() == "Run 1: cancelled"
    part.page.card.resume_button.click()
    driver.wait(lambda: ended(driver, part) and part.runs.list.current.job.state is JobState.DONE)
    assert part.runs.list.current.progress.done == 3


def test_a_killed_worker_is_noticed_and_the_run_goes_on(open_window: Any) -> None:
    driver = open_window(backend="classic")
    part = enter(driver)
    part.page.form.start_button.click()
    driver.wait(lambda: part.runs._workers)
    (workers,) = part.runs._workers.values()
    for pid in workers.pids:
        psutil.Process(pid).kill()
    driver.wait(lambda: not part.runs._workers)
    driver.wait(lambda: part.page.card.title.text() == "Run 1: stopped, can be resumed")
    assert any("Run 1" in text for text in driver.messages)
    part.page.card.resume_button.click()
    driver.wait(lambda: ended(driver, part) and part.runs.list.current.job.state is JobState.DONE)


def test_the_window_may_close_and_open_while_the_run_goes_on(open_window: Any, project: Path) -> None:
    driver = open_window(backend="classic")
    part = enter(driver)
    part.page.form.start_button.click()
    driver.wait(lambda: part.runs._workers)
    driver.window.close()
    driver.app.close()
    again = open_window(backend="classic")
    again.do("view.mode.auto")
    later = again.app.commands.runs
    again.wait(lambda: ended(again, later))
    assert later.runs.list.current.job.state is JobState.DONE
    assert later.runs.list.current.progress.instances == len(again.stored()) > 0
