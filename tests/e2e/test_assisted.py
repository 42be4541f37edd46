"""The assisted stage through the real window: what is stored of an object, reminders, demanded labels, replay."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import Qt

from annotator.dialogs.label_search import LabelSearch
from annotator.settings import Settings
from engine.ops.instances import AddInstance
from engine.records import Provenance, Stage, State
from engine.workspace import Workspace
from models import masks


class Hands:
    """A clock that stands still until it is told."""

    def __init__(self, driver: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = 1_000_000.0
        monkeypatch.setattr(driver.desk.prompting._clock, "_now", lambda: self.now)


def test_every_click_is_stored_and_idle_time_is_not(open_window: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    driver = open_window()
    clock = Hands(driver, monkeypatch)
    driver.click(160, 120)
    driver.answered()
    clock.now += 4_000
    driver.click(20, 20, Qt.MouseButton.RightButton)
    driver.answered()
    clock.now += 3_600_000  # an hour at lunch counts as ten seconds
    driver.key(Qt.Key.Key_Return)
    driver.wait(lambda: len(driver.desk.editing.instances) == 1)
    (made,) = driver.stored()
    assert (made.provenance.clicks, made.provenance.active_ms) == (2, 14_000)
    assert made.provenance.stage is Stage.ASSISTED
    with Workspace.open(driver.project) as workspace, workspace.read() as read:
        first, second = read.instances.prompts(made.id)
        assert len(read.instances.candidates(made.id)) >= 1
    assert (first.positive, second.positive, second.at_ms) == (True, False, 4_000)
    assert (round(first.x0), round(first.y0)) == (160, 120)


def test_a_soft_reminder_comes_after_half_a_minute_and_goes_with_the_draft(
    open_window: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    driver = open_window()
    clock = Hands(driver, monkeypatch)
    status = driver.window.status
    driver.click(160, 120)
    driver.answered()
    tick = driver.app.commands.assisted._tick
    clock.now += 9_000
    tick()
    assert status.reminder.isHidden()
    for _ in range(3):
        driver.desk.prompting.touch()
        clock.now += 9_000
    tick()
    assert status.reminder.text.startswith("36 s on this object") and status.reminder.isVisible()
    driver.key(Qt.Key.Key_Escape)
    assert status.reminder.isHidden()
    # Somebody who does not want it is left alone.
    driver.desk.settings.set("flow.reminder_s", 0)
    driver.click(160, 120)
    driver.answered()
    for _ in range(6):
        driver.desk.prompting.touch()
        clock.now += 9_000
    tick()
    assert status.reminder.isHidden()


def test_a_demanded_label_is_asked_for_before_an_object_is_stored(
    open_window: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    driver = open_window()
    driver.do("label.demand")
    driver.wait(lambda: driver.app.commands.assisted.demanded)
    answers: list[int | str | None] = [None, "dog"]
    monkeypatch.setattr(LabelSearch, "ask", lambda *_: answers.pop(0))
    driver.click(160, 120)
    driver.answered()
    driver.key(Qt.Key.Key_Return)
    driver.settle()
    # Nothing chosen: nothing stored, and the draft is still open.
    assert driver.stored() == [] and driver.desk.prompting.active
    assert any("demands a label" in text for text in driver.messages)
    driver.key(Qt.Key.Key_Return)
    driver.wait(lambda: len(driver.desk.editing.instances) == 1)
    (made,) = driver.stored()
    with Workspace.open(driver.project) as workspace, workspace.read() as read:
        assert made.label_id is not None and read.labels.get(made.label_id).name == "dog"
    # A label is the current one now, so nobody is asked again (``ask`` has no answer left).
    driver.click(160, 120)
    driver.answered()
    driver.key(Qt.Key.Key_Return)
    driver.wait(lambda: len(driver.desk.editing.instances) == 2)
    # It is the project's rule: the next window knows it, too.
    driver.window.close()
    driver.app.close()
    again = open_window()
    again.wait(lambda: again.app.commands.assisted.demanded)
    assert again.app.registry.action("label.demand").isChecked()


def test_without_keeping_the_label_each_object_starts_without_one(open_window: Any, project: Path) -> None:
    from engine.ops.labels import AddLabel

    with Workspace.open(project) as workspace:
        cat = workspace.execute(AddLabel("cat")).value.id
    Settings().set("flow.keep_label", False)
    driver = open_window()
    driver.wait(lambda: driver.desk.editing.label_id == cat)
    driver.click(160, 120)
    driver.answered()
    driver.key(Qt.Key.Key_Return)
    driver.wait(lambda: len(driver.desk.editing.instances) == 1)
    driver.settle()
    assert driver.stored()[0].label_id == cat
    # The list of labels has been read again since, and the first one did not come back by itself.
    assert driver.desk.editing.label_id is None and driver.desk.prompting.label_id is None


def test_the_next_image_without_objects_passes_over_those_that_have_some(open_window: Any, project: Path) -> None:
    with Workspace.open(project) as workspace:
        with workspace.read() as read:
            first, second, third = read.images.ids()
        mask = masks.encode(masks.paste(np.ones((9, 9), dtype=bool), x=9, y=9, height=240, width=320))
        workspace.execute(AddInstance(second, mask=mask))
        workspace.execute(AddInstance(first, mask=mask, state=State.PROPOSED, provenance=Provenance(stage=Stage.AUTO)))
    driver = open_window()
    driver.do("go.next_unannotated")
    driver.wait(lambda: driver.desk.navigation.image.id == third)
    driver.do("go.next_unannotated")
    driver.wait(lambda: driver.desk.navigation.image.id == first)


def replayed(driver: Any) -> Any:
    driver.wait(lambda: driver.app.commands.replay.replay.state is not None)
    return driver.app.commands.replay.replay


def test_the_clicks_of_an_instance_are_shown_again_one_by_one(open_window: Any) -> None:
    driver = open_window(backend="classic")
    driver.click(160, 120)
    driver.answered()
    driver.click(20, 20, Qt.MouseButton.RightButton)
    driver.answered()
    driver.key(Qt.Key.Key_Return)
    driver.wait(lambda: len(driver.desk.editing.instances) == 1)
    before = driver.stored()
    driver.desk.editing.select(list(driver.desk.editing.instances))
    driver.do("instance.replay")
    replay, strip = replayed(driver), driver.app.commands.replay.strip
    driver.wait(lambda: replay.state.mask is not None)
    assert strip.title.text() == "Replay: step 1 of 2" and strip.isVisible()
    assert "a click that includes" in strip.text.text and strip.note.text == ""
    driver.key(Qt.Key.Key_Tab)
    assert strip.title.text() == "Replay: step 2 of 2" and "a click that excludes" in strip.text.text
    driver.wait(lambda: replay.state.alike is not None)
    assert replay.state.alike > 0.5 and replay.state.last
    driver.key(Qt.Key.Key_Backtab, Qt.KeyboardModifier.ShiftModifier)
    assert replay.state.place == 0 and replay.state.mask is not None
    assert driver.canvas._scene.invisible == frozenset(driver.desk.editing.instances)
    driver.key(Qt.Key.Key_Escape)
    assert replay.state is None and strip.isHidden()
    assert driver.canvas._scene.invisible == frozenset()
    assert driver.stored() == before


def test_a_replay_by_others_says_so_and_a_click_ends_it(open_window: Any, project: Path) -> None:
    from engine.records import PromptRecord

    mask = masks.encode(masks.paste(np.ones((60, 60), dtype=bool), x=110, y=70, height=240, width=320))
    with Workspace.open(project) as workspace:
        with workspace.read() as read:
            first = read.images.ids()[0]
        told = Provenance(backend="another", weights_hash="w", clicks=1, tool="smart")
        clicks = (PromptRecord("point", 140, 100),)
        workspace.execute(AddInstance(first, mask=mask, provenance=told, prompts=clicks))
        workspace.execute(AddInstance(first, mask=mask, provenance=Provenance(tool="brush")))
    driver = open_window(backend="classic")
    driver.wait(lambda: len(driver.desk.editing.instances) == 2)
    prompted, painted = sorted(driver.desk.editing.instances)
    driver.desk.editing.select((painted,))
    driver.do("instance.replay")
    driver.wait(lambda: any("No clicks are stored" in text for text in driver.messages))
    driver.desk.editing.select((prompted,))
    driver.do("instance.replay")
    replay = replayed(driver)
    assert "Made with another; classic answers now" in driver.app.commands.replay.strip.note.text
    driver.wait(lambda: replay.state.mask is not None)
    driver.click(20, 20)
    assert replay.state is None
