"""A new project: folders of images, where its file goes, and the first classes."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QStandardPaths
from PySide6.QtWidgets import QFileDialog, QGridLayout, QLineEdit, QPlainTextEdit, QWidget

from annotator.dialogs.class_list import class_names, class_problem, load_classes
from annotator.dialogs.folder_list import FolderList
from annotator.dialogs.form import FormDialog, Problem, form_layout
from annotator.dialogs.label_edit import has_control_characters
from annotator.dialogs.place_field import PlaceField
from annotator.widgets.parts import GAP, push_button
from engine.errors import BadFile

SUFFIX = ".maskwright"
_WIDTH = 620
_CLASSES_HEIGHT = 112


@dataclass(frozen=True, slots=True)
class NewProject:
    """What a new project is made of; ``file`` does not exist yet."""

    folders: tuple[Path, ...]
    file: Path
    name: str
    classes: tuple[str, ...]


class NewProjectDialog(FormDialog[NewProject]):
    """Asks for a new project; name and place are proposed until the person writes their own."""

    def __init__(self, parent: QWidget | None, folders: Sequence[Path] = ()) -> None:
        """``folders`` are listed from the start."""
        super().__init__(parent, "New project", "&Create project")
        self.folders = FolderList(folders)
        self.name = QLineEdit()
        self.name.setMaxLength(200)
        self.place = PlaceField("save", "Project file", names=f"Maskwright projects (*{SUFFIX})")
        self.classes = QPlainTextEdit()
        self.classes.setAccessibleName("Classes, one a line")
        self.classes.setPlaceholderText("One class a line. Classes can be added later, too.")
        self.classes.setTabChangesFocus(True)
        self.classes.setFixedHeight(_CLASSES_HEIGHT)
        self.load = push_button("&Load classes.txt...")
        self._load_problem = ""
        self._lay_out()
        self._propose()
        self.folders.changed.connect(self._propose)
        self.name.textEdited.connect(self._propose)
        self.name.textChanged.connect(self.check)
        self.place.changed.connect(self.check)
        self.classes.textChanged.connect(self._classes_changed)
        self.load.clicked.connect(self._browse_classes)
        self.check()
        (self.name if folders else self.folders.add_button).setFocus()

    @classmethod
    def ask(cls, parent: QWidget | None, folders: Sequence[Path] = ()) -> NewProject | None:
        """Ask for a new project; None when the person thought better of it."""
        return cls(parent, folders).run()

    def problem(self) -> Problem | None:
        """Folders must be there, the project file must not, and classes must differ."""
        missing = next((folder for folder in self.folders.folders if not folder.is_dir()), None)
        if missing is not None:
            return Problem(f"The folder {missing} is not there. Remove it from the list, or connect its drive.")
        name = self.name.text().strip()
        if not name:
            return Problem("Give the project a name.", missing=True)
        if has_control_characters(name):
            return Problem("The project's name has a control character in it. Type it again.")
        return file_problem(self._file()) or class_problem(self._class_names()) or self._load_trouble()

    def notice(self) -> str:
        """Say what follows from what was left out."""
        if not self.folders.folders:
            return "Without a folder the project starts empty; images can be added later."
        return "Images stay where they are; the project file only refers to them."

    def answer(self) -> NewProject:
        """Return what was filled in."""
        file = self._file()
        assert file is not None  # ``problem`` has seen to it
        return NewProject(self.folders.folders, file, self.name.text().strip(), self._class_names())

    def load_classes(self, file: Path) -> None:
        """Take the classes of a text file; the form says so if it cannot be read."""
        try:
            text = load_classes(file)
        except BadFile as error:
            self._load_problem = str(error)
            self.check()
        else:
            self.classes.setPlainText(text)

    def _file(self) -> Path | None:
        place = self.place.place
        if place is None or place.suffix.casefold() == SUFFIX:
            return place
        return place.with_name(place.name + SUFFIX) if place.name else place

    def _class_names(self) -> tuple[str, ...]:
        return class_names(self.classes.toPlainText())

    def _load_trouble(self) -> Problem | None:
        return Problem(self._load_problem) if self._load_problem else None

    def _classes_changed(self) -> None:
        self._load_problem = ""
        self.check()

    def _browse_classes(self) -> None:
        start = str(self.folders.folders[0]) if self.folders.folders else ""
        chosen, _ = QFileDialog.getOpenFileName(
            self, "Load classes", start, "Text files (*.txt *.names);;All files (*)"
        )
        if chosen:
            self.load_classes(Path(chosen))

    def _propose(self) -> None:
        # What the person has edited is theirs; setText leaves a field unedited.
        first = self.folders.folders[0] if self.folders.folders else None
        if not self.name.isModified():
            self.name.setText(first.name if first else "")
        if not self.place.edit.isModified():
            self.place.set_place(proposed_file(first, self.name.text().strip()))
        self.check()

    def _lay_out(self) -> None:
        classes = QWidget()
        grid = QGridLayout(classes)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(GAP)
        grid.addWidget(self.classes, 0, 0, 2, 1)
        grid.addWidget(self.load, 0, 1)
        grid.setRowStretch(1, 1)
        classes.setFocusProxy(self.classes)
        form = form_layout()
        form.addRow("&Images", self.folders)
        form.addRow("&Name", self.name)
        form.addRow("Project &file", self.place)
        form.addRow("Cla&sses", classes)
        self.body.addLayout(form)
        self.body.addStretch(1)
        self.setMinimumWidth(_WIDTH)


def file_problem(file: Path | None) -> Problem | None:
    """Return why no project file can be made at a place."""
    if file is None:
        return Problem("Say where the project file goes.", missing=True)
    if not file.is_absolute():
        return Problem(f"Write the whole path of the project file, for example {Path.home() / file.name}.")
    if file.exists():
        return Problem(f"There is a file {file.name} at this place already. Choose another name, or open that project.")
    if not file.parent.is_dir():
        return Problem(f"The folder {file.parent} is not there. Make it first, or choose another place.")
    if not os.access(file.parent, os.W_OK):
        return Problem(f"Nothing can be written in {file.parent}. Choose another place for the project file.")
    return None


def proposed_file(folder: Path | None, name: str) -> Path | None:
    """Return a free place beside ``folder`` (inside it where nothing can be written beside), None without a name."""
    stem = "".join("_" if each in '<>:"/\\|?*' or ord(each) < 32 else each for each in name).strip(". ")
    if not stem:
        return None
    documents = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation)
    places = [folder.parent, folder] if folder is not None else [Path(documents), Path.home()]
    place = next((each for each in places if each.is_dir() and os.access(each, os.W_OK)), places[0])
    return next(file for file in _numbered(place, stem) if not file.exists())


def _numbered(place: Path, stem: str) -> Iterator[Path]:
    yield place / f"{stem}{SUFFIX}"
    number = 2
    while True:
        yield place / f"{stem} {number}{SUFFIX}"
        number += 1
