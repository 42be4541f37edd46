"""Which COCO file to read, where its images are, and whether its instances are to be reviewed."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from PySide6.QtWidgets import QRadioButton, QVBoxLayout, QWidget

from annotator.dialogs.form import FormDialog, Problem, form_layout
from annotator.dialogs.place_field import PlaceField
from annotator.tokens import UNIT

_WIDTH = 600


@dataclass(frozen=True, slots=True)
class ImportCoco:
    """A COCO file to read; ``images`` is where its images are, None for where the file says."""

    file: Path
    images: Path | None
    as_proposed: bool


class ImportCocoDialog(FormDialog[ImportCoco]):
    """Asks for a COCO file to read."""

    def __init__(self, parent: QWidget | None) -> None:
        """Starts empty."""
        super().__init__(parent, "Import COCO", "I&mport")
        self.file = PlaceField("open", "COCO file", names="COCO files (*.json *.json.gz);;All files (*)")
        self.images = PlaceField("folder", "Folder of the images")
        self.images.edit.setPlaceholderText("Empty: the project's images, or beside the COCO file")
        self.accepted_choice = QRadioButton("&Accepted: people made or checked them")
        self.proposed_choice = QRadioButton("&Proposed: a machine made them, they are still to be reviewed")
        self.accepted_choice.setChecked(True)
        kind = QWidget()
        column = QVBoxLayout(kind)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(UNIT)
        column.addWidget(self.accepted_choice)
        column.addWidget(self.proposed_choice)
        form = form_layout()
        form.addRow("&COCO file", self.file)
        form.addRow("&Images", self.images)
        form.addRow("Objects are", kind)
        self.body.addLayout(form)
        self.body.addStretch(1)
        self.setMinimumWidth(_WIDTH)
        self.file.changed.connect(self.check)
        self.images.changed.connect(self.check)
        self.check()
        self.file.setFocus()

    @classmethod
    def ask(cls, parent: QWidget | None) -> ImportCoco | None:
        """Ask for a COCO file to read; None when the person thought better of it."""
        return cls(parent).run()

    def problem(self) -> Problem | None:
        """File and folder must be there."""
        file, images = self.file.place, self.images.place
        if file is None:
            return Problem("Choose the COCO file to read.", missing=True)
        if file.is_dir():
            return Problem(f"{file} is a folder. Choose the COCO file in it.")
        if not file.is_file():
            return Problem(f"There is no file {file}. Check its name, or browse for it.")
        if images is not None and not images.is_dir():
            return Problem(f"There is no folder {images}. Leave it empty, or browse for the images.")
        return None

    def notice(self) -> str:
        """Say what import does to what is there."""
        return "What is in the project stays; a report says what came in and what was left out."

    def answer(self) -> ImportCoco:
        """Return what was filled in."""
        file = self.file.place
        assert file is not None  # ``problem`` has seen to it
        return ImportCoco(file, self.images.place, self.proposed_choice.isChecked())
