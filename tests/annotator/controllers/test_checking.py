"""The data check's flow: found, gone to, repaired, left alone, all of a kind, and kept true while people work."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtWidgets import QApplication

from annotator.bus import Bus
from annotator.controllers.checking import LEFT, Checking, CheckState
from annotator.controllers.store import Store
from annotator.lanes import Lanes
from engine.datacheck.kinds import Kind
from engine.datacheck.scenes import Finding
from engine.ops.images import AddImages, NewImage
from engine.ops.instances import AddInstance, DeleteInstances
from engine.ops.labels import AddLabel
from engine.ops.reviews import SetLocked
from engine.workspace import Workspace
from models import masks


def islanded(x: int = 0) -> masks.Rle:
    mask = np.zeros((40, 60), dtype=np.bool_)
    mask[2:32, 2 + x : 32 + x] = True
    mask[36:38, 56:58] = True
    return masks.encode(mask)


class Desk:
    """Three images; a person who looks at the dock."""

    def __init__(self, folder: Path) -> None:
        self.lanes = Lanes(inline=True)
        self.bus = Bus()
        self.store = Store(self.lanes, self.bus)
        self.workspace = Workspace.create(folder / "p.maskwright", author="ann")
        self.workspace.execute(AddLabel("cat"))
        new = tuple(NewImage(f"{name}.png", name, 60, 40) for name in "abc")
        self.images = self.workspace.execute(AddImages("r", "r", new)).value
        self.store.use(self.workspace)
        self.shown = CheckState()
        self.went: list[Finding] = []
        self.said: list[str] = []
        self.label: int | None = None
        self.checking = Checking(self.store, self.lanes, self)
        self.bus.changed.connect(lambda changes, _initiator: self.checking.on_changed(changes))

    def add(self, image: int, label: int | None = 1) -> int:
        return self.workspace.execute(AddInstance(self.images[image], mask=islanded(), label_id=label)).value.id

    @property
    def counts(self) -> dict[Kind, int]:
        return {kind: number for kind, number in self.shown.counts if number}

    @property
    def told(self) -> str:
        return "" if self.shown.forecast is None else self.shown.forecast.sentence()

    @property
    def current(self) -> tuple[Finding, ...]:
        return tuple(each for each in self.shown.findings if each is self.shown.current)

    def show_check(self, state: CheckState) -> None:
        self.shown = state

    def go_to(self, finding: Finding) -> None:
        self.went.append(finding)

    def label_id(self) -> int | None:
        return self.label

    def say(self, kind: str, text: str) -> None:
        self.said.append(text)


@pytest.fixture
def desk(qapp: QApplication, tmp_path: Path) -> Iterator[Desk]:
    made = Desk(tmp_path)
    yield made
    made.store.use(None)
    made.lanes.close()


def test_one_after_the_other(desk: Desk) -> None:
    for image in (0, 1, 2):
        desk.add(image)
    desk.checking.repair()
    assert desk.said == ["Choose a finding in the list first."]
    desk.checking.step()
    assert (desk.counts, desk.shown.looked, desk.shown.total) == ({Kind.ISLANDS: 3}, 3, None)
    desk.checking.step()
    assert desk.current == desk.shown.findings[:1] and desk.went[-1].image_id == desk.images[0]
    desk.checking.repair()
    assert desk.current == () and desk.counts == {Kind.ISLANDS: 2}
    assert desk.said[-1] == "Tiny islands: repaired. Ctrl+Z takes it back."
    # What came after the repaired one is next, none is passed over.
    desk.checking.step()
    assert desk.went[-1].image_id == desk.images[1]
    desk.checking.step()
    assert desk.went[-1].image_id == desk.images[2]
    desk.checking.step()
    assert desk.went[-1].image_id == desk.images[1]
    desk.store.undo(desk.images[0])
    assert desk.counts == {Kind.ISLANDS: 3}


def test_left_alone_and_taken_up_again(desk: Desk) -> None:
    desk.add(0)
    desk.checking.run()
    desk.checking.step()
    desk.checking.leave()
    assert (desk.counts, desk.shown.left) == ({}, 1)
    desk.checking.step()
    assert desk.said[-1] == "Nothing looks wrong in the annotations."
    desk.checking.choose(LEFT)
    desk.checking.pick(desk.shown.findings[0])
    desk.checking.leave()
    assert (desk.counts, desk.shown.left, desk.shown.chosen) == ({Kind.ISLANDS: 1}, 0, Kind.ISLANDS)


def test_all_of_a_kind_after_a_forecast(desk: Desk) -> None:
    for image in (0, 1, 2):
        desk.add(image)
    locked = desk.add(2)
    desk.workspace.execute(DeleteInstances((locked - 1,)))
    desk.workspace.execute(SetLocked((locked,), True))
    desk.checking.run()
    desk.checking.repair_all()
    assert desk.counts == {Kind.ISLANDS: 3}
    desk.checking.ask_all()
    assert desk.told == "On 2 images: 2 objects changed, 8 pixels, 1 locked one left as it is."
    desk.checking.drop_forecast()
    desk.checking.ask_all()
    desk.checking.repair_all()
    assert (desk.counts, desk.told) == ({Kind.ISLANDS: 1}, "")
    desk.checking.step()
    desk.checking.repair()
    assert "locked" in desk.said[-1]
    desk.store.undo(None)
    assert desk.counts == {Kind.ISLANDS: 3}


def test_a_label_is_asked_for(desk: Desk) -> None:
    desk.add(0, label=None)
    desk.checking.run()
    desk.checking.choose(Kind.NO_LABEL)
    desk.checking.step()
    desk.checking.repair()
    desk.checking.ask_all()
    assert "list of labels" in desk.said[-1] and not desk.told
    desk.label = 1
    desk.checking.repair()
    assert desk.counts == {Kind.ISLANDS: 1}


def test_what_changes_elsewhere_is_looked_at_again(desk: Desk) -> None:
    number = desk.add(0)
    desk.store.execute(DeleteInstances((number,)))
    assert desk.shown == CheckState()
    desk.checking.run()
    assert desk.counts == {}
    desk.store.execute(AddInstance(desk.images[1], mask=islanded(), label_id=1))
    assert desk.counts == {Kind.ISLANDS: 1}
    desk.store.use(None)
    desk.checking.project_changed()
    assert desk.counts == {} and desk.shown.looked is None
