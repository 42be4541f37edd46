from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QPersistentModelIndex, Qt
from PySide6.QtTest import QAbstractItemModelTester

from annotator.panels.rows import Index, RowsModel, runs

Pair = tuple[int, str]


class Pairs(RowsModel[Pair]):
    def __init__(self) -> None:
        super().__init__(lambda row: row[0])

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        row = self.row_at(index)
        return row[1] if row is not None and role == Qt.ItemDataRole.DisplayRole else None


LISTS = st.dictionaries(st.integers(0, 12), st.sampled_from("ab"), max_size=10).flatmap(
    lambda found: st.permutations(list(found.items()))
)


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(before=LISTS, after=LISTS, steps=st.sampled_from([0, 1, 32]))
def test_any_list_becomes_any_other_and_indexes_follow_their_rows(
    qapp: Any, before: Any, after: Any, steps: int
) -> None:
    model = Pairs()
    model.most_steps = steps
    tester = QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Warning)
    model.set_rows(before)
    kept = {key: QPersistentModelIndex(model.index_of(key)) for key, _ in before}
    model.set_rows(after)
    assert list(model.rows) == list(after)
    assert list(model.keys) == [key for key, _ in after]
    for key in kept.keys() & {key for key, _ in after}:
        assert model.row_at(kept[key]) == (key, dict(after)[key])
    for key in kept.keys() - {key for key, _ in after}:
        assert not kept[key].isValid()
    del tester


def test_rows_that_stay_are_not_reset(qapp: Any, watch: Callable[..., None]) -> None:
    model = Pairs()
    watch(model)
    model.set_rows([(1, "a"), (2, "b"), (3, "c")])
    resets, told = [], []
    model.modelReset.connect(lambda: resets.append(1))
    model.dataChanged.connect(lambda first, last, _: told.append((first.row(), last.row())))
    model.set_rows([(1, "a"), (2, "changed"), (4, "d"), (3, "c")])
    assert resets == []
    assert told == [(1, 1)]


def test_a_change_in_many_places_is_made_in_few_pieces(qapp: Any, watch: Callable[..., None]) -> None:
    model = Pairs()
    watch(model)
    everything = [(key, "a") for key in range(1000)]
    model.set_rows(everything)
    kept = QPersistentModelIndex(model.index_of(500))
    steps: list[str] = []
    model.rowsRemoved.connect(lambda *_: steps.append("removed"))
    model.rowsInserted.connect(lambda *_: steps.append("inserted"))
    model.dataChanged.connect(lambda *_: steps.append("changed"))
    model.modelReset.connect(lambda: steps.append("reset"))
    model.set_rows(everything[::2])
    model.set_rows([(key, "b" if key % 4 else "a") for key, _ in everything])
    assert steps == ["removed", "inserted", "changed"]
    assert [row[0] for row in model.rows] == list(range(1000))
    assert kept.row() == 500


def test_a_key_given_twice_is_refused(qapp: Any) -> None:
    with pytest.raises(ValueError, match="same key"):
        Pairs().set_rows([(1, "a"), (1, "b")])


def test_runs() -> None:
    assert list(runs([])) == []
    assert list(runs([0, 1, 2, 5, 7, 8])) == [(0, 2), (5, 5), (7, 8)]
