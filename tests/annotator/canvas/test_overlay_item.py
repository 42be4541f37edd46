from __future__ import annotations

from collections.abc import Callable

import numpy as np
from pytestqt.qtbot import QtBot

from annotator.canvas.scene_data import InstanceView
from annotator.canvas.view import CanvasView
from engine.records import State

Make = Callable[..., InstanceView]


def pixels(view: CanvasView) -> np.ndarray:
    image = view.grab_image()
    return np.frombuffer(image.constBits(), dtype=np.uint8).reshape(image.height(), image.width(), 4)[..., :3].copy()


def test_a_patch_shows_what_a_fresh_start_shows(view: CanvasView, rectangle: Make) -> None:
    first = [rectangle(1, 10, 10, 80, 60), rectangle(2, 30, 20, 90, 90), rectangle(3, 120, 90, 40, 40)]
    moved = [rectangle(2, 50, 60, 60, 60), rectangle(4, 5, 100, 50, 40, State.PROPOSED)]
    view.set_instances(first)
    pixels(view)
    view.patch_instances(moved, [3])
    patched = pixels(view)
    view.set_instances([first[0], *moved])
    assert np.array_equal(patched, pixels(view))


def test_a_patch_leaves_the_pixels_outside_the_boxes_alone(view: CanvasView, rectangle: Make) -> None:
    view.set_instances([rectangle(1, 10, 10, 80, 60), rectangle(2, 120, 90, 40, 40)])
    before = pixels(view)
    view.patch_instances([rectangle(2, 130, 100, 40, 40)])
    changed = (before != pixels(view)).any(axis=2)
    low, high = view.to_view(120 - 4, 90 - 4).toPoint(), view.to_view(170 + 4, 140 + 4).toPoint()
    assert changed.any()
    changed[low.y() : high.y(), low.x() : high.x()] = False
    assert not changed.any()


def test_hiding_isolating_and_rejecting_remove_from_sight(view: CanvasView, rectangle: Make) -> None:
    bare = pixels(view)
    both = [rectangle(1, 10, 10, 50, 50), rectangle(2, 100, 90, 40, 40)]
    view.set_instances(both)
    shown = pixels(view)
    view.set_hidden({1, 2})
    assert np.array_equal(pixels(view), bare)
    view.set_hidden(())
    assert np.array_equal(pixels(view), shown)
    view.isolate({2})
    alone = pixels(view)
    view.isolate(None)
    view.patch_instances([rectangle(1, 10, 10, 50, 50, State.REJECTED)])
    assert np.array_equal(pixels(view), alone)
    assert not np.array_equal(alone, shown)


def test_work_left_over_is_done_after_the_next_frames(qtbot: QtBot, view: CanvasView, rectangle: Make) -> None:
    views = [rectangle(n, n % 9 * 18, n % 7 * 18, 40, 40) for n in range(60)]
    view.set_instances(views)
    complete = pixels(view)
    view.set_opacity(0.9)
    view.set_opacity(0.35)
    qtbot.waitUntil(lambda: not view.compositing)
    image = view.viewport().grab().toImage()
    now = np.frombuffer(image.constBits(), dtype=np.uint8).reshape(image.height(), image.width(), 4)[..., :3]
    assert np.array_equal(complete, now)
