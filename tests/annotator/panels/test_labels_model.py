from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import Qt

from annotator.panels.labels_model import MIME, LabelsModel


def test_model_is_sound(qapp: Any, qtmodeltester: Any, label: Callable[..., Any]) -> None:
    model = LabelsModel()
    model.show([label(1, "dog"), label(2, "cat")], {1: 3})
    qtmodeltester.check(model)


def test_rows_are_in_order_of_position_and_the_first_ten_have_a_digit(
    qapp: Any, watch: Callable[..., None], label: Callable[..., Any]
) -> None:
    model = LabelsModel()
    watch(model)
    labels = [label(each, f"label {each}", position=20 - each) for each in range(1, 13)]
    model.show(labels, {12: 7})
    assert [row.id for row in model.rows] == list(range(12, 0, -1))
    assert "".join(row.digit for row in model.rows) == "1234567890"
    assert model.rows[0].count == 7
    model.set_current(3)
    assert [row.id for row in model.rows if row.current] == [3]
    model.set_counts({3: 1})
    assert [row.count for row in model.rows if row.count] == [1]
    assert model.index_of(3).data(Qt.ItemDataRole.ToolTipRole).endswith("1 object")


def test_tooltip_tells_the_place_in_the_hierarchy(qapp: Any, label: Callable[..., Any]) -> None:
    model = LabelsModel()
    model.show([label(1, "dog"), label(2, "paw", parent_id=1, supercategory="animal", is_thing=False)], {})
    tip = model.index_of(2).data(Qt.ItemDataRole.ToolTipRole)
    assert "Part of dog" in tip
    assert "Supercategory animal" in tip
    assert "Stuff" in tip


def test_another_name_is_asked_for_not_taken(qapp: Any, label: Callable[..., Any]) -> None:
    model = LabelsModel()
    model.show([label(1, "dog")], {})
    told: list[tuple[int, str]] = []
    model.renamed.connect(lambda label_id, name: told.append((label_id, name)))
    assert not model.setData(model.index_of(1), "  ")
    assert not model.setData(model.index_of(1), "dog ")
    assert model.setData(model.index_of(1), " hound ")
    assert told == [(1, "hound")]
    assert model.rows[0].name == "dog"


def test_only_its_own_labels_are_known_when_dropped(qapp: Any, label: Callable[..., Any]) -> None:
    model, other = LabelsModel(), LabelsModel()
    for each in (model, other):
        each.show([label(1, "dog")], {})
    data = model.mimeData([model.index_of(1)])
    assert data.hasFormat(MIME)
    assert model.dragged(data) == 1
    assert other.dragged(data) is None
    assert model.dragged(model.mimeData([])) is None
