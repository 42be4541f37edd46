"""In which format a project is written, where it goes, how masks are written, and which instances."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias

from PySide6.QtWidgets import QCheckBox, QRadioButton, QWidget

from annotator.dialogs.form import FormDialog, Problem, form_layout
from annotator.dialogs.place_field import PlaceField
from annotator.widgets.parts import radio_column, set_role

ExportFormat: TypeAlias = Literal["coco", "sa1b", "yolo", "voc"]
Segmentation: TypeAlias = Literal["rle", "polygon"]
Task: TypeAlias = Literal["segment", "detect"]
ExportState: TypeAlias = Literal["accepted", "proposed", "all"]

SUFFIX = ".json"
_WIDTH = 600
_FORMATS: tuple[tuple[ExportFormat, str], ...] = (
    ("coco", "&COCO: one file with labels, boxes, masks and keypoints"),
    ("sa1b", "&SA-1B: a file for each image, masks and their scores only"),
    ("yolo", "&YOLO: a file for each image, labels with outlines or boxes"),
    ("voc", "Pascal &VOC: a file for each image, labels with boxes"),
)
_NAMES: dict[ExportFormat, str] = {"coco": "COCO", "sa1b": "SA-1B", "yolo": "YOLO", "voc": "Pascal VOC"}
_TASKS: tuple[tuple[Task, str], ...] = (
    ("segment", "Ou&tlines: masks, for segmentation; what has only a box is left out"),
    ("detect", "&Boxes: for detection"),
)
_BEHIND: dict[ExportFormat, str] = {
    "coco": "",
    "sa1b": "Labels, keypoints and boxes without a mask stay behind; the report counts them.",
    "yolo": "Keypoints, crowds and attributes stay behind; the report counts them.",
    "voc": "Masks, keypoints and crowds stay behind; the report counts them.",
}
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
    """A file (COCO) or folder (all others) to write.

    ``segmentation`` and ``scores`` are COCO's, ``task`` is YOLO's, ``pictures`` are YOLO's and Pascal VOC's.
    """

    format: ExportFormat
    place: Path
    segmentation: Segmentation = "rle"
    state: ExportState = "accepted"
    scores: bool = False
    task: Task = "segment"
    pictures: bool = False


class ExportDialog(FormDialog[Export]):
    """Asks for a format and a place to write to."""

    def __init__(self, parent: QWidget | None, default: Path, counts: Mapping[str, int] | None = None) -> None:
        """``default`` is the file proposed; ``counts`` says how many instances each choice of state would write."""
        super().__init__(parent, "Export", "&Export")
        self._counts = counts or {}
        self.formats = {key: QRadioButton(title) for key, title in _FORMATS}
        self.file = PlaceField("save", "COCO file", names=f"COCO files (*{SUFFIX})")
        self.file.set_place(default)
        self.folder = PlaceField("folder", "Folder to write")
        self.folder.set_place(default.with_name(f"{default.stem}-sa1b"))
        self._default = default
        self.masks = {key: QRadioButton(title) for key, title in _MASKS}
        self.scores = QCheckBox("&With each mask's scores, points and window where known")
        self.tasks = {key: QRadioButton(title) for key, title in _TASKS}
        self.pictures = QCheckBox("Copy the &images into the folder too")
        self.states = {key: QRadioButton(self._counted(key, title)) for key, title in _STATES}
        for choice in (self.formats["coco"], self.masks["rle"], self.tasks["segment"], self.states["accepted"]):
            choice.setChecked(True)
        self._form = form_layout()
        self._form.addRow("Format", radio_column(tuple(self.formats.values())))
        self._form.addRow("&File", self.file)
        self._form.addRow("Fol&der", self.folder)
        self._form.addRow("Objects", radio_column(tuple(self.states.values())))
        self._masks_row = radio_column(tuple(self.masks.values()))
        self._form.addRow("Masks as", self._masks_row)
        self._form.addRow("Scores", self.scores)
        self._tasks_row = radio_column(tuple(self.tasks.values()))
        self._form.addRow("Objects as", self._tasks_row)
        self._form.addRow("Images", self.pictures)
        self.body.addLayout(self._form)
        self.body.addStretch(1)
        self.setMinimumWidth(_WIDTH)
        self.file.changed.connect(self.check)
        self.folder.changed.connect(self.check)
        for button in self.formats.values():
            button.clicked.connect(self._propose)
        for button in (*self.states.values(), *self.formats.values(), *self.tasks.values()):
            button.toggled.connect(self.check)
        self.check()
        self.file.setFocus()

    @classmethod
    def ask(cls, parent: QWidget | None, default: Path, counts: Mapping[str, int] | None = None) -> Export | None:
        """Ask what to write; None when the person thought better of it."""
        return cls(parent, default, counts).run()

    def check(self) -> None:
        """Look again; replacing a file is said on the button and is never what a stray Enter does."""
        chosen = self._format()
        for field in (self.file, self._masks_row, self.scores):
            self._form.setRowVisible(field, self._is_coco)
        self._form.setRowVisible(self.folder, not self._is_coco)
        self._form.setRowVisible(self._tasks_row, chosen == "yolo")
        self._form.setRowVisible(self.pictures, chosen in ("yolo", "voc"))
        super().check()
        file = self._file()
        replaces = self._is_coco and file is not None and file.is_file()
        self.accept_button.setText("R&eplace" if replaces else "&Export")
        self.accept_button.setDefault(not replaces)
        self.cancel_button.setDefault(replaces)
        set_role(self.accept_button, "" if replaces else "primary")
        set_role(self.cancel_button, "primary" if replaces else "")

    def _propose(self) -> None:
        """Name the folder after the format until the person names it."""
        if not self.folder.edit.isModified():
            self.folder.set_place(self._default.with_name(f"{self._default.stem}-{self._format()}"))

    def problem(self) -> Problem | None:
        """The folder must be there and writable; one to be written as a whole may still be missing itself."""
        place = self._place()
        what = f"{_NAMES[self._format()]} {'file' if self._is_coco else 'folder'}"
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
            return _BEHIND[self._format()]
        return self._replaced(place).strip()

    def _replaced(self, place: Path | None) -> str:
        if place is not None and self._is_coco and place.is_file():
            return f" There is a file {place.name} already; it will be replaced."
        if place is not None and not self._is_coco and _holds_something(place):
            if self._format() == "sa1b":
                return " The folder is not empty: files of an earlier SA-1B export are replaced, all others left alone."
            return " The folder is not empty: it is replaced if an earlier export wrote it, else nothing is written."
        return ""

    def answer(self) -> Export:
        """Return what was filled in."""
        place = self._place()
        assert place is not None  # ``problem`` has seen to it
        chosen = self._format()
        if chosen != "coco":
            task: Task = "detect" if chosen == "yolo" and self.tasks["detect"].isChecked() else "segment"
            pictures = chosen != "sa1b" and self.pictures.isChecked()
            return Export(chosen, place, state=self._state(), task=task, pictures=pictures)
        masks: Segmentation = "polygon" if self.masks["polygon"].isChecked() else "rle"
        return Export("coco", place, masks, self._state(), self.scores.isChecked())

    @property
    def _is_coco(self) -> bool:
        return self.formats["coco"].isChecked()

    def _format(self) -> ExportFormat:
        return next(key for key, button in self.formats.items() if button.isChecked())

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
