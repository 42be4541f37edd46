"""What to read and in which format, where its images are, and whether its instances are to be reviewed."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias

from PySide6.QtWidgets import QRadioButton, QWidget

from annotator.dialogs.form import FormDialog, Problem, form_layout
from annotator.dialogs.place_field import PlaceField
from annotator.widgets.parts import radio_column

ImportFormat: TypeAlias = Literal["coco", "yolo", "voc"]

_WIDTH = 600
_FORMATS: tuple[tuple[ImportFormat, str], ...] = (
    ("coco", "&COCO: one JSON file with labels, boxes, masks and keypoints"),
    ("yolo", "&YOLO: a folder of text files with boxes or outlines"),
    ("voc", "Pascal &VOC: a folder of XML files with boxes"),
)


@dataclass(frozen=True, slots=True)
class Import:
    """A file (COCO) or folder (YOLO, Pascal VOC) to read; ``images`` None means where the dataset says."""

    format: ImportFormat
    place: Path
    images: Path | None
    as_proposed: bool


class ImportDialog(FormDialog[Import]):
    """Asks for a dataset to read."""

    def __init__(self, parent: QWidget | None) -> None:
        """Starts empty."""
        super().__init__(parent, "Import", "I&mport")
        self.formats = {key: QRadioButton(title) for key, title in _FORMATS}
        self.file = PlaceField("open", "COCO file", names="COCO files (*.json *.json.gz);;All files (*)")
        self.folder = PlaceField("folder", "Folder of the dataset")
        self.images = PlaceField("folder", "Folder of the images")
        self.accepted_choice = QRadioButton("&Accepted: people made or checked them")
        self.proposed_choice = QRadioButton("&Proposed: a machine made them, they are still to be reviewed")
        for choice in (self.formats["coco"], self.accepted_choice):
            choice.setChecked(True)
        self._form = form_layout()
        self._form.addRow("Format", radio_column(tuple(self.formats.values())))
        self._form.addRow("&File", self.file)
        self._form.addRow("Fol&der", self.folder)
        self._form.addRow("Ima&ges", self.images)
        self._form.addRow("Objects are", radio_column((self.accepted_choice, self.proposed_choice)))
        self.body.addLayout(self._form)
        self.body.addStretch(1)
        self.setMinimumWidth(_WIDTH)
        for field in (self.file, self.folder, self.images):
            field.changed.connect(self.check)
        for button in self.formats.values():
            button.toggled.connect(self.check)
        self.check()
        self.file.setFocus()

    @classmethod
    def ask(cls, parent: QWidget | None) -> Import | None:
        """Ask for a dataset to read; None when the person thought better of it."""
        return cls(parent).run()

    def check(self) -> None:
        """Look again; each format shows its own kind of place."""
        is_coco = self._format() == "coco"
        self._form.setRowVisible(self.file, is_coco)
        self._form.setRowVisible(self.folder, not is_coco)
        beside = "beside the COCO file" if is_coco else "the dataset's own"
        self.images.edit.setPlaceholderText(f"Empty: the project's images, or {beside}")
        super().check()

    def problem(self) -> Problem | None:
        """File and folders must be there."""
        place, images = self._place(), self.images.place
        if self._format() == "coco":
            if place is None:
                return Problem("Choose the COCO file to read.", missing=True)
            if place.is_dir():
                return Problem(f"{place} is a folder. Choose the COCO file in it.")
            if not place.is_file():
                return Problem(f"There is no file {place}. Check its name, or browse for it.")
        elif place is None:
            return Problem("Choose the folder of the dataset.", missing=True)
        elif not place.exists():
            return Problem(f"There is no folder {place}. Check its name, or browse for it.")
        if images is not None and not images.is_dir():
            return Problem(f"There is no folder {images}. Leave it empty, or browse for the images.")
        return None

    def notice(self) -> str:
        """Say what import does to what is there."""
        return "What is in the project stays; a report says what came in and what was left out."

    def answer(self) -> Import:
        """Return what was filled in."""
        place = self._place()
        assert place is not None  # ``problem`` has seen to it
        return Import(self._format(), place, self.images.place, self.proposed_choice.isChecked())

    def _format(self) -> ImportFormat:
        return next(key for key, button in self.formats.items() if button.isChecked())

    def _place(self) -> Path | None:
        return self.file.place if self._format() == "coco" else self.folder.place
