"""From a click to a row in the database and a COCO file, through the real window."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from pycocotools.coco import COCO
from PySide6.QtCore import Qt

from engine.formats import coco
from engine.ops.instances import AddInstance
from engine.ops.labels import AddLabel
from engine.ops.skeletons import AddSkeleton
from engine.records import ImageState, Level, PromptRecord, State
from engine.workspace import Workspace
from models import masks

WAIT_S = 20.0


def test_click_tab_enter_makes_a_row_with_its_whole_story_and_a_coco_file(open_window, tmp_path: Path) -> None:
    driver = open_window()
    driver.click(160, 120)
    driver.answered()
    assert len(driver.desk.prompting.state.candidates) == 3
    chosen = driver.desk.prompting.state.candidates[1]
    driver.key(Qt.Key.Key_Tab)
    driver.click(100, 60, Qt.MouseButton.RightButton)
    driver.answered()
    shown = driver.desk.prompting.state.candidate
    driver.key(Qt.Key.Key_Return)
    driver.wait(lambda: driver.desk.editing.instances)
    (stored,) = driver.stored()
    assert stored.mask == shown.mask
    assert chosen is not shown
    assert stored.state is State.ACCEPTED
    assert (stored.provenance.backend, stored.provenance.clicks, stored.provenance.tool) == ("fake", 2, "smart")
    assert stored.provenance.weights_hash
    workspace = Workspace.open(driver.project)
    with workspace.read() as reader:
        prompts = reader.instances.prompts(stored.id)
        candidates = reader.instances.candidates(stored.id)
    assert [(p.kind, p.positive) for p in prompts] == [("point", True), ("point", False)]
    assert prompts[0] == PromptRecord("point", prompts[0].x0, prompts[0].y0, at_ms=prompts[0].at_ms)
    assert abs(prompts[0].x0 - 160) < 1
    assert [c.logits is not None for c in candidates].count(True) == 1
    coco.write(workspace, tmp_path / "out.json")
    workspace.close()
    read = COCO(str(tmp_path / "out.json"))
    (annotation,) = read.loadAnns(read.getAnnIds())
    assert annotation["iscrowd"] == 0
    assert annotation["area"] == masks.area(stored.mask)
    assert {image["file_name"] for image in read.dataset["images"]} == {"a.png", "b.png", "c.png"}


def test_undo_takes_back_clicks_first_then_steps_and_survives_a_restart(open_window) -> None:
    driver = open_window()
    for x in (60, 250):
        driver.click(x, 120)
        driver.answered()
        driver.key(Qt.Key.Key_Return)
        driver.wait(lambda: not driver.desk.prompting.active)
    assert len(driver.stored()) == 2
    driver.wait(lambda: driver.desk.navigation.image.state is ImageState.DOING)
    driver.click(160, 60)
    driver.answered()
    driver.do("edit.undo")
    assert not driver.desk.prompting.active
    assert len(driver.stored()) == 2
    driver.app.close()
    driver.window.close()
    again = open_window()
    again.wait(lambda: len(again.desk.editing.instances) == 2)
    again.do("edit.undo")
    again.wait(lambda: len(again.desk.editing.instances) == 1)
    again.do("edit.redo")
    again.wait(lambda: len(again.desk.editing.instances) == 2)
    assert len(again.stored()) == 2


def test_every_drawing_tool_makes_an_instance(open_window) -> None:
    driver = open_window()
    driver.do("tool.brush")
    driver.drag((40, 40), (60, 40), (80, 60))
    driver.wait(lambda: len(driver.desk.editing.instances) == 1)
    driver.settle()
    (brushed,) = driver.stored()
    before = masks.area(brushed.mask)
    driver.do("tool.eraser")
    driver.drag((40, 40), (45, 40))
    driver.wait(lambda: masks.area(driver.desk.editing.instances[brushed.id].mask) < before)
    driver.do("edit.step_back")
    driver.do("tool.polygon")
    for x, y in ((200, 150), (280, 150), (280, 220), (200, 220)):
        driver.click(x, y)
    driver.key(Qt.Key.Key_Return)
    driver.wait(lambda: len(driver.desk.editing.instances) == 2)
    driver.do("tool.box")
    driver.drag((10, 150), (90, 200))
    driver.wait(lambda: len(driver.desk.editing.instances) == 3)
    driver.do("edit.step_back")
    driver.do("tool.scissors")
    for x, y in ((100, 60), (219, 60), (219, 179), (100, 179)):
        driver.click(x, y)
    driver.key(Qt.Key.Key_Return)
    driver.wait(lambda: len(driver.desk.editing.instances) == 4)
    tools = [each.provenance.tool for each in driver.stored()]
    assert tools == ["brush", "polygon", "box", "scissors"]
    polygon = driver.stored()[1]
    assert abs(masks.area(polygon.mask) - 80 * 70) < 0.05 * 80 * 70
    scissors = driver.stored()[3]
    assert abs(masks.area(scissors.mask) - 120 * 120) < 0.1 * 120 * 120


def test_a_pose_is_placed_joint_by_joint_and_a_joint_is_dragged(open_window, tmp_path: Path) -> None:
    workspace = Workspace.open(tmp_path / "street.maskwright", author="ann")
    skeleton = workspace.execute(AddSkeleton("stick", ("head", "hip", "foot"), ((0, 1), (1, 2)))).value
    workspace.execute(AddLabel("figure", skeleton_id=skeleton.id))
    workspace.close()
    driver = open_window()
    driver.do("tool.keypoints")
    driver.click(100, 40)
    driver.click(110, 90, Qt.MouseButton.RightButton)
    driver.key(Qt.Key.Key_Backspace)
    driver.do("instance.skip_joint")
    driver.click(120, 150)
    driver.wait(lambda: driver.desk.editing.instances)
    (stored,) = driver.stored()
    assert [v for _, _, v in stored.keypoints] == [2, 0, 2]
    assert stored.provenance.tool == "keypoints"
    driver.do("tool.select")
    driver.click(110, 100)
    driver.desk.editing.select((stored.id,))
    driver.settle()
    driver.drag((120, 150), (130, 160), (140, 170))
    driver.wait(lambda: abs(driver.desk.editing.instances[stored.id].keypoints[2][0] - 140) < 2)
    with Workspace.open(driver.project) as written:
        coco.write(written, tmp_path / "pose.json")
    (category,) = COCO(str(tmp_path / "pose.json")).loadCats([1])
    assert category["keypoints"] == ["head", "hip", "foot"]
    assert category["skeleton"] == [[1, 2], [2, 3]]


def test_keys_go_to_the_canvas_as_soon_as_a_project_is_open(open_window) -> None:
    driver = open_window()
    assert driver.window.focusWidget() is driver.canvas
    driver.key(Qt.Key.Key_Tab)
    driver.key(Qt.Key.Key_Tab, Qt.KeyboardModifier.ShiftModifier)
    assert driver.window.focusWidget() is driver.canvas


def test_labels_selection_and_edits(open_window) -> None:
    driver = open_window()
    driver.window.labels.add_asked.emit("dog")
    driver.wait(lambda: driver.desk.editing.labels)
    driver.window.labels.add_asked.emit("cat")
    driver.wait(lambda: len(driver.desk.editing.labels) == 2)
    driver.settle()
    driver.do("tool.box")
    driver.drag((10, 150), (90, 200))
    driver.wait(lambda: driver.desk.editing.selection)
    driver.do("label.digit.1")
    names = {key: label.name for key, label in driver.desk.editing.labels.items()}
    driver.wait(lambda: [names.get(each.label_id) for each in driver.desk.editing.instances.values()] == ["dog"])
    driver.do("instance.lock")
    driver.wait(lambda: all(each.locked for each in driver.desk.editing.instances.values()))
    driver.do("instance.delete")
    driver.settle()
    assert any("locked" in text for text in driver.messages)
    driver.do("instance.lock")
    driver.wait(lambda: not any(each.locked for each in driver.desk.editing.instances.values()))
    driver.do("instance.delete")
    driver.wait(lambda: not driver.desk.editing.instances)
    driver.do("edit.undo")
    driver.wait(lambda: len(driver.desk.editing.instances) == 1)


def test_a_stored_instance_is_reopened_and_refined(open_window) -> None:
    driver = open_window()
    driver.click(160, 120)
    driver.answered()
    driver.key(Qt.Key.Key_Return)
    driver.wait(lambda: driver.desk.editing.instances)
    driver.settle()
    (before,) = driver.stored()
    driver.do("tool.select")
    driver.click(160, 120)
    driver.wait(lambda: driver.desk.editing.selection == (before.id,))
    driver.do("instance.refine")
    driver.wait(lambda: driver.desk.prompting.active)
    driver.click(150, 110, Qt.MouseButton.RightButton)
    driver.answered()
    driver.key(Qt.Key.Key_Return)
    driver.wait(lambda: not driver.desk.prompting.active)
    (after,) = driver.stored()
    assert after.id == before.id
    assert after.mask != before.mask
    assert after.provenance.clicks == before.provenance.clicks + 1
    driver.do("edit.undo")
    driver.settle()
    assert driver.stored()[0].mask == before.mask


def test_the_inference_process_dies_and_no_click_is_lost(open_window) -> None:
    driver = open_window()
    driver.click(160, 120)
    driver.answered()
    child = driver.inference_process()
    child.kill()
    driver.wait(lambda: any("inference process" in text for text in driver.messages))
    assert driver.desk.prompting.state.draft.clicks == 1
    driver.click(170, 130)
    driver.answered()
    assert driver.desk.prompting.state.problem == ""
    driver.key(Qt.Key.Key_Return)
    driver.wait(lambda: driver.desk.editing.instances)
    assert driver.stored()[0].provenance.clicks == 2


def test_going_on_with_an_open_draft_stores_it_and_says_so(open_window) -> None:
    driver = open_window()
    first = driver.desk.navigation.current_id
    driver.click(160, 120)
    driver.answered()
    driver.do("go.next")
    driver.wait(lambda: driver.desk.navigation.current_id != first)
    driver.ready()
    (stored,) = driver.stored()
    assert stored.image_id == first
    assert any("draft was stored" in text for text in driver.messages)


def test_marking_images_done_and_finding_the_next_one_to_do(open_window) -> None:
    driver = open_window()
    driver.do("go.done")
    driver.ready()
    workspace = Workspace.open(driver.project)
    with workspace.read() as reader:
        states = [row.image.state for row in reader.images.rows(reader.images.ids())]
    workspace.close()
    assert states == [ImageState.DONE, ImageState.TODO, ImageState.TODO]
    driver.do("go.last")
    driver.ready()
    driver.do("go.next_todo")
    driver.wait(lambda: driver.desk.navigation.index == 1)


def test_an_image_decoded_late_is_not_taken_for_the_one_gone_to(open_window) -> None:
    driver = open_window()
    navigation = driver.desk.navigation

    def files() -> list[tuple[int, int, str]]:
        workspace = Workspace.open(driver.project)
        with workspace.read() as reader:
            found = [row.image for row in reader.images.rows(reader.images.ids())]
        workspace.close()
        return [(each.width, each.height, each.content_hash) for each in found]

    before = files()
    decoding, reading = threading.Event(), threading.Event()
    navigation.reset()
    for _ in range(3):
        driver.app.lanes.io.run(lambda: decoding.wait(WAIT_S))
    navigation.reload()
    driver.wait(lambda: navigation.image is not None)
    # Now the neighbour waits to be decoded; the person goes there, and its record is slow to come.
    driver.app.lanes.store.run(lambda: reading.wait(WAIT_S))
    driver.do("go.next")
    decoded: list[bool] = []
    driver.app.lanes.io.run(lambda: None, done=lambda _: decoded.append(True))
    decoding.set()
    driver.wait(lambda: decoded)
    reading.set()
    driver.ready()
    assert navigation.image.path == "b.png"
    assert files() == before
    assert driver.messages == []


def test_an_image_that_vanished_says_so_and_the_rest_goes_on(open_window, pictures: Path) -> None:
    (pictures / "b.png").unlink()
    driver = open_window()
    driver.do("go.next")
    driver.wait(lambda: driver.window.stage.currentWidget() is driver.window.empty_state)
    driver.settle()
    driver.do("go.next")
    driver.ready()
    assert driver.window.stage.currentWidget() is driver.canvas
    workspace = Workspace.open(driver.project)
    with workspace.read() as reader:
        errors = [row.image.error for row in reader.images.rows(reader.images.ids())]
    workspace.close()
    assert "b.png" in errors[1]


def test_a_file_that_is_no_project_is_refused_on_the_start_page(open_window, tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.maskwright"
    wrong.write_text("this is no database, but it is long enough to look like a file of some kind" * 3)
    driver = open_window(file=None)
    driver.desk.projects.open(str(wrong))
    driver.wait(lambda: driver.window.start_banner.current is not None)
    assert "not a Maskwright project" in driver.window.start_banner.current.text
    assert driver.window.at_start


def test_what_another_process_stores_appears(open_window) -> None:
    driver = open_window()
    image_id = driver.desk.navigation.current_id
    driver.app.commands.notice_others()
    driver.settle()
    workspace = Workspace.open(driver.project, author="bob")
    workspace.execute(AddInstance(image_id, box=(10, 10, 50, 40)))
    workspace.close()
    driver.app.commands.notice_others()
    driver.wait(lambda: len(driver.desk.editing.instances) == 1)


@pytest.mark.parametrize("level", [Level.WHOLE, Level.PART, Level.SUBPART])
def test_each_candidate_can_be_taken(open_window, level: Level) -> None:
    driver = open_window()
    driver.click(160, 120)
    driver.answered()
    index = next(i for i, c in enumerate(driver.desk.prompting.state.candidates) if c.level is level)
    driver.window.context_bar.candidate_chosen.emit(index)
    driver.do("instance.commit")
    driver.wait(lambda: driver.desk.editing.instances)
    assert driver.stored()[0].level is level
