"""An expert is led from image to image, and only through those that were drawn."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtWidgets import QApplication

from annotator.bus import Bus
from annotator.controllers.auditing import Auditing, AuditView
from annotator.controllers.store import Store
from annotator.lanes import Lanes
from engine.changes import Changes
from engine.ops.images import AddImages, NewImage
from engine.ops.instances import AddInstance
from engine.workspace import Workspace
from models import masks

SQUARE = masks.encode(np.ones((4, 4), dtype=np.bool_))


class Desk:
    """A project of four images, three of them with a mask."""

    def __init__(self, folder: Path) -> None:
        self.lanes = Lanes(inline=True)
        self.bus = Bus()
        self.store = Store(self.lanes, self.bus)
        self.workspace = Workspace.create(folder / "p.maskwright", author="ann")
        new = tuple(NewImage(f"{name}.png", name, 4, 4) for name in "abcd")
        self.images = self.workspace.execute(AddImages("r", "r", new)).value
        self.store.use(self.workspace)
        self.strip: AuditView | None = None
        self.went: list[int] = []
        self.said: list[str] = []
        self.auditing = Auditing(self.store, self)
        self.bus.changed.connect(lambda changes, _initiator: self.auditing.on_changed(changes))
        self.auditing.reload()

    def fill(self) -> None:
        for image in self.images[:3]:
            self.workspace.execute(AddInstance(image, mask=SQUARE))

    def show_strip(self, view: AuditView | None) -> None:
        self.strip = view

    def go_to_image(self, image_id: int) -> None:
        self.went.append(image_id)
        self.auditing.image_shown(image_id)

    def say(self, kind: str, text: str) -> None:
        self.said.append(text)


@pytest.fixture
def desk(qapp: QApplication, tmp_path: Path) -> Iterator[Desk]:
    made = Desk(tmp_path)
    yield made
    made.store.use(None)
    made.lanes.close()


def test_without_an_audit_it_says_where_to_start_one(desk: Desk) -> None:
    desk.auditing.image_shown(desk.images[0])
    desk.auditing.go_next()
    desk.auditing.mark_checked()
    assert desk.said == [
        "There is no audit yet. Start one on the dashboard.",
        "This image was not drawn for an audit.",
    ]
    assert (desk.strip, desk.went) == (None, [])


def test_from_the_draw_to_the_last_image(desk: Desk) -> None:
    desk.fill()
    desk.auditing.start(20)
    assert desk.said == ["3 images drawn for audit 1. That is all there are; 20 were asked for."]
    desk.auditing.go_next()
    assert desk.strip == AuditView(1, 0, 3, False)
    desk.auditing.mark_checked()
    desk.auditing.mark_checked()
    assert desk.strip == AuditView(1, 2, 3, False)
    assert desk.went == list(desk.images[:3])
    desk.auditing.mark_checked()
    assert desk.said[-1] == "All 3 images are checked. The report stands on the dashboard."
    assert desk.strip is None
    assert len(desk.went) == 3


def test_the_strip_shows_only_over_images_of_the_audit(desk: Desk) -> None:
    desk.fill()
    desk.auditing.start(3)
    desk.auditing.image_shown(desk.images[3])
    assert desk.strip is None
    desk.auditing.image_shown(desk.images[1])
    desk.auditing.mark_checked()
    assert desk.went == [desk.images[2]]
    desk.auditing.image_shown(desk.images[1])
    assert desk.strip == AuditView(1, 1, 3, True)


def test_going_on_goes_around(desk: Desk) -> None:
    desk.fill()
    desk.auditing.start(3)
    desk.auditing.image_shown(desk.images[2])
    desk.auditing.go_next()
    assert desk.went == [desk.images[0]]
    desk.auditing.go_next(skip=False)
    assert desk.went[-1] == desk.images[0]
    desk.auditing.go_next()
    assert desk.went[-1] == desk.images[1]


def test_an_undone_check_is_noticed(desk: Desk) -> None:
    desk.fill()
    desk.auditing.start(3)
    desk.auditing.image_shown(desk.images[0])
    desk.auditing.mark_checked()
    desk.store.undo(desk.images[0])
    desk.auditing.image_shown(desk.images[0])
    assert desk.strip == AuditView(1, 0, 3, False)


def test_nothing_to_draw_is_said(desk: Desk) -> None:
    messages: list[str] = []
    desk.bus.message.connect(lambda message: messages.append(message.text))
    desk.auditing.start(5)
    assert len(messages) == 1
    assert "no accepted mask" in messages[0]


def test_a_closed_project_leaves_no_strip(desk: Desk) -> None:
    desk.fill()
    desk.auditing.start(3)
    desk.auditing.image_shown(desk.images[0])
    assert desk.strip is not None
    desk.store.use(None)
    desk.auditing.reload()
    assert desk.strip is None
    desk.auditing.on_changed(Changes(everything=True))
