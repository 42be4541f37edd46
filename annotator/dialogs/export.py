"""In which format a project is written, where it goes, how masks are written, and which instances."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias

from PySide6.QtWidgets import QButtonGroup, QCheckBox, QRadioButton, QVBoxLayout, QWidget

from annotator.dialogs.form import FormDialog, Problem, form_layout
from annotator.dialogs.place_field import PlaceField
from annotator.tokens import UNIT
from annotator.widgets.parts import set_role

ExportFormat: TypeAlias = Literal["coco", "sa1b"]
Segmentation: TypeAlias = Literal["rle", "polygon"]
ExportState: TypeAlias = Literal["accepted", "proposed", "all"]

SUFFIX = ".json"
_WIDTH = 600
_FORMATS: tuple[tuple[ExportFormat, str], ...] = (
    ("coco", "&COCO: one file with labels, boxes, masks and keypoints"),
    ("sa1b", "&SA-1B: a file for each image, masks and their scores only"),
)
_MASKS: tuple[tuple[Segmentation, str], ...] = (
    ("rle", "&Run lengths (RLE): exact, holes included"),
    ("polygon", "P&olygons: read by more tools, holes are lost"),
)
_STATES: tuple[tuple[ExportState, str], ...] = (
    ("accepted", "&Accepted only"),
    ("proposed", "&Proposed only"),
    ("all", "A&ll but rejected"),
)


@dataclass(frozen=True, slots=True)
class Export:
    """A file (COCO) or folder (SA-1B) to write; ``segmentation`` and ``scores`` are COCO's."""

    format: ExportFormat
    place: Path
    segmentation: Segmentation = "rle"
    state: ExportState = "accepted"
    scores: bool = False


class ExportDialog(FormDialog[Export]):
    """Asks for a format and a place to write to."""

    def __init__(self, parent: QWidget | None, default: Path, counts: Mapping[str, int] | None = None) -> None:
        """``default`` is the file proposed; ``counts`` says how many instances each choice of state would write."""
        super().__init__(parent, "Export", "&Export")
        self._counts = counts or {}
        self.formats = {key: QRadioButton(title) for key, title in _FORMATS}
        self.file = PlaceField("save", "COCO file", names=f"COCO files (*{SUFFIX})")
        self.file.set_place(default)
        self.folder = PlaceField("folder", "SA-1B folder")
        self.folder.set_place(default.with_name(f"{default.stem}-sa1b"))
        self.masks = {key: QRadioButton(title) for key, title in _MASKS}
        self.scores = QCheckBox("&With each mask's scores, points and window where known")
        self.states = {key: QRadioButton(self._counted(key, title)) for key, title in _STATES}
        for choice in (self.formats["coco"], self.masks["rle"], self.states["accepted"]):
            choice.setChecked(True)
        self._form = form_layout()
        self._form.addRow("Format", _column(tuple(self.formats.values())))
        self._form.addRow("&File", self.file)
        self._form.addRow("Fol&der", self.folder)
        self._form.addRow("Objects", _column(tuple(self.states.values())))
        self._masks_row = _column(tuple(self.masks.values()))
        self._form.addRow("Masks as", self._masks_row)
        self._form.addRow("Scores", self.scores)
        self.body.addLayout(self._form)
        self.body.addStretch(1)
        self.setMinimumWidth(_WIDTH)
        self.file.changed.connect(self.check)
        self.folder.changed.connect(self.check)
        for button in (*self.states.values(), *self.formats.values()):
            button.toggled.connect(self.check)
        self.check()
        self.file.setFocus()

    @classmethod
    def ask(cls, parent: QWidget | None, default: Path, counts: Mapping[str, int] | None = None) -> Export | None:
        """Ask what to write; None when the person thought better of it."""
        return cls(parent, default, counts).run()

    def check(self) -> None:
        """Look again; replacing a file is said on the button and is never what a stray Enter does."""
        for field in (self.file, self._masks_row, self.scores):
            self._form.setRowVisible(field, self._is_coco)
        self._form.setRowVisible(self.folder, not self._is_coco)
        super().check()
        file = self._file()
        replaces = self._is_coco and file is not None and file.is_file()
        self.accept_button.setText("R&eplace" if replaces else "&Export")
        self.accept_button.setDefault(not replaces)
        self.cancel_button.setDefault(replaces)
        set_role(self.accept_button, "" if replaces else "primary")
        set_role(self.cancel_button, "primary" if replaces else "")

    def problem(self) -> Problem | None:
        """The folder must be there and writable; that of SA-1B may still be missing itself."""
        place = self._place()
        what = "COCO file" if self._is_coco else "SA-1B folder"
        if place is None:
            return Problem(f"Say where the {what} goes.", missing=True)
        if not place.is_absolute():
            kind = "file" if self._is_coco else "folder"
            return Problem(f"Write the whole path of the {kind}, for example {Path.home() / place.name}.")
        if self._is_coco and place.is_dir():
            return Problem(f"{place} is a folder. Add a file name to it.")
        if not self._is_coco and place.is_file():
            return Problem(f"{place} is a file. Name a folder.")
        above = place if place.is_dir() else place.parent
        if not above.is_dir():
            return Problem(f"The folder {above} is not there. Make it first, or choose another place.")
        if not os.access(above, os.W_OK):
            return Problem(f"Nothing can be written in {above}. Choose another place.")
        return None

    def notice(self) -> str:
        """Say what would be overwritten or left behind, and when nothing would be written."""
        place = self._place()
        if self._counts.get(self._state()) == 0:
            return "There is no such object: only images will be listed." + self._replaced(place)
        if not self._is_coco and not self._replaced(place):
            return "Labels, keypoints and boxes without a mask stay behind; the report counts them."
        return self._replaced(place).strip()

    def _replaced(self, place: Path | None) -> str:
        if place is not None and self._is_coco and place.is_file():
            return f" There is a file {place.name} already; it will be replaced."
        if place is not None and not self._is_coco and _holds_something(place):
            return " The folder is not empty: files of an earlier SA-1B export are replaced, all others left alone."
        return ""

    def answer(self) -> Export:
        """Return what was filled in."""
        place = self._place()
        assert place is not None  # ``problem`` has seen to it
        if not self._is_coco:
            return Export("sa1b", place, state=self._state())
        masks: Segmentation = "polygon" if self.masks["polygon"].isChecked() else "rle"
        return Export("coco", place, masks, self._state(), self.scores.isChecked())

    @property
    def _is_coco(self) -> bool:
        return self.formats["coco"].isChecked()

    def _state(self) -> ExportState:
        return next(key for key, button in self.states.items() if button.isChecked())

    def _place(self) -> Path | None:
        return self._file() if self._is_coco else self.folder.place

    def _file(self) -> Path | None:
        place = self.file.place
        if place is None or place.suffix or not place.name or place.is_dir():
            return place
        return place.with_name(place.name + SUFFIX)

    def _counted(self, key: str, title: str) -> str:
        return f"{title} ({self._counts[key]:,})" if key in self._counts else title


def _holds_something(folder: Path) -> bool:
    try:
        return any(folder.iterdir())
    except OSError:
        return False


def _column(buttons: Sequence[QRadioButton]) -> QWidget:
    column = QWidget()
    group = QButtonGroup(column)
    layout = QVBoxLayout(column)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(UNIT)
    for button in buttons:
        group.addButton(button)
        layout.addWidget(button)
    return column
