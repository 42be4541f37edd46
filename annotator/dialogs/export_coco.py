"""Where a COCO file goes, how masks are written, and which instances."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias

from PySide6.QtWidgets import QButtonGroup, QRadioButton, QVBoxLayout, QWidget

from annotator.dialogs.form import FormDialog, Problem, form_layout
from annotator.dialogs.place_field import PlaceField
from annotator.tokens import UNIT
from annotator.widgets.parts import set_role

Segmentation: TypeAlias = Literal["rle", "polygon"]
ExportState: TypeAlias = Literal["accepted", "proposed", "all"]

SUFFIX = ".json"
_WIDTH = 600
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
class ExportCoco:
    """A COCO file to write; an existing one is replaced."""

    file: Path
    segmentation: Segmentation
    state: ExportState


class ExportCocoDialog(FormDialog[ExportCoco]):
    """Asks for a COCO file to write."""

    def __init__(self, parent: QWidget | None, default: Path, counts: Mapping[str, int] | None = None) -> None:
        """``default`` is the place proposed; ``counts`` says how many instances each choice of state would write."""
        super().__init__(parent, "Export COCO", "&Export")
        self._counts = counts or {}
        self.file = PlaceField("save", "COCO file", names=f"COCO files (*{SUFFIX})")
        self.file.set_place(default)
        self.masks = {key: QRadioButton(title) for key, title in _MASKS}
        self.states = {key: QRadioButton(self._counted(key, title)) for key, title in _STATES}
        self.masks["rle"].setChecked(True)
        self.states["accepted"].setChecked(True)
        form = form_layout()
        form.addRow("&COCO file", self.file)
        form.addRow("Masks as", self._column(list(self.masks.values())))
        form.addRow("Objects", self._column(list(self.states.values())))
        self.body.addLayout(form)
        self.body.addStretch(1)
        self.setMinimumWidth(_WIDTH)
        self.file.changed.connect(self.check)
        for button in self.states.values():
            button.toggled.connect(self.check)
        self.check()
        self.file.setFocus()

    @classmethod
    def ask(cls, parent: QWidget | None, default: Path, counts: Mapping[str, int] | None = None) -> ExportCoco | None:
        """Ask for a COCO file to write; None when the person thought better of it."""
        return cls(parent, default, counts).run()

    def check(self) -> None:
        """Look again; replacing a file is said on the button and is never what a stray Enter does."""
        super().check()
        file = self._file()
        replaces = file is not None and file.is_file()
        self.accept_button.setText("R&eplace" if replaces else "&Export")
        self.accept_button.setDefault(not replaces)
        self.cancel_button.setDefault(replaces)
        set_role(self.accept_button, "" if replaces else "primary")
        set_role(self.cancel_button, "primary" if replaces else "")

    def problem(self) -> Problem | None:
        """The folder must be there and writable."""
        file = self._file()
        if file is None:
            return Problem("Say where the COCO file goes.", missing=True)
        if not file.is_absolute():
            return Problem(f"Write the whole path of the file, for example {Path.home() / file.name}.")
        if file.is_dir():
            return Problem(f"{file} is a folder. Add a file name to it.")
        if not file.parent.is_dir():
            return Problem(f"The folder {file.parent} is not there. Make it first, or choose another place.")
        if not os.access(file.parent, os.W_OK):
            return Problem(f"Nothing can be written in {file.parent}. Choose another place.")
        return None

    def notice(self) -> str:
        """Say what would be overwritten, and when nothing would be written."""
        file = self._file()
        if file is not None and file.is_file():
            return f"There is a file {file.name} already; it will be replaced."
        if self._counts.get(self._state()) == 0:
            return "There is no such object: the file will list images and labels only."
        return ""

    def answer(self) -> ExportCoco:
        """Return what was filled in."""
        file = self._file()
        assert file is not None  # ``problem`` has seen to it
        masks: Segmentation = "polygon" if self.masks["polygon"].isChecked() else "rle"
        return ExportCoco(file, masks, self._state())

    def _state(self) -> ExportState:
        return next(key for key, button in self.states.items() if button.isChecked())

    def _file(self) -> Path | None:
        place = self.file.place
        if place is None or place.suffix or not place.name or place.is_dir():
            return place
        return place.with_name(place.name + SUFFIX)

    def _counted(self, key: str, title: str) -> str:
        return f"{title} ({self._counts[key]:,})" if key in self._counts else title

    def _column(self, buttons: list[QRadioButton]) -> QWidget:
        column = QWidget()
        group = QButtonGroup(column)
        layout = QVBoxLayout(column)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(UNIT)
        for button in buttons:
            group.addButton(button)
            layout.addWidget(button)
        return column
