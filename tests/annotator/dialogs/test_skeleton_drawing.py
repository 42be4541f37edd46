from __future__ import annotations

import itertools
import math

from pytestqt.qtbot import QtBot

from annotator.dialogs.skeleton_drawing import SkeletonDrawing


def test_joints_that_no_template_knows_do_not_lie_on_one_another(qtbot: QtBot) -> None:
    drawing = SkeletonDrawing()
    qtbot.addWidget(drawing)
    drawing.resize(280, 360)
    drawing.set_skeleton([f"j{number}" for number in range(25)], [(0, 1)])
    places = [drawing.joint_position(joint) for joint in range(25)]
    distances = [math.hypot(a.x() - b.x(), a.y() - b.y()) for a, b in itertools.combinations(places, 2)]
    assert min(distances) > 20
    assert not drawing.grab().isNull()
