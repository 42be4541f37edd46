"""Masks from boxes through the real window: selected boxes, all boxes of an image, undo, and what goes wrong."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from engine.ops.instances import AddInstance
from engine.ops.labels import AddLabel
from engine.records import PromptRecord, State
from engine.workspace import Workspace
from models import masks

SQUARE = (100.0, 60.0, 120.0, 120.0)


def boxed(project: Path) -> None:
    """Store two boxes on the first image."""
    with Workspace.open(project) as workspace:
        label = workspace.execute(AddLabel("cat")).value.id
        with workspace.read() as reader:
            first = reader.images.ids()[0]
        workspace.execute(AddInstance(first, label_id=label, box=SQUARE))
        workspace.execute(AddInstance(first, box=(90.0, 50.0, 60.0, 60.0)))


def test_all_boxes_of_the_image_with_one_key_and_undo(open_window: Any, project: Path) -> None:
    boxed(project)
    driver = open_window(backend="classic")
    driver.wait(lambda: len(driver.desk.editing.instances) == 2)
    driver.do("instance.box2mask")
    driver.wait(lambda: any("2 of 2 boxes" in text for text in driver.messages))
    made = [each for each in driver.stored() if each.mask is not None]
    assert [each.state for each in made] == [State.PROPOSED] * 2
    square = np.zeros((240, 320), dtype=np.bool_)
    square[60:180, 100:220] = True
    assert masks.iou([made[0].mask], [masks.encode(square)])[0, 0] > 0.9
    assert made[0].label_id is not None and made[1].label_id is None
    with Workspace.open(project) as workspace, workspace.read() as reader:
        assert reader.instances.prompts(made[0].id) == (PromptRecord("box", 100.0, 60.0, 220.0, 180.0),)
    driver.wait(lambda: set(driver.desk.editing.selection) == {each.id for each in made})
    driver.do("edit.undo")
    driver.wait(lambda: len(driver.desk.editing.instances) == 2)
    driver.do("edit.redo")
    driver.wait(lambda: len(driver.desk.editing.instances) == 4)
    driver.desk.editing.select(())
    driver.do("instance.box2mask")
    driver.wait(lambda: any("no box here" in text for text in driver.messages))
    # Asked for by name, a box is answered again.
    driver.desk.editing.select((next(each.id for each in driver.stored() if each.mask is None),))
    driver.do("instance.box2mask")
    driver.wait(lambda: any("1 of 1 boxes" in text for text in driver.messages))
    assert len(driver.stored()) == 5
    driver.wait(lambda: driver.desk.editing.selection)
    driver.do("instance.box2mask")
    driver.wait(lambda: any("has a mask already" in text for text in driver.messages))


def test_a_crash_of_the_backend_stores_nothing_and_can_be_tried_again(open_window: Any, project: Path) -> None:
    boxed(project)
    driver = open_window(backend="classic")
    driver.wait(lambda: len(driver.desk.editing.instances) == 2)
    driver.do("instance.box2mask")
    process = driver.inference_process()
    assert process is not None
    process.kill()
    # Either the kill came in time, or the answer was there before it.
    ends = ("No mask was made", "2 of 2 boxes")
    driver.wait(lambda: any(end in text for text in driver.messages for end in ends))
    driver.wait(lambda: driver.desk.inference.state.condition == "ready")
    if not any("2 of 2 boxes" in text for text in driver.messages):
        assert len(driver.stored()) == 2
        driver.do("instance.box2mask")
    driver.wait(lambda: any("2 of 2 boxes" in text for text in driver.messages))
    assert len(driver.stored()) == 4
