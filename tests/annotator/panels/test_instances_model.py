from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import Qt

from annotator.canvas import colors
from annotator.panels.instances_model import InstancesModel
from engine.records import Level, State


def test_model_is_sound(qapp: Any, qtmodeltester: Any, instance: Callable[..., Any], label: Callable[..., Any]) -> None:
    model = InstancesModel()
    model.show([instance(1, 1), instance(2)], {1: label(1, "dog")}, {1: "#112233"})
    qtmodeltester.check(model)


def test_rows_say_label_colour_state_and_score(
    qapp: Any, instance: Callable[..., Any], label: Callable[..., Any]
) -> None:
    model = InstancesModel()
    model.show(
        [instance(1, 1, state=State.PROPOSED, level=Level.SUBPART), instance(2, 77, score=None)],
        {1: label(1, "dog")},
        {1: "#112233"},
    )
    first, second = model.rows
    assert (first.title, first.color, first.level, first.score) == ("dog", "#112233", "subpart", 0.9)
    assert (second.title, second.color) == ("no label", colors.to_hex(colors.color_of(2)))
    assert model.waiting == 1
    assert "Proposed" in model.index(0, 0).data(Qt.ItemDataRole.AccessibleTextRole)


def test_patch_refreshes_in_place_appends_and_removes(
    qapp: Any, watch: Callable[..., None], instance: Callable[..., Any]
) -> None:
    model = InstancesModel()
    watch(model)
    model.show([instance(each) for each in (1, 2, 3)], {}, {})
    model.set_hidden(frozenset({2, 9}))
    model.patch([instance(2, locked=True), instance(9)], [1])
    assert [(row.id, row.locked, row.hidden) for row in model.rows] == [
        (2, True, True),
        (3, False, False),
        (9, False, True),
    ]
    model.set_hidden(frozenset())
    assert not any(row.hidden for row in model.rows)
