"""The review queue in the real window: one key a mask, and everything else a reviewer does."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from typer.testing import CliRunner

from annotator.actions.action import UiContext
from engine.cli.main import app
from engine.ops.decide import DecideMany, Decision
from engine.ops.instances import AddInstance
from engine.ops.labels import AddLabel
from engine.records import Provenance, Stage, State
from engine.review import ReviewFilter
from engine.workspace import Workspace
from models import masks
from tests.e2e.conftest import Driver

WIDTH = 320
N = 12


def square(x: int, height: int, size: int = 24) -> masks.Rle:
    return masks.encode(masks.paste(np.ones((size, size), dtype=np.bool_), x=x, y=70, height=height, width=WIDTH))


@pytest.fixture
def filled(project: Path) -> Path:
    """Twelve proposals of falling certainty, four on each of three images, and one accepted mask."""
    with Workspace.open(project, author="machine") as workspace:
        with workspace.read() as reader:
            images = [reader.images.get(each) for each in reader.images.ids()]
        workspace.execute(AddLabel("cat"))
        workspace.execute(AddLabel("dog"))
        for number in range(N):
            image = images[number % 3]
            told = Provenance(stage=Stage.AUTO, backend="fake", score=0.88 + number / 100, stability=0.999)
            mask = square(20 * (number // 3) + 100, image.height or (240 if number % 3 < 2 else 300))
            workspace.execute(AddInstance(image.id, mask=mask, state=State.PROPOSED, provenance=told))
        mask = square(10, images[0].height or 240)
        workspace.execute(AddInstance(images[0].id, mask=mask, provenance=Provenance(clicks=1)))
    return project


@pytest.fixture
def driver(filled: Path, open_window: Any) -> Driver:
    made = open_window()
    made.do("view.mode.review")
    made.wait(lambda: made.app.commands.review.reviewing.current is not None)
    made.settle()
    return made


def current(driver: Driver) -> int | None:
    entry = driver.app.commands.review.reviewing.current
    return None if entry is None else entry.instance.id


def states(driver: Driver) -> dict[int, State]:
    driver.settle()
    with Workspace.open(driver.project) as workspace, workspace.read() as reader:
        return {each: reader.instances.get(each).state for each in range(1, N + 2)}


def press(driver: Driver, key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    QTest.keyClick(driver.window.focusWidget(), key, modifier)


def test_ten_masks_are_ten_keys_and_nobody_waits(driver: Driver) -> None:
    review = driver.app.commands.review
    seen, keys = [], 0
    for number in range(10):
        seen.append(current(driver))
        press(driver, Qt.Key.Key_N if number == 4 else Qt.Key.Key_Y)
        keys += 1
        # Without any turn of the event loop: the next one is on screen before this one is stored.
        assert current(driver) not in seen
        on_screen = driver.desk.navigation.image
        assert on_screen is not None and review.reviewing.current.image.id == on_screen.id
        assert driver.desk.editing.selection == (current(driver),)
    assert keys == len(seen) == len(set(seen)) == 10
    after = states(driver)
    assert [after[each] for each in seen] == [State.ACCEPTED] * 4 + [State.REJECTED] + [State.ACCEPTED] * 5
    assert review.look.strip.count.text() == "11 of 12"
    with Workspace.open(driver.project) as workspace, workspace.read() as reader:
        first = reader.instances.get(seen[0])
        assert first.reviewed_by and first.reviewed_at and 0 < first.review_ms < 60_000


def test_undo_goes_back_to_the_mask_and_redo_on_again(driver: Driver) -> None:
    review = driver.app.commands.review
    first = current(driver)
    press(driver, Qt.Key.Key_Y)
    second = current(driver)
    press(driver, Qt.Key.Key_N)
    third = current(driver)
    driver.settle()
    driver.do("edit.undo")
    driver.wait(lambda: current(driver) == second)
    assert states(driver)[second] is State.PROPOSED
    driver.do("edit.undo")
    driver.wait(lambda: current(driver) == first)
    assert review.look.strip.count.text() == "1 of 12"
    driver.do("edit.redo")
    driver.wait(lambda: current(driver) == second)
    assert states(driver)[first] is State.ACCEPTED
    press(driver, Qt.Key.Key_Y)
    assert current(driver) == third


def test_an_edit_made_since_is_undone_before_the_decision(driver: Driver) -> None:
    first = current(driver)
    press(driver, Qt.Key.Key_Y)
    second = current(driver)
    press(driver, Qt.Key.Key_2)
    driver.wait(lambda: "dog" in driver.app.commands.review.look.strip.info.text)
    driver.do("edit.undo")
    driver.wait(lambda: "no label" in driver.app.commands.review.look.strip.info.text)
    assert current(driver) == second and states(driver)[first] is State.ACCEPTED
    driver.do("edit.undo")
    driver.wait(lambda: current(driver) == first)
    assert states(driver)[first] is State.PROPOSED


def test_later_and_back(driver: Driver) -> None:
    first = current(driver)
    press(driver, Qt.Key.Key_Right)
    second = current(driver)
    press(driver, Qt.Key.Key_Space)
    third = current(driver)
    assert len({first, second, third}) == 3
    press(driver, Qt.Key.Key_Left)
    assert current(driver) == second
    press(driver, Qt.Key.Key_Left)
    assert current(driver) == first
    press(driver, Qt.Key.Key_Y)
    press(driver, Qt.Key.Key_Left)
    assert current(driver) == first
    assert driver.app.commands.review.look.strip.state.text() == "accepted"
    press(driver, Qt.Key.Key_N)
    assert current(driver) == second and states(driver)[first] is State.REJECTED


def test_what_was_passed_over_comes_again_and_then_nothing_is_left(driver: Driver) -> None:
    review = driver.app.commands.review
    skipped = current(driver)
    press(driver, Qt.Key.Key_Right)
    for _ in range(N - 1):
        press(driver, Qt.Key.Key_Y)
        driver.settle()
    driver.wait(lambda: current(driver) == skipped)
    assert review.look.strip.count.text() == "12 of 12"
    press(driver, Qt.Key.Key_Y)
    driver.wait(lambda: driver.window.front.currentWidget() is review.look.empty)
    assert review.look.empty.title.text() == "Nothing to review"
    assert not driver.app.registry.action("instance.accept").isEnabled()
    # Undo leads back out of the empty queue.
    driver.do("edit.undo")
    driver.wait(lambda: current(driver) == skipped)
    press(driver, Qt.Key.Key_Y)
    driver.wait(lambda: driver.window.front.currentWidget() is review.look.empty)
    # Another step back from the empty queue leads to the one before.
    driver.do("edit.undo")
    driver.wait(lambda: current(driver) == skipped)
    driver.settle()
    driver.do("edit.undo")
    driver.wait(lambda: current(driver) not in (skipped, None))
    assert list(states(driver).values()).count(State.PROPOSED) == 2
    driver.do("view.mode.assisted")
    assert driver.window.front.currentWidget() is driver.window.stage


def test_the_place_survives_a_restart(driver: Driver, open_window: Any) -> None:
    review = driver.app.commands.review
    review.look.strip.order.setCurrentIndex(1)
    review.look.strip.order.activated.emit(1)
    driver.settle()
    for key in (Qt.Key.Key_Y, Qt.Key.Key_Right, Qt.Key.Key_Y):
        driver.key(key)
    here, told = current(driver), review.look.strip.count.text()
    driver.settle()
    driver.app.close()
    again = open_window()
    again.do("view.mode.review")
    again.wait(lambda: current(again) is not None)
    assert (current(again), again.app.commands.review.look.strip.count.text()) == (here, told) == (here, "4 of 12")
    assert again.app.commands.review.look.strip.order.currentIndex() == 1


def test_threshold_counts_and_decides_and_is_undone(driver: Driver) -> None:
    review = driver.app.commands.review
    driver.do("review.threshold")
    driver.wait(
        lambda: (
            review.choice.threshold.slider.step == 90 and "Accept 10" in review.choice.threshold.accept_button.text()
        )
    )
    assert review.choice.threshold.reject_button.text() == "Reject 2 below"
    for _ in range(5):
        press(driver, Qt.Key.Key_Right)
    assert review.choice.threshold.accept_button.text() == "Accept 5 from 0.95 on"
    review.choice.threshold.accept_button.click()
    driver.wait(lambda: "Accepted 5 masks. Ctrl+Z takes it back." in driver.messages)
    assert list(states(driver).values()).count(State.ACCEPTED) == 6
    driver.wait(lambda: review.choice.threshold.accept_button.text() == "Accept 0 from 0.95 on")
    assert not review.choice.threshold.accept_button.isEnabled()
    driver.do("edit.undo")
    driver.wait(lambda: list(states(driver).values()).count(State.ACCEPTED) == 1)
    driver.wait(review.choice.threshold.accept_button.isEnabled)


def test_the_contact_sheet_by_keyboard(driver: Driver) -> None:
    review = driver.app.commands.review
    driver.do("review.view.sheet")
    model = review.look.sheet.model
    driver.wait(lambda: model.rowCount() == N and all(not model.lacks_picture(each) for each in model.entries))
    ids = [each.instance.id for each in model.entries]
    press(driver, Qt.Key.Key_Home)
    press(driver, Qt.Key.Key_Right)
    press(driver, Qt.Key.Key_Space)
    press(driver, Qt.Key.Key_Right)
    press(driver, Qt.Key.Key_Space)
    assert review.look.sheet.chosen == tuple(ids[1:3])
    press(driver, Qt.Key.Key_N)
    driver.wait(lambda: model.rowCount() == N - 2)
    press(driver, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    press(driver, Qt.Key.Key_1)
    driver.wait(lambda: "Relabelled 10 masks. Ctrl+Z takes it back." in driver.messages)
    press(driver, Qt.Key.Key_Y)
    driver.wait(lambda: driver.window.front.currentWidget() is review.look.empty)
    after = states(driver)
    assert [after[each] for each in ids[1:3]] == [State.REJECTED] * 2
    assert list(after.values()).count(State.ACCEPTED) == N - 1
    with Workspace.open(driver.project) as workspace, workspace.read() as reader:
        assert reader.instances.get(ids[0]).label_id == reader.labels.all()[0].id


def test_the_contact_sheet_hides_nothing_that_came_before(driver: Driver) -> None:
    review = driver.app.commands.review
    for _ in range(3):
        press(driver, Qt.Key.Key_Right)
    here = current(driver)
    driver.do("review.view.sheet")
    model = review.look.sheet.model
    driver.wait(lambda: model.rowCount() == N)
    assert review.look.sheet.under_cursor == here
    driver.do("review.view.one")
    assert current(driver) == here


def test_a_closer_look_from_the_sheet(driver: Driver) -> None:
    review = driver.app.commands.review
    driver.do("review.view.sheet")
    driver.wait(lambda: review.look.sheet.model.rowCount() == N)
    wanted = review.look.sheet.model.entries[3].instance.id
    review.look.sheet.view.setCurrentIndex(review.look.sheet.model.index(3, 0))
    press(driver, Qt.Key.Key_Return)
    assert review.look.view == "one" and current(driver) == wanted
    driver.wait(driver.canvas.hasFocus)
    press(driver, Qt.Key.Key_Y)
    assert states(driver)[wanted] is State.ACCEPTED


def test_one_mask_is_veiled_and_the_whole_image_is_not(driver: Driver) -> None:
    scene = driver.canvas._scene
    driver.wait(lambda: scene.veil.shown)
    assert scene.isolated == scene.selection == frozenset({current(driver)})
    assert not scene.handles.isVisible()
    driver.do("tool.select")
    assert scene.handles.isVisible()
    driver.do("tool.smart")
    zoom = driver.canvas.zoom
    driver.do("review.view.whole")
    assert not scene.veil.shown and scene.isolated is None and driver.canvas.zoom < zoom
    assert scene.handles.isVisible()
    driver.do("view.mode.assisted")
    assert not scene.veil.shown
    driver.do("view.mode.review")
    driver.wait(lambda: current(driver) is not None)
    driver.do("review.view.one")
    driver.wait(lambda: scene.veil.shown)


def test_all_of_an_image_at_once(driver: Driver) -> None:
    image = driver.app.commands.review.reviewing.current.image.id
    driver.do("review.accept_image")
    driver.wait(lambda: "Accepted 4 masks. Ctrl+Z takes it back." in driver.messages)
    driver.wait(lambda: driver.app.commands.review.reviewing.current.image.id != image)


def test_a_filter_of_the_list_stays_as_it_is(driver: Driver) -> None:
    driver.window.images.filter.field.setText("c.png")
    driver.wait(lambda: len(driver.desk.navigation.ids) == 1)
    shown = set()
    for _ in range(4):
        press_on_canvas(driver, Qt.Key.Key_Y)
        shown.add(driver.desk.navigation.image.path)
    assert len(shown) == 3 and driver.window.images.filter.field.text() == "c.png"
    assert len(driver.desk.navigation.ids) == 1


def press_on_canvas(driver: Driver, key: Qt.Key) -> None:
    driver.canvas.setFocus()
    driver.key(key)
    driver.settle()


def test_somebody_else_was_quicker(driver: Driver) -> None:
    mine = current(driver)
    with Workspace.open(driver.project, author="bob") as other:
        other.execute(DecideMany(Decision.REJECT, (mine,)))
    press(driver, Qt.Key.Key_Y)
    driver.wait(lambda: any("Somebody else had decided" in text for text in driver.messages))
    assert states(driver)[mine] is State.REJECTED
    assert current(driver) not in (mine, None)
    here = current(driver)
    driver.app.commands.notice_others()
    driver.settle()
    with Workspace.open(driver.project, author="bob") as other:
        other.execute(DecideMany(Decision.ACCEPT, among=ReviewFilter()))
    driver.app.commands.notice_others()
    driver.wait(lambda: driver.window.front.currentWidget() is driver.app.commands.review.look.empty)
    assert states(driver)[here] is State.ACCEPTED


def test_a_missing_file_is_passed_over(driver: Driver) -> None:
    review = driver.app.commands.review
    shown = review.reviewing.current.image
    gone = {each.image.id: each.image for each in review.reviewing.stretch if each.image.id != shown.id}
    image = next(iter(gone.values()))
    image.file.unlink()
    driver.desk.navigation._cache.clear()
    seen = set()
    for _ in range(N):
        if current(driver) is None:
            break
        seen.add(review.reviewing.current.image.id)
        press(driver, Qt.Key.Key_Right)
        driver.settle()
    driver.wait(lambda: any("cannot be shown, so its masks were passed over" in text for text in driver.messages))
    assert all(state is State.PROPOSED for each, state in states(driver).items() if each <= N)
    assert image.id in review.reviewing._queue.blind


def test_a_project_that_cannot_be_written_keeps_the_mask_in_the_queue(driver: Driver) -> None:
    mine = current(driver)
    blocker = Workspace.open(driver.project)
    # A short wait, so that the test does not take the full patience of a person's window.
    with driver.desk.store.workspace._writer.connect() as connection:
        connection.connection.cursor().execute("PRAGMA busy_timeout=50")
    with blocker._writing():
        press(driver, Qt.Key.Key_Y)
        driver.wait(lambda: any("The decision was not stored" in text for text in driver.messages))
        assert current(driver) == mine
    blocker.close()
    assert states(driver)[mine] is State.PROPOSED
    assert driver.app.commands.review.look.strip.count.text() == "1 of 12"
    press(driver, Qt.Key.Key_Y)
    assert states(driver)[mine] is State.ACCEPTED


def test_fixed_with_a_tool_then_yes(driver: Driver) -> None:
    mine = current(driver)
    with Workspace.open(driver.project) as workspace, workspace.read() as reader:
        before = reader.instances.get(mine)
    driver.do("tool.brush")
    x, y, w, h = before.bbox
    driver.drag((x + w - 2, y + h / 2), (x + w + 8, y + h / 2))
    driver.wait(lambda: driver.desk.editing.instances[mine].area > before.area)
    press(driver, Qt.Key.Key_Y)
    assert current(driver) != mine
    driver.settle()
    with Workspace.open(driver.project) as workspace, workspace.read() as reader:
        after = reader.instances.get(mine)
    assert (after.state, after.edits) == (State.ACCEPTED, 1)


@pytest.mark.parametrize("key", [Qt.Key.Key_Y, Qt.Key.Key_N])
def test_refined_with_clicks_yes_stores_it_and_no_drops_it(driver: Driver, key: Qt.Key) -> None:
    mine = current(driver)
    with Workspace.open(driver.project) as workspace, workspace.read() as reader:
        before = reader.instances.get(mine)
    driver.wait(lambda: driver.desk.inference.state.condition == "ready")
    driver.do("instance.refine")
    driver.wait(lambda: driver.desk.prompting.active)
    x, y, w, h = before.bbox
    driver.click(x + w / 2, y + h / 2)
    driver.wait(lambda: driver.desk.prompting.state.candidates and not driver.desk.prompting.state.waiting)
    press(driver, key)
    driver.wait(lambda: current(driver) != mine)
    assert not driver.desk.prompting.active
    driver.settle()
    with Workspace.open(driver.project) as workspace, workspace.read() as reader:
        after = reader.instances.get(mine)
    if key == Qt.Key.Key_N:
        assert after.state is State.REJECTED and after.mask == before.mask
        return
    assert after.state is State.ACCEPTED and after.mask != before.mask and after.provenance.clicks == 1
    assert driver.app.commands.review.look.strip.count.text() == "2 of 12"
    driver.do("edit.undo")
    driver.wait(lambda: current(driver) == mine)
    assert states(driver)[mine] is State.PROPOSED


def test_an_empty_queue_says_so(open_window: Any) -> None:
    driver = open_window()
    driver.do("view.mode.review")
    review = driver.app.commands.review
    driver.wait(lambda: driver.window.front.currentWidget() is review.look.empty)
    assert review.look.empty.title.text() == "Nothing to review" and review.look.strip.count.text() == "Nothing left"
    review.look.empty.button.click()
    assert driver.app.commands.modes.mode == "auto"
    driver.do("view.mode.review")
    driver.wait(lambda: driver.window.front.currentWidget() is review.look.empty)
    assert not driver.app.registry.spec("review.skip").enabled_when(UiContext(mode="review"))
    # A job finds something meanwhile.
    op = AddInstance(1, mask=square(100, 240), state=State.PROPOSED, provenance=Provenance(score=0.9))
    driver.desk.store.execute(op)
    driver.wait(lambda: current(driver) is not None)
    driver.wait(lambda: driver.window.front.currentWidget() is driver.window.stage)


def test_filter_by_label_and_back_to_all(driver: Driver) -> None:
    review = driver.app.commands.review
    press(driver, Qt.Key.Key_1)
    driver.wait(lambda: "cat" in review.look.strip.info.text)
    mine = current(driver)
    review.look.strip.filter.click()
    driver.wait(review.choice.popup.isVisible)
    row = next(
        i for i in range(review.choice.popup.label.count()) if review.choice.popup.label.itemText(i) == "cat  (1)"
    )
    review.choice.popup.label.setCurrentIndex(row)
    review.choice.popup.label.activated.emit(row)
    driver.wait(lambda: review.look.strip.filter.text() == "cat")
    driver.wait(lambda: review.look.strip.count.text() == "1 of 1")
    review.choice.popup.close()
    driver.wait(lambda: current(driver) == mine)
    press_on_canvas(driver, Qt.Key.Key_Y)
    driver.wait(lambda: review.look.empty.title.text() == "Nothing left here")
    review.look.empty.button.click()
    driver.wait(lambda: current(driver) is not None)
    assert review.look.strip.filter.text() == "All"


def test_from_auto_over_review_to_a_coco_file(project: Path, open_window: Any, tmp_path: Path) -> None:
    done = CliRunner().invoke(app, ["auto", str(project), "--backend", "fake", "--preset", "fast"])
    assert done.exit_code == 0, done.output
    with Workspace.open(project) as workspace, workspace.read() as reader:
        waiting = reader.review.count()
    assert waiting >= 3
    driver = open_window()
    driver.do("view.mode.review")
    driver.wait(lambda: current(driver) is not None)
    accepted = 0
    while current(driver) is not None:
        press(driver, Qt.Key.Key_N if accepted == 1 else Qt.Key.Key_Y)
        accepted += 1
        driver.settle()
    assert accepted == waiting
    driver.app.close()
    target = tmp_path / "out.json"
    done = CliRunner().invoke(app, ["export", str(project), str(target)])
    assert done.exit_code == 0, done.output
    assert len(json.loads(target.read_text())["annotations"]) == waiting - 1
