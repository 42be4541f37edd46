from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from engine.changes import Changes
from engine.errors import NotFound
from engine.ops.base import Op
from engine.storage.recorder import Recorder, RowChange
from engine.transaction import Tx


@dataclass(frozen=True)
class Rows(Op[list[RowChange]]):
    """Calls the recorder's methods one by one and returns what it remembered."""

    steps: tuple[tuple[Any, ...], ...]
    title = "Rows"  # type: ignore[assignment]  # a constant is enough here

    def apply(self, tx: Tx) -> list[RowChange]:
        for method, *arguments in self.steps:
            getattr(tx.rows, method)(*arguments)
        return tx.rows.row_changes


LABEL = {"name": "bird", "color": "#000000", "extra": {"a": (1, {"b": None})}}


def test_an_insert_remembers_the_row_as_stored(desk: Any) -> None:
    outcome = desk.workspace.execute(Rows((("insert", "labels", LABEL),)))
    (change,) = outcome.value
    assert change.before is None
    with desk.workspace.read() as read:
        stored = Recorder(read._connection).get("labels", change.row_id)
    assert change.after == stored
    assert stored["extra"] == {"a": [1, {"b": None}]} and stored["is_thing"] is True
    assert outcome.changes == Changes(labels=frozenset({change.row_id}))


def test_bulk_inserts_keep_the_order(desk: Any) -> None:
    rows = [{"name": f"label {number}", "color": "#000000"} for number in range(1200)]
    changes = desk.workspace.execute(Rows((("insert_all", "labels", rows),))).value
    assert [change.after["name"] for change in changes] == [row["name"] for row in rows]
    with desk.workspace.read() as read:
        names = {label.id: label.name for label in read.labels.all()}
    assert all(names[change.row_id] == change.after["name"] for change in changes)


def test_an_update_remembers_only_what_changed(desk: Any) -> None:
    op = Rows((("update", "labels", desk.cat, {"name": "cat", "color": "#123456"}),))
    (change,) = desk.workspace.execute(op).value
    assert set(change.before) == {"color"} and change.after == {"color": "#123456"}


def test_an_update_to_the_same_is_none(desk: Any) -> None:
    before = desk.dump(story=True)
    outcome = desk.workspace.execute(Rows((("update", "labels", desk.cat, {"name": "cat"}),)))
    assert outcome.value == [] and outcome.history_id == 0 and not outcome.changes
    assert desk.dump(story=True) == before


def test_moving_an_instance_touches_both_images(desk: Any) -> None:
    instance = desk.add()
    op = Rows((("update", "instances", instance, {"image_id": desk.images[1]}),))
    assert desk.workspace.execute(op).changes.image_contents == set(desk.images[:2])


def test_a_deleted_row_is_remembered_whole(desk: Any) -> None:
    with desk.workspace.read() as read:
        stored = Recorder(read._connection).get("labels", desk.dog)
    (change,) = desk.workspace.execute(Rows((("delete", "labels", desk.dog),))).value
    assert change == RowChange("labels", desk.dog, stored, None)


@pytest.mark.parametrize("step", [("update", "labels", 99, {"name": "x"}), ("delete", "instances", 99)])
def test_a_row_that_is_gone_is_told(desk: Any, step: tuple[Any, ...]) -> None:
    before = desk.dump(story=True)
    with pytest.raises(NotFound, match="99 is no longer there"):
        desk.workspace.execute(Rows((("insert", "labels", LABEL), step)))
    assert desk.dump(story=True) == before


def test_an_unknown_column_is_a_bug(desk: Any) -> None:
    with pytest.raises(ValueError, match="no column colour"):
        desk.workspace.execute(Rows((("insert", "labels", LABEL | {"colour": "red"}),)))
