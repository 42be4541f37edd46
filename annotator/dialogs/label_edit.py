"""A label's properties: name, colour, place in the hierarchy, supercategory, thing or stuff, skeleton."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtWidgets import QComboBox, QCompleter, QHBoxLayout, QLineEdit, QRadioButton, QWidget

from annotator.canvas.colors import PALETTE
from annotator.dialogs.form import FormDialog, Problem, form_layout
from annotator.dialogs.swatches import ColorField
from annotator.widgets.parts import MARGIN
from engine.records import LabelRecord, SkeletonRecord

_WIDTH = 500


@dataclass(frozen=True, slots=True)
class LabelDraft:
    """A label as the person wants it; ``color`` is ``#rrggbb``."""

    name: str
    color: str
    parent_id: int | None
    supercategory: str
    is_thing: bool
    skeleton_id: int | None


class LabelDialog(FormDialog[LabelDraft]):
    """Asks for a label's properties."""

    def __init__(
        self,
        parent: QWidget | None,
        current: LabelRecord | None,
        labels: Sequence[LabelRecord],
        skeletons: Sequence[SkeletonRecord],
    ) -> None:
        """``current`` is the label to change, None for a new one; ``labels`` are all of the project."""
        super().__init__(parent, "Edit label" if current else "New label", "&Save" if current else "&Add label")
        self._taken = {label.name for label in labels if current is None or label.id != current.id}
        self.name = QLineEdit(current.name if current else "")
        self.name.setMaxLength(200)
        self.color = ColorField(current.color if current else next_color(labels))
        self.below = QComboBox()
        self.below.addItem("None", None)
        for label in possible_parents(current, labels):
            self.below.addItem(label.name, label.id)
        self.supercategory = QLineEdit(current.supercategory if current else "")
        self.supercategory.setPlaceholderText("Optional, for example animal")
        known = sorted({label.supercategory for label in labels if label.supercategory})
        self.supercategory.setCompleter(QCompleter(known, self.supercategory))
        self.thing = QRadioButton("&Thing (can be counted)")
        self.stuff = QRadioButton("St&uff (sky, grass)")
        (self.stuff if current and not current.is_thing else self.thing).setChecked(True)
        self.skeleton = QComboBox()
        self.skeleton.addItem("None", None)
        for skeleton in skeletons:
            self.skeleton.addItem(f"{skeleton.name} ({len(skeleton.joints)} joints)", skeleton.id)
        if current is not None:
            self.below.setCurrentIndex(max(self.below.findData(current.parent_id), 0))
            self.skeleton.setCurrentIndex(max(self.skeleton.findData(current.skeleton_id), 0))
        self._lay_out()
        self.name.textChanged.connect(self.check)
        self.color.changed.connect(self.check)
        self.check()
        self.name.setFocus()
        self.name.selectAll()

    @classmethod
    def ask(
        cls,
        parent: QWidget | None,
        current: LabelRecord | None,
        labels: Sequence[LabelRecord],
        skeletons: Sequence[SkeletonRecord],
    ) -> LabelDraft | None:
        """Ask for a label's properties; None when the person thought better of it."""
        return cls(parent, current, labels, skeletons).run()

    def problem(self) -> Problem | None:
        """A label needs a name of its own and a colour."""
        name = self.name.text().strip()
        if not name:
            return Problem("Give the label a name.", missing=True)
        if has_control_characters(name):
            return Problem("The name has a control character in it. Type it again.")
        if name in self._taken:
            return Problem(f"There is a label '{name}' already. Choose another name.")
        if not self.color.color:
            return Problem(f"'{self.color.text}' is not a colour. Write one like #3c8fe6, or choose one above.")
        return None

    def answer(self) -> LabelDraft:
        """Return what was filled in."""
        return LabelDraft(
            name=self.name.text().strip(),
            color=self.color.color,
            parent_id=self.below.currentData(),
            supercategory=self.supercategory.text().strip(),
            is_thing=self.thing.isChecked(),
            skeleton_id=self.skeleton.currentData(),
        )

    def _lay_out(self) -> None:
        kind = QWidget()
        row = QHBoxLayout(kind)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(MARGIN)
        row.addWidget(self.thing)
        row.addWidget(self.stuff)
        row.addStretch(1)
        kind.setFocusProxy(self.thing)
        form = form_layout()
        form.addRow("&Name", self.name)
        form.addRow("&Colour", self.color)
        form.addRow("Pa&rent label", self.below)
        form.addRow("Su&percategory", self.supercategory)
        form.addRow("Kind", kind)
        form.addRow("S&keleton", self.skeleton)
        self.body.addLayout(form)
        self.body.addStretch(1)
        self.setMinimumWidth(_WIDTH)


def next_color(labels: Sequence[LabelRecord]) -> str:
    """Return the first colour of the palette that no label has, or the one used least."""
    used = [label.color.lower() for label in labels]
    return min(PALETTE, key=used.count)


def possible_parents(current: LabelRecord | None, labels: Sequence[LabelRecord]) -> list[LabelRecord]:
    """Return the labels that ``current`` may lie below: neither itself nor one that lies below it."""
    if current is None:
        return list(labels)
    below = {current.id}
    while more := {label.id for label in labels if label.parent_id in below} - below:
        below |= more
    return [label for label in labels if label.id not in below]


def has_control_characters(text: str) -> bool:
    """Tell whether a text has characters that no list can show and no database stores."""
    return any(unicodedata.category(each) in ("Cc", "Cs") for each in text)
