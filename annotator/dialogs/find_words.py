"""What to find in the image, by words: the words, who looks, and from which score on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from PySide6.QtCore import Slot
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QHBoxLayout,
    QLineEdit,
    QMenu,
    QRadioButton,
    QSpinBox,
    QWidget,
)

from annotator.dialogs.form import FormDialog, Problem, form_layout
from annotator.tokens import UNIT
from annotator.widgets.parts import push_button, radio_column
from engine.errors import InvalidOp
from engine.inference.detectors import DetectorChoice
from engine.jobs.words import FindRequest
from engine.stages import wording

_WIDTH = 520
_MOST_LABELS = 40
_SHOWN_WORDS = 60


@dataclass(frozen=True, slots=True)
class LastFind:
    """How things were looked for before: the words, the last ones first, the detector, the score if one was chosen."""

    words: tuple[str, ...] = ()
    detector: str = ""
    min_score: float | None = None
    new_labels: bool = False


@dataclass(frozen=True, slots=True)
class FindAnswer:
    """What to find, and whether in all images of the list."""

    request: FindRequest
    everywhere: bool = False


class FindWords(FormDialog[FindAnswer]):
    """Asks what to find in the image on screen."""

    def __init__(
        self,
        parent: QWidget | None,
        detectors: Sequence[DetectorChoice],
        labels: Mapping[str, int],
        last: LastFind,
        images: int,
    ) -> None:
        """``labels`` are the project's, by name; ``images`` those of the list; one detector must be there."""
        super().__init__(parent, "Find by words", "&Find")
        self._detectors = tuple(detectors)
        self._labels = dict(labels)
        self.words = QLineEdit(last.words[0] if last.words else "")
        self.words.setPlaceholderText("dog, person, traffic light")
        self.words.setAccessibleName("Words")
        self.words.setClearButtonEnabled(True)
        self.menu = QMenu(self)
        self.pick = push_button("&Insert")
        self.pick.setToolTip("Labels of the project, and what was looked for before")
        self.pick.setMenu(self.menu)
        self._fill_menu(last.words)
        self.detector = QComboBox()
        for each in self._detectors:
            self.detector.addItem(each.title, each.name)
        self.detector.setCurrentIndex(max(0, self.detector.findData(last.detector)))
        self.score = QSpinBox()
        self.score.setRange(1, 99)
        self.score.setSuffix(" %")
        self.score.setToolTip("The detector's own score. Lower finds more, and more that is wrong.")
        known = last.min_score is not None and self._choice.name == last.detector
        self._set_score(last.min_score if known else None)
        self.new_labels = QCheckBox("Make a &label of each word that finds something and has none")
        self.new_labels.setChecked(last.new_labels)
        self.here = QRadioButton("&This image")
        self.everywhere = QRadioButton(f"&All {images:,} images of the list, in the background")
        self.here.setChecked(True)
        self.everywhere.setEnabled(images > 1)
        self._lay_out()
        self.words.textChanged.connect(self.check)
        self.new_labels.toggled.connect(self.check)
        self.detector.currentIndexChanged.connect(self._detector_changed)
        self.check()
        self.words.setFocus()
        self.words.selectAll()

    @classmethod
    def ask(
        cls,
        parent: QWidget | None,
        detectors: Sequence[DetectorChoice],
        labels: Mapping[str, int],
        last: LastFind,
        *,
        images: int = 1,
    ) -> FindAnswer | None:
        """Ask what to find; None when the person thought better of it."""
        return cls(parent, detectors, labels, last, images).run()

    def problem(self) -> Problem | None:
        """There must be words."""
        if not self.words.text().strip(" ,;."):
            return Problem("Say in words what to find, parted by commas.", missing=True)
        try:
            wording.parse(self.words.text())
        except InvalidOp as error:
            return Problem(str(error))
        return None

    def notice(self) -> str:
        """Say what the words mean in this project."""
        words = wording.parse(self.words.text())
        meant = wording.match(words, self._labels)
        without = [word for word in words if word not in meant]
        if not without:
            return "What is found is proposed with its label, for you to accept or reject."
        called = f"No label is called {without[0]}" if len(without) == 1 else f"No labels: {', '.join(without)}"
        end = "one is made when something is found." if self.new_labels.isChecked() else "what is found has none."
        return f"{called}: {end}"

    def answer(self) -> FindAnswer:
        """Return what was filled in; a score that is the detector's own stays that."""
        own = self.score.value() == _percent(self._choice.min_score)
        request = FindRequest(
            wording.parse(self.words.text()),
            self._choice.name,
            None if own else self.score.value() / 100,
            self.new_labels.isChecked(),
        )
        return FindAnswer(request, self.everywhere.isChecked())

    @property
    def _choice(self) -> DetectorChoice:
        return self._detectors[self.detector.currentIndex()]

    def insert(self, words: str) -> None:
        """Put words at the end of those that are there, unless they are."""
        now = self.words.text().strip().rstrip(",")
        there = {each.strip().casefold() for each in now.split(",")}
        fresh = [each.strip() for each in words.split(",") if each.strip().casefold() not in there]
        self.words.setText(", ".join([*([now] if now else []), *fresh]))
        self.words.setFocus()

    @Slot()
    def _detector_changed(self) -> None:
        self._set_score(None)
        self.check()

    def _set_score(self, score: float | None) -> None:
        self.score.setValue(_percent(self._choice.min_score if score is None else score))

    def _fill_menu(self, recent: Sequence[str]) -> None:
        if self._labels:
            self.menu.addAction("Labels").setEnabled(False)
            names = list(self._labels)[:_MOST_LABELS]
            for name in names:
                self.menu.addAction(name.replace("&", "&&")).triggered.connect(lambda _=False, it=name: self.insert(it))
            if len(names) > 1:
                everything = ", ".join(names)
                self.menu.addAction("All of these").triggered.connect(lambda: self.insert(everything))
        if recent:
            self.menu.addSeparator()
            self.menu.addAction("Looked for before").setEnabled(False)
            for words in recent:
                shown = words if len(words) <= _SHOWN_WORDS else f"{words[:_SHOWN_WORDS]}…"
                action = self.menu.addAction(shown.replace("&", "&&"))
                action.triggered.connect(lambda _=False, it=words: self.words.setText(it))
        self.pick.setEnabled(not self.menu.isEmpty())

    def _lay_out(self) -> None:
        row = QHBoxLayout()
        row.setSpacing(UNIT)
        row.addWidget(self.words, 1)
        row.addWidget(self.pick)
        form = form_layout()
        form.addRow("&Words", row)
        form.addRow("&Detector", self.detector)
        form.addRow("Least &score", self.score)
        form.addRow("Where", radio_column((self.here, self.everywhere)))
        form.addRow("", self.new_labels)
        form.labelForField(row).setBuddy(self.words)  # type: ignore[attr-defined]  # the label is a QLabel
        self.body.addLayout(form)
        self.body.addStretch(1)
        self.setMinimumWidth(_WIDTH)


def _percent(score: float) -> int:
    return round(100 * score)
