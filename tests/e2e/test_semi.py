"""The semi-automatic mode through the real window: find, thresholds, confirm, gaps, and what goes wrong."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import psutil
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from typer.testing import CliRunner

from engine.cli.main import app
from engine.ops.instances import AddInstance
from engine.ops.prefill import ConfirmPrefill, StorePrefill
from engine.records import Stage, State
from engine.stages.coverage import coverage
from engine.stages.semi import FLOOR
from engine.workspace import Workspace
from models import masks
from models.api import BackendInfo


def enter(driver: Any) -> Any:
    driver.do("view.mode.semi")
    part = driver.app.commands.semi
    driver.wait(lambda: part.filling.state.phase == "empty")
    return part


def fill(driver: Any) -> Any:
    """Find objects with every threshold at the floor, so that whatever is stored is shown."""
    part = enter(driver)
    part.strip.score.setValue(50)
    part.strip.stability.setValue(50)
    part.strip.find_button.click()
    driver.wait(lambda: part.filling.state.phase == "open" and part.filling.state.total > 0)
    driver.settle()
    return part


def test_found_thresholds_tried_confirmed_and_taken_back(open_window: Any) -> None:
    driver = open_window(backend="classic")
    part = fill(driver)
    proposed = driver.stored()
    assert {(each.state, each.provenance.stage) for each in proposed} == {(State.PROPOSED, Stage.SEMI)}
    total = part.filling.state.total
    assert total == len(proposed) == part.filling.state.kept
    assert part.strip.confirm_button.text() == f"Confirm {total}"
    # The slider asks nobody: what is below it is no longer drawn or hit, and the button counts with it.
    scores = sorted({each.provenance.score for each in proposed})
    part.strip.score.setValue(100)
    above = sum(each.provenance.score >= 1.0 for each in proposed)
    assert above < total and part.strip.confirm_button.text() == f"Confirm {above}"
    assert len(driver.desk.editing.unseen) == total - above
    # Neither does the list name what is not shown.
    assert driver.window.instances.view.model().rowCount() == above
    assert driver.canvas._scene.invisible == driver.desk.editing.unseen
    middle = int(100 * scores[len(scores) // 2])
    part.strip.score.setValue(middle)
    kept = {each.id for each in proposed if each.provenance.score >= middle / 100}
    # The person's seconds run since the proposals came on screen; four more of them pass.
    clock = part.filling._clock
    assert clock._last is not None
    later = clock._last + 4000
    clock._now = lambda: later
    driver.key(Qt.Key.Key_Return, Qt.KeyboardModifier.ShiftModifier)
    driver.wait(lambda: part.filling.state.phase == "confirmed")
    assert sum(each.review_ms for each in driver.stored()) >= 3900
    assert {each.id for each in driver.stored()} == kept
    assert {each.state for each in driver.stored()} == {State.ACCEPTED}
    assert driver.desk.editing.unseen == frozenset()
    driver.do("edit.undo")
    driver.wait(lambda: part.filling.state.phase == "open")
    driver.wait(lambda: part.filling.state.total == total)
    assert {each.state for each in driver.stored()} == {State.PROPOSED}


def test_what_is_confirmed_is_not_filled_in_again(open_window: Any) -> None:
    driver = open_window(backend="classic")
    part = fill(driver)
    part.strip.confirm_button.click()
    driver.wait(lambda: part.filling.state.phase == "confirmed")
    before = driver.stored()
    driver.do("semi.find")
    driver.wait(lambda: any("Ctrl+Z takes the confirmation back" in text for text in driver.messages))
    assert driver.stored() == before
    # Another image starts anew, and coming back the confirmation is remembered.
    driver.do("go.next")
    driver.wait(lambda: part.filling.state.phase == "empty")
    driver.do("go.previous")
    driver.wait(lambda: part.filling.state.phase == "confirmed")


def test_the_next_gap_brings_a_suggestion_that_enter_stores(open_window: Any) -> None:
    driver = open_window(backend="classic")
    part = enter(driver)
    driver.wait(lambda: part.strip.share.text() == "0% explained")
    driver.key(Qt.Key.Key_G)
    driver.wait(lambda: driver.desk.prompting.active)
    assert driver.desk.prompting.state.candidate is not None
    driver.key(Qt.Key.Key_Return)
    driver.wait(lambda: len(driver.desk.editing.instances) == 1)
    (made,) = driver.stored()
    assert (made.state, made.provenance.stage, made.provenance.clicks) == (State.ACCEPTED, Stage.SEMI, 1)
    assert made.mask is not None
    share = coverage(240, 320, [made.mask]).share
    driver.wait(lambda: part.strip.share.text() == f"{share:.0%} explained")


def test_g_again_leaves_a_suggestion_and_goes_on_until_none_is_left(open_window: Any) -> None:
    driver = open_window(backend="classic")
    part = enter(driver)
    seen = []
    for _ in range(60):
        driver.key(Qt.Key.Key_G)
        driver.wait(lambda: not part.gaps._asking)
        driver.settle()
        if any("G begins anew" in text for text in driver.messages):
            break
        draft = driver.desk.prompting.state.draft
        seen.append(None if draft is None else (draft.prompts[0].x0, draft.prompts[0].y0))
    else:
        raise AssertionError("the gaps never came to an end")
    drafts = [place for place in seen if place is not None]
    assert len(set(drafts)) == len(drafts) >= 2
    assert driver.stored() == []


def test_a_suggestion_over_masks_that_came_meanwhile_is_dropped_and_said_so(open_window: Any, project: Path) -> None:
    driver = open_window(backend="classic", ahead=0)
    part = enter(driver)
    driver.wait(lambda: driver.desk.prompting.image.content_hash in driver.desk.inference.state.ready)
    process = driver.inference_process()
    assert process is not None
    process.suspend()
    driver.key(Qt.Key.Key_G)
    driver.wait(lambda: part.strip.gap_button.text().startswith("Asking"))
    # While the backend is busy the whole picture is explained by somebody else.
    everything = masks.encode(np.ones((240, 320), dtype=bool))
    image_id = driver.desk.navigation.image.id
    driver.desk.store.execute(AddInstance(image_id, mask=everything))
    driver.wait(lambda: len(driver.desk.editing.instances) == 1)
    process.resume()
    driver.wait(lambda: any("overlaps masks that are there" in text for text in driver.messages))
    assert not driver.desk.prompting.active
    assert part.strip.gap_button.isEnabled()
    driver.key(Qt.Key.Key_G)
    driver.wait(lambda: any("G begins anew" in text for text in driver.messages))
    driver.key(Qt.Key.Key_G)
    driver.wait(lambda: any("0.2% of the image or more is left" in text for text in driver.messages))
    assert len(driver.stored()) == 1


def test_a_draft_of_ones_own_is_not_dropped_for_a_gap(open_window: Any) -> None:
    driver = open_window()
    enter(driver)
    driver.click(160, 120)
    driver.answered()
    driver.key(Qt.Key.Key_G)
    driver.wait(lambda: any("Store the open draft" in text for text in driver.messages))
    assert driver.desk.prompting.active
    driver.do("semi.confirm")
    assert driver.desk.prompting.active


def test_the_layer_hatches_and_leaves_with_the_mode(open_window: Any) -> None:
    driver = open_window()
    part = enter(driver)
    driver.key(Qt.Key.Key_G, Qt.KeyboardModifier.ShiftModifier)
    driver.wait(lambda: driver.canvas._scene.coverage.shown)
    assert part.strip.coverage_button.isChecked()
    driver.do("view.mode.assisted")
    assert not driver.canvas._scene.coverage.shown
    assert driver.desk.prompting.stage is Stage.ASSISTED
    driver.do("view.mode.semi")
    driver.wait(lambda: driver.canvas._scene.coverage.shown)
    part.strip.coverage_button.click()
    driver.wait(lambda: not driver.canvas._scene.coverage.shown)


def test_an_inference_process_that_dies_stores_nothing_and_says_what_to_do(open_window: Any, project: Path) -> None:
    driver = open_window(backend="classic", ahead=0)
    part = enter(driver)
    # Nothing else is asked of the process any more, so it is the search that it dies of.
    driver.wait(lambda: driver.desk.prompting.image.content_hash in driver.desk.inference.state.ready)
    process = driver.inference_process()
    assert process is not None
    process.suspend()
    part.strip.find_button.click()
    driver.wait(lambda: part.filling.state.phase == "finding")
    assert part.strip.stop_button.isVisible()
    process.kill()
    psutil.wait_procs([process], timeout=10)
    driver.wait(lambda: part.filling.state.phase == "empty")
    assert any("No objects were filled in" in text and "Try again" in text for text in driver.messages), driver.messages
    driver.wait(lambda: driver.desk.inference.state.condition == "ready")
    with Workspace.open(project) as workspace, workspace.read() as read:
        assert read.prefills.find(read.images.ids()[0]) is None
    part.strip.score.setValue(50)
    part.strip.find_button.click()
    driver.wait(lambda: part.filling.state.phase == "open")


def test_stopped_while_looking_nothing_is_stored(open_window: Any) -> None:
    driver = open_window(backend="classic")
    part = enter(driver)
    process = driver.inference_process()
    assert process is not None
    process.suspend()
    part.strip.find_button.click()
    driver.wait(lambda: part.filling.state.phase == "finding")
    part.strip.stop_button.click()
    assert part.filling.state.phase == "empty"
    driver.wait(lambda: driver.desk.inference.state.condition == "ready")
    assert driver.stored() == []


def test_what_is_found_is_stored_on_its_own_image(open_window: Any, project: Path) -> None:
    driver = open_window(backend="classic")
    part = enter(driver)
    first = driver.desk.navigation.image.id
    part.strip.find_button.click()
    driver.do("go.next")
    driver.wait(lambda: driver.desk.navigation.image.id != first)
    driver.wait(lambda: part.filling._running is None)
    driver.settle()
    with Workspace.open(project) as workspace, workspace.read() as read:
        assert read.prefills.find(first) is not None
        assert read.prefills.find(driver.desk.navigation.image.id) is None
        assert read.instances.of_image(driver.desk.navigation.image.id) == []
    assert part.filling.state.phase == "empty"


def test_found_by_itself_where_that_is_wanted(open_window: Any) -> None:
    driver = open_window(backend="classic")
    driver.desk.settings.set("semi.find_at_once", True)
    driver.do("view.mode.semi")
    part = driver.app.commands.semi
    driver.wait(lambda: part.filling.state.phase == "open")
    driver.do("go.next")
    driver.wait(lambda: part.filling.state.phase == "open" and driver.desk.navigation.index == 1)


def test_what_is_below_the_thresholds_explains_nothing(open_window: Any) -> None:
    driver = open_window(backend="classic")
    part = fill(driver)
    proposed = driver.stored()

    def share() -> str:
        editing = driver.desk.editing
        shown = [each.mask for each in proposed if each.id not in editing.unseen]
        return f"{coverage(240, 320, [each for each in shown if each is not None]).share:.0%} explained"

    driver.wait(lambda: part.strip.share.text() == share())
    everything = share()
    for value in (90, 80, 97, 100):
        part.strip.score.setValue(value)
        driver.wait(lambda: part.strip.share.text() == share())
    assert share() != everything
    # Found again on another image with the thresholds as they are now.
    driver.do("go.next")
    driver.wait(lambda: part.filling.state.phase == "empty" and part.strip.share.text() == "0% explained")
    part.strip.find_button.click()
    driver.wait(lambda: part.filling.state.phase == "open" and part.filling.state.total > 0)
    driver.settle()
    assert part.filling.state.kept < part.filling.state.total
    kept = [each.mask for each in driver.desk.editing.instances.values() if each.id not in driver.desk.editing.unseen]
    driver.wait(lambda: part.strip.share.text() == f"{coverage(240, 320, kept).share:.0%} explained")


def test_from_an_empty_project_to_a_coco_file(open_window: Any, tmp_path: Path) -> None:
    driver = open_window(backend="classic")
    part = fill(driver)
    part.strip.score.setFocus()
    QTest.keyClick(part.strip.score, Qt.Key.Key_Return, Qt.KeyboardModifier.ShiftModifier)
    driver.wait(lambda: part.filling.state.phase == "confirmed")
    accepted = driver.stored()
    target = tmp_path / "out.json"
    run = CliRunner().invoke(app, ["export", str(driver.project), str(target)], catch_exceptions=False)
    assert run.exit_code == 0, run.output
    read = json.loads(target.read_bytes())
    assert len(read["annotations"]) == len(accepted) == part.filling.state.accepted > 0
    assert sorted(each["area"] for each in read["annotations"]) == sorted(each.area for each in accepted)


def test_what_another_person_confirmed_meanwhile_stays(open_window: Any, project: Path) -> None:
    driver = open_window(backend="classic", ahead=0)
    part = enter(driver)
    driver.wait(lambda: driver.desk.prompting.image.content_hash in driver.desk.inference.state.ready)
    process = driver.inference_process()
    assert process is not None
    process.suspend()
    part.strip.find_button.click()
    image_id = driver.desk.navigation.image.id
    with Workspace.open(project, author="bob") as other:
        other.execute(StorePrefill(image_id, (), BackendInfo("net", "mask", "cpu"), FLOOR))
        other.execute(ConfirmPrefill(image_id, 0.9, 0.9))
    process.resume()
    driver.wait(lambda: any("so it is not filled in again" in text for text in driver.messages))
    driver.wait(lambda: part.filling.state.phase == "confirmed")
    assert driver.stored() == []


def test_a_picture_that_was_replaced_is_not_filled_in(open_window: Any, pictures: Path) -> None:
    driver = open_window(backend="classic")
    part = enter(driver)
    Image.fromarray(np.zeros((50, 70, 3), dtype=np.uint8)).save(pictures / "a.png")
    part.strip.find_button.click()
    driver.wait(lambda: any("No objects were filled in" in text for text in driver.messages))
    driver.wait(lambda: part.filling.state.phase == "empty")
    assert driver.stored() == []
