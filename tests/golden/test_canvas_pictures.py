"""The canvas's look, pixel by pixel, against pictures kept here; MASKWRIGHT_UPDATE_GOLDEN=1 writes them anew."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from pytestqt.qtbot import QtBot

from annotator.canvas.scene_data import Click, DraftView, InstanceView
from annotator.canvas.view import CanvasView
from annotator.tokens import DARK, LIGHT
from engine.geometry.patch import Patch
from engine.records import SkeletonRecord, State
from models.masks import Rle

PICTURES = Path(__file__).parent / "pictures"
SIDE = 240
PERSON = SkeletonRecord(1, "person", ("head", "hip", "left", "right"), ((0, 1), (1, 2), (1, 3)), (), ())
POSE = ((120.0, 40.0, 2), (120.0, 110.0, 2), (90.0, 190.0, 1), (150.0, 190.0, 2))


def disc(x: int, y: int, radius: int) -> Rle:
    part = np.zeros((2 * radius + 1, 2 * radius + 1), dtype=np.uint8)
    cv2.circle(part, (radius, radius), radius, 1, -1)
    return Patch(x - radius, y - radius, part > 0).to_rle(SIDE, SIDE)


def instance(number: int, x: int, y: int, radius: int, color: tuple[int, int, int], state: State) -> InstanceView:
    box = (float(x - radius), float(y - radius), 2.0 * radius + 1, 2.0 * radius + 1)
    return InstanceView(number, 3.14 * radius**2, box, disc(x, y, radius), None, None, color, "", state)


MASKS = (
    instance(1, 100, 100, 70, (105, 195, 255), State.ACCEPTED),
    instance(2, 150, 130, 60, (255, 135, 0), State.PROPOSED),
    instance(3, 120, 110, 20, (75, 255, 150), State.ACCEPTED),
)


def masks(view: CanvasView) -> None:
    view.set_instances(MASKS)


def selected_and_hovered(view: CanvasView) -> None:
    view.set_tool("select")
    view.set_instances(MASKS)
    view.set_selection({3})
    view.set_hover(2)


def draft(view: CanvasView) -> None:
    clicks = (Click(100, 100, True), Click(140, 90, True), Click(170, 160, False))
    view.set_draft(DraftView(clicks=clicks, box=(50, 40, 190, 180), mask=disc(115, 100, 50)))


def poses(view: CanvasView) -> None:
    view.set_instances([InstanceView(1, 9, (80, 30, 80, 170), None, POSE, PERSON, (255, 225, 105), "", State.ACCEPTED)])


def close_up(view: CanvasView) -> None:
    view.set_instances(MASKS)
    view.zoom_by(16 / view.zoom)
    view.center_at(101, 131)


def far_away(view: CanvasView) -> None:
    view.set_instances(MASKS)
    view.zoom_by(0.5 / view.zoom)


@pytest.mark.parametrize("tokens", [DARK, LIGHT], ids=lambda tokens: tokens.name)
@pytest.mark.parametrize("scene", [masks, selected_and_hovered, draft, poses, close_up, far_away])
def test_the_canvas_looks_as_it_did(qtbot: QtBot, tokens, scene: Callable[[CanvasView], None]) -> None:
    view = CanvasView(tokens=tokens)
    qtbot.addWidget(view)
    view.resize(SIDE, SIDE)
    view.show()
    rows, columns = np.mgrid[0:SIDE, 0:SIDE]
    ground = np.stack([columns, rows, 255 - columns // 2 - rows // 2], axis=-1).astype(np.uint8)
    view.show_image([ground, np.ascontiguousarray(ground[::2, ::2])])
    view.navigator.setVisible(False)
    view.actual_size()
    view.center_at(SIDE / 2, SIDE / 2)
    scene(view)
    view.navigator.setVisible(False)
    check(view, f"{scene.__name__}_{tokens.name}.png")


def check(view: CanvasView, name: str) -> None:
    image = view.grab_image().convertToFormat(view.grab_image().Format.Format_RGB888)
    rows = np.frombuffer(image.constBits(), dtype=np.uint8).reshape(image.height(), image.bytesPerLine())
    seen: NDArray[np.uint8] = rows[:, : 3 * image.width()].reshape(image.height(), image.width(), 3)
    file = PICTURES / name
    if os.environ.get("MASKWRIGHT_UPDATE_GOLDEN") == "1":
        file.parent.mkdir(exist_ok=True)
        Image.fromarray(seen).save(file)
        return
    with Image.open(file) as kept:
        wanted = np.asarray(kept.convert("RGB")).astype(int)
    assert seen.shape == wanted.shape
    alike = (np.abs(seen.astype(int) - wanted) <= 1).all(axis=2).mean()
    assert alike >= 0.995, f"{name}: only {alike:.2%} of the pixels look as they did"
