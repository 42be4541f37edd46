"""Things found by words through the real window: proposed, labelled, undone, stopped, and what goes wrong."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QTimer
from PySide6.QtTest import QTest

from annotator.dialogs.find_words import FindWords
from engine.ops.labels import AddLabel
from engine.records import PromptRecord, State
from engine.workspace import Workspace
from models import masks


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    folder = tmp_path / "pictures"
    folder.mkdir()
    for number, name in enumerate(("a.png", "b.png")):
        pixels = np.full((240, 320, 3), 128, np.uint8)
        pixels[60:180, 100:220] = (220, 30, 30)
        pixels[20 : 40 + number, 20:60] = (30, 30, 220)
        Image.fromarray(pixels).save(folder / name)
    return folder


def opened(open_window: Any, detector: str = "fake-detector") -> Any:
    driver = open_window(backend="fake")
    driver.desk.state.save_find("dog", detector, None)
    return driver


def find(driver: Any, person_types: str, *, new_labels: bool = False, everywhere: bool = False) -> None:
    def fill() -> None:
        dialog = driver.window.findChild(FindWords)
        dialog.words.clear()
        QTest.keyClicks(dialog.words, person_types)
        dialog.new_labels.setChecked(new_labels)
        dialog.everywhere.setChecked(everywhere)
        dialog.accept_if_fine()

    QTimer.singleShot(0, fill)
    driver.do("instance.find")


def test_words_become_proposals_and_one_undo_takes_them_back(open_window: Any, project: Path) -> None:
    with Workspace.open(project) as workspace:
        red = workspace.execute(AddLabel("red")).value.id
    driver = opened(open_window)
    find(driver, "all Red, blue, zebra", new_labels=True)
    driver.wait(lambda: any("2 proposed (Red 1, blue 1)" in text for text in driver.messages))
    made = driver.stored()
    assert [each.state for each in made] == [State.PROPOSED] * len(made)
    with Workspace.open(project) as workspace, workspace.read() as reader:
        names = {label.id: label.name for label in reader.labels.all()}
        prompts = [reader.instances.prompts(each.id) for each in made]
    assert set(names.values()) == {"red", "blue"}
    assert made[0].label_id == red and names[made[1].label_id] == "blue"
    square = np.zeros((240, 320), dtype=np.bool_)
    square[60:180, 100:220] = True
    assert masks.iou([made[0].mask], [masks.encode(square)])[0, 0] == 1
    assert prompts[0] == (PromptRecord("box", 100, 60, 220, 180, text="Red", detector="fake-detector", score=0.9),)
    driver.wait(lambda: set(driver.desk.editing.selection) == {each.id for each in made})
    assert driver.desk.state.found_words[:2] == ("Red, blue, zebra", "dog")
    driver.do("instance.accept")
    driver.wait(lambda: all(each.state is State.ACCEPTED for each in driver.desk.editing.instances.values()))
    find(driver, "red")
    driver.wait(lambda: any("stored already" in text for text in driver.messages))
    driver.do("edit.undo")
    driver.do("edit.undo")
    driver.wait(lambda: not driver.desk.editing.instances)
    driver.wait(lambda: [label.name for label in driver.desk.editing.labels.values()] == ["red"])


def test_nothing_found_a_dead_detector_and_none_at_all(open_window: Any) -> None:
    driver = opened(open_window, "fake-faulty-detector")
    find(driver, "zebra")
    driver.wait(lambda: any("Nothing here looks like zebra" in text for text in driver.messages))
    find(driver, "crash")
    driver.wait(lambda: any("Nothing was found: The inference process ended" in text for text in driver.messages))
    driver.wait(lambda: driver.desk.inference.state.condition == "ready")
    assert not driver.window.progress.keys
    find(driver, "red")
    driver.wait(lambda: any("1 proposed (red 1)" in text for text in driver.messages))
    driver.desk.state.save_find("dog", "", None)
    driver.do("instance.find")
    driver.wait(lambda: any("No detector that" in text for text in driver.messages))


def test_a_search_that_is_stopped_proposes_nothing(open_window: Any) -> None:
    driver = opened(open_window)
    find(driver, "red")
    assert driver.window.progress.keys == ("find",)
    driver.window.progress.cancelled.emit("find")
    driver.wait(lambda: any("Stopped. Nothing was proposed" in text for text in driver.messages))
    assert not driver.window.progress.keys
    driver.wait(lambda: driver.desk.inference.state.condition == "ready")
    assert driver.stored() == []


def test_all_images_of_the_list_are_a_run(open_window: Any) -> None:
    driver = opened(open_window)
    find(driver, "red, blue", everywhere=True, new_labels=True)
    driver.wait(lambda: any("is done: 4 masks on 2 of 2 images" in text for text in driver.messages))
    assert driver.app.commands.modes.mode == "auto"
    assert {each.image_id for each in driver.stored()} == {1, 2}
