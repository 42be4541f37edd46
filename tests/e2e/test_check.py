"""The data check through the real window: found, gone to with its place marked, repaired, taken back, left alone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from engine.datacheck.kinds import Kind
from engine.ops.instances import AddInstance
from engine.ops.labels import AddLabel
from engine.records import PromptRecord, Provenance
from engine.workspace import Workspace
from models import masks


def spoil(project: Path) -> None:
    """Store an island on the first and the third image, and a box off the second."""
    mask = np.zeros((240, 320), dtype=np.bool_)
    mask[60:180, 100:220] = True
    mask[10:13, 300:303] = True
    tall = np.zeros((300, 320), dtype=np.bool_)
    tall[:240] = mask
    with Workspace.open(project) as workspace:
        label = workspace.execute(AddLabel("cat")).value.id
        with workspace.read() as reader:
            first, second, third = reader.images.ids()
        workspace.execute(AddInstance(first, mask=masks.encode(mask), label_id=label))
        workspace.execute(AddInstance(second, box=(300.0, 10.0, 40.0, 40.0), label_id=label))
        workspace.execute(AddInstance(third, mask=masks.encode(tall), label_id=label))


def test_found_shown_repaired_taken_back_and_left_alone(open_window: Any, project: Path) -> None:
    spoil(project)
    driver = open_window()
    dock, canvas = driver.window.check, driver.canvas
    driver.do("check.run")
    driver.wait(lambda: dock.note == "3 found in 3 images")
    dock.view.setCurrentIndex(dock.model.index(1, 0))
    driver.wait(lambda: driver.desk.preview.image is not None and driver.desk.preview.image.file.name == "c.png")
    driver.wait(lambda: canvas.marks)
    assert [mark.box for mark in canvas.marks] == [(300.0, 10.0, 3.0, 3.0)]
    assert len(driver.desk.editing.selection) == 1
    dock.repair_button.click()
    driver.wait(lambda: dock.note == "2 found in 3 images")
    assert not canvas.marks
    areas = sorted(each.area for each in driver.stored() if each.mask is not None)
    assert areas == [120 * 120, 120 * 120 + 9]
    driver.do("edit.undo")
    driver.wait(lambda: dock.note == "3 found in 3 images")
    dock.all_button.click()
    driver.wait(lambda: "2 objects changed, 18 pixels" in dock.forecast.text())
    dock.yes_button.click()
    driver.wait(lambda: dock.note == "1 found in 3 images")
    driver.do("edit.undo")
    driver.wait(lambda: dock.note == "3 found in 3 images")
    dock.kinds.setCurrentIndex(dock.kinds.findData(Kind.OFF_IMAGE))
    driver.do("check.next")
    driver.wait(lambda: canvas.marks and driver.desk.preview.image.file.name == "b.png")
    driver.do("check.leave")
    driver.wait(lambda: dock.note == "2 found in 3 images")
    assert dock.kinds.itemText(dock.kinds.count() - 1) == "Left alone (1)"


def test_drawn_box_and_tight_box_are_both_shown_until_they_agree(open_window: Any, project: Path) -> None:
    mask = np.zeros((240, 320), dtype=np.bool_)
    mask[60:180, 100:220] = True
    with Workspace.open(project) as workspace:
        with workspace.read() as reader:
            first = reader.images.ids()[0]
        prompt = PromptRecord("box", 20.0, 20.0, 300.0, 220.0)
        story = Provenance(tool="box2mask")
        workspace.execute(AddInstance(first, mask=masks.encode(mask), provenance=story, prompts=(prompt,)))
        workspace.execute(AddInstance(first, box=(20.0, 20.0, 280.0, 200.0)))
    driver = open_window()
    driver.wait(lambda: len(driver.desk.editing.instances) == 2)
    made = next(each.id for each in driver.desk.editing.instances.values() if each.mask is not None)
    driver.desk.editing.select((made,))
    driver.wait(lambda: driver.canvas.pairs)
    assert [(mark.box, mark.dashed) for mark in driver.canvas.pairs] == [
        ((100.0, 60.0, 120.0, 120.0), False),
        ((20.0, 20.0, 280.0, 200.0), True),
    ]
    driver.do("instance.fit_boxes")
    driver.wait(lambda: not driver.canvas.pairs)
    assert {each.bbox for each in driver.stored()} == {(100.0, 60.0, 120.0, 120.0)}
    driver.do("edit.undo")
    driver.wait(lambda: driver.canvas.pairs)
