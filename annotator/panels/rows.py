"""A flat item model that is brought from one list of rows to the next in small steps, so views keep their place."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Generic, TypeAlias, TypeVar

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex

RowT = TypeVar("RowT")
Index: TypeAlias = QModelIndex | QPersistentModelIndex


class RowsModel(QAbstractListModel, Generic[RowT]):
    """Holds comparable rows, each with a key of its own; subclasses say in ``data`` how a row reads."""

    most_steps = 32
    """A change in more places than this is made in one piece: every step numbers all rows again."""

    def __init__(self, key: Callable[[RowT], int], parent: QObject | None = None) -> None:
        """``key`` names a row for as long as it is listed."""
        super().__init__(parent)
        self._key = key
        self._rows: list[RowT] = []
        self._places: dict[int, int] = {}

    @property
    def rows(self) -> Sequence[RowT]:
        """What is listed, in order."""
        return tuple(self._rows)

    @property
    def keys(self) -> Sequence[int]:
        """The keys of what is listed, in order."""
        return tuple(self._places)

    def place(self, key: int) -> int | None:
        """Return the row number of a key, None when it is not listed."""
        return self._places.get(key)

    def index_of(self, key: int) -> QModelIndex:
        """Return the index of a key, an invalid one when it is not listed."""
        row = self._places.get(key)
        return QModelIndex() if row is None else self.index(row, 0)

    def row_at(self, index: Index) -> RowT | None:
        """Return the row of an index, None for one that is not of this list."""
        return self._rows[index.row()] if index.isValid() and index.row() < len(self._rows) else None

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008  # Qt's own default, never changed
        """Count the rows; rows have no children."""
        return 0 if parent.isValid() else len(self._rows)

    def set_rows(self, rows: Iterable[RowT]) -> None:
        """List these instead; what stays is moved or refreshed, not replaced. ValueError for a key given twice."""
        wanted = list(rows)
        keys = [self._key(row) for row in wanted]
        if len(set(keys)) != len(keys):
            raise ValueError("two rows have the same key")
        if not self._places.keys() & set(keys):
            if wanted or self._rows:
                self.beginResetModel()
                self._rows = wanted
                self._renumber()
                self.endResetModel()
            return
        self._drop(set(self._places) - set(keys))
        self._reorder([key for key in keys if key in self._places])
        self._insert(wanted, keys)
        self._refresh(wanted)

    def _renumber(self) -> None:
        self._places = {self._key(row): number for number, row in enumerate(self._rows)}

    def _drop(self, gone: set[int]) -> None:
        steps = list(runs(sorted(self._places[key] for key in gone)))
        if len(steps) > self.most_steps:
            # All that go are brought to the end, from where they go together.
            self._reorder(sorted(self._places, key=gone.__contains__))
            steps = [(len(self._rows) - len(gone), len(self._rows) - 1)]
        for first, last in reversed(steps):
            self.beginRemoveRows(QModelIndex(), first, last)
            del self._rows[first : last + 1]
            self._renumber()
            self.endRemoveRows()

    def _reorder(self, order: Sequence[int]) -> None:
        if list(order) == list(self._places):
            return
        self.layoutAboutToBeChanged.emit()
        before = self.persistentIndexList()
        kept = [self._key(self._rows[index.row()]) for index in before]
        self._rows = [self._rows[self._places[key]] for key in order]
        self._renumber()
        self.changePersistentIndexList(before, [self.index(self._places[key], 0) for key in kept])
        self.layoutChanged.emit()

    def _insert(self, wanted: Sequence[RowT], keys: Sequence[int]) -> None:
        fresh = [number for number, key in enumerate(keys) if key not in self._places]
        steps = list(runs(fresh))
        if len(steps) > self.most_steps:
            self._insert_at(len(self._rows), [wanted[number] for number in fresh])
            self._reorder(keys)
            return
        for first, last in steps:
            self._insert_at(first, wanted[first : last + 1])

    def _insert_at(self, first: int, rows: Sequence[RowT]) -> None:
        self.beginInsertRows(QModelIndex(), first, first + len(rows) - 1)
        self._rows[first:first] = rows
        self._renumber()
        self.endInsertRows()

    def _refresh(self, wanted: Sequence[RowT]) -> None:
        steps = list(runs([number for number, row in enumerate(wanted) if row != self._rows[number]]))
        if len(steps) > self.most_steps:
            steps = [(steps[0][0], steps[-1][1])]
        for first, last in steps:
            self._rows[first : last + 1] = wanted[first : last + 1]
            self.dataChanged.emit(self.index(first, 0), self.index(last, 0))


def runs(numbers: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Yield (first, last) of every unbroken run of ascending ``numbers``."""
    start = 0
    for at in range(1, len(numbers) + 1):
        if at == len(numbers) or numbers[at] != numbers[at - 1] + 1:
            yield numbers[start], numbers[at - 1]
            start = at
