"""The list of the image's instances: what a row shows of one, kept apart from its mask so that rows compare quickly."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from PySide6.QtCore import QObject, Qt

from annotator.canvas import colors
from annotator.panels.rows import Index, RowsModel
from engine.records import InstanceRecord, LabelRecord, Level, Stage, State

STATE_WORDS = {
    State.ACCEPTED: "Accepted",
    State.PROPOSED: "Proposed, to review",
    State.REJECTED: "Rejected",
    State.JOINED: "Accepted, part of another",
}
_LEVELS = {Level.NONE: "", Level.WHOLE: "whole", Level.PART: "part", Level.SUBPART: "subpart"}
_STAGES = {
    Stage.ASSISTED: "by hand",
    Stage.SEMI: "semi-automatic",
    Stage.AUTO: "automatic",
    Stage.IMPORTED: "imported",
}


@dataclass(frozen=True, slots=True)
class InstanceRow:
    """One instance as the list shows it; ``label`` is empty where it has none, ``color`` is ``#rrggbb``."""

    id: int
    label: str
    color: str
    state: State
    level: str
    score: float | None
    locked: bool
    tip: str
    hidden: bool = False

    @property
    def title(self) -> str:
        """The label, or that there is none."""
        return self.label or "no label"


class InstancesModel(RowsModel[InstanceRow]):
    """Rows in the order given; ``UserRole`` is the id."""

    def __init__(self, parent: QObject | None = None) -> None:
        """Start empty."""
        super().__init__(lambda row: row.id, parent)
        self._labels: Mapping[int, LabelRecord] = {}
        self._colors: dict[int, str] = {}
        self._hidden: frozenset[int] = frozenset()

    @property
    def waiting(self) -> int:
        """How many are proposed and wait for a person."""
        return sum(row.state is State.PROPOSED for row in self._rows)

    def show(
        self, instances: Iterable[InstanceRecord], labels: Mapping[int, LabelRecord], shown: Mapping[int, str]
    ) -> None:
        """List these; ``labels`` by label id, ``shown`` the colour (``#rrggbb``) by instance id."""
        self._labels = dict(labels)
        self._colors = dict(shown)
        self.set_rows([self._row(each) for each in instances])

    def patch(self, changed: Iterable[InstanceRecord], removed: Collection[int]) -> None:
        """Refresh or append ``changed`` and take ``removed`` off; everything else keeps its place."""
        gone = set(removed)
        fresh = {each.id: self._row(each) for each in changed if each.id not in gone}
        kept = [fresh.pop(row.id, row) for row in self._rows if row.id not in gone]
        self.set_rows([*kept, *fresh.values()])

    def set_hidden(self, ids: frozenset[int]) -> None:
        """Mark these, and only these, as hidden."""
        self._hidden = ids
        self.set_rows([replace(row, hidden=row.id in ids) for row in self._rows])

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return name, tooltip or id."""
        row = self.row_at(index)
        if row is None:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return row.title
        if role == Qt.ItemDataRole.ToolTipRole:
            return row.tip
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{row.title}, {STATE_WORDS[row.state]}"
        return row.id if role == Qt.ItemDataRole.UserRole else None

    def _row(self, each: InstanceRecord) -> InstanceRow:
        label = self._labels.get(each.label_id) if each.label_id is not None else None
        return InstanceRow(
            id=each.id,
            label=label.name if label is not None else "",
            color=self._colors.get(each.id) or colors.to_hex(colors.color_of(each.id)),
            state=each.state,
            level=_LEVELS[each.level],
            score=each.provenance.score,
            locked=each.locked,
            tip=_tip(each, label.name if label is not None else "No label"),
            hidden=each.id in self._hidden,
        )


def _tip(each: InstanceRecord, label: str) -> str:
    made = " ".join(part for part in (_STAGES[each.provenance.stage], each.provenance.backend) if part)
    lines = [f"{label}: {STATE_WORDS[each.state].lower()}", f"{each.area:,.0f} pixels, {made}"]
    if each.provenance.score is not None:
        lines.append(f"Predicted IoU {each.provenance.score:.2f}")
    if each.author:
        lines.append(f"Stored by {each.author}")
    if each.reviewed_by:
        lines.append(f"Reviewed by {each.reviewed_by}")
    return "\n".join(lines)
