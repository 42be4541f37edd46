"""Reads YOLO's text files into a project: boxes (class cx cy w h) and outlines (class x y x y ...).

All are shares of the image's size. A sixth value of a box line, or an odd one at an outline's end, is the score that
predictions carry.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from engine.control import QUIET, Control
from engine.errors import BadFile
from engine.formats.boxes import FileImage, Refused, box_inside, sized_box
from engine.formats.folder_read import BadPage, Dataset, Page, image_folder, read_text, store
from engine.formats.yolo_folder import Classes, find_dataset, find_pages
from engine.ops.incoming import IncomingInstance, IncomingLabel
from engine.records import Box, Rle, State
from engine.report import Report, ReportBuilder
from engine.workspace import Workspace
from models import masks

_BOX, _SCORED_BOX = 5, 6
_DIGITS = 3
"""Files keep six digits of a share; a thousandth of a pixel is all that they can mean."""
_SLACK = 0.01
"""Shares this far outside the image are rounding of the tool that wrote them."""
_MOST_CLASSES = 10_000


@dataclass(frozen=True, slots=True)
class _Line:
    number: int
    words: tuple[str, ...]


def read(
    workspace: Workspace,
    file: Path,
    *,
    images: Path | None = None,
    state: State = State.ACCEPTED,
    control: Control = QUIET,
) -> Report:
    """Import a dataset: ``file`` is its folder, its data.yaml or its list of classes.

    ``images`` is the folder of the pictures (default: the dataset's own). All of it is stored or, with an error, none.
    Raises BadFile, Cancelled and the workspace's errors.
    """
    folder, classes = find_dataset(file)
    place = image_folder(images, folder)
    report = ReportBuilder(f"Import {file.name}")
    with workspace.read() as reader:
        pages = find_pages(folder, place, reader, classes.file)
    if not pages:
        raise BadFile(f"{folder}: no YOLO label file (.txt) is in this folder. Nothing was imported.")
    source = _Source(classes)
    names = classes.names or _made_up(source, pages, report)
    labels = _labels(source, names, report)
    return store(
        workspace,
        Dataset("yolo", file.name, folder, labels, tuple(pages)),
        source,
        report,
        images=place,
        state=state,
        control=control,
    )


def _made_up(source: _Source, pages: Sequence[Page], report: ReportBuilder) -> tuple[str, ...]:
    """Name the classes by their numbers when nothing says what they are called."""
    top, readable = -1, False
    for page in pages:
        try:
            lines = source.objects(page)
        except BadPage:
            continue
        readable = True
        numbers = (int(line.words[0]) for line in lines if line.words[0].isdecimal() and len(line.words[0]) < 9)
        top = max([top, *(number for number in numbers if number < _MOST_CLASSES)])
    if not readable:
        raise BadFile(f"{pages[0].file}: this is no YOLO label file, and neither is any other. Nothing was imported.")
    if top >= 0:
        report.note("categories", "there is no list of classes; they are named by their numbers and can be renamed")
    return tuple(f"class {number}" for number in range(top + 1))


def _labels(source: _Source, names: Sequence[str], report: ReportBuilder) -> tuple[IncomingLabel, ...]:
    labels: dict[str, IncomingLabel] = {}
    for number, name in enumerate(names):
        if name in labels:
            report.came("categories")
            report.drop("categories", "its name occurs twice; both become one label", f"{number} {name}")
        label = labels.setdefault(name, IncomingLabel(number, name))
        source.label_keys[number] = label.key
    return tuple(labels.values())


class _Source:
    """Knows what a line means."""

    def __init__(self, classes: Classes) -> None:
        self.label_keys: dict[int, int] = {}
        self._joints = classes.keypoint_values

    def objects(self, page: Page) -> Sequence[_Line]:
        lines = [
            _Line(number, tuple(text.split()))
            for number, text in enumerate(read_text(page.file).splitlines(), start=1)
            if text.strip()
        ]
        if lines and not any(_is_float(line.words[0]) for line in lines):
            raise BadPage("it is no YOLO label file: none of its lines begins with a number")
        return lines

    def where(self, page: Page, raw: _Line) -> str:
        return f"{page.file.name}, line {raw.number}"

    def instance(self, page: Page, raw: _Line, image: FileImage, note: Callable[[str], None]) -> IncomingInstance:
        values = _numbers(raw.words)
        if not values[0].is_integer() or int(values[0]) not in self.label_keys:
            raise Refused("its class number is not in the list of classes")
        box: Box | None = None
        mask: Rle | None = None
        score: float | None = None
        if self._joints and len(values) in (_BOX + self._joints, _BOX + self._joints + 1):
            note("its keypoints were left out, its box was taken: YOLO does not name joints")
            values = values[:_BOX]
        if len(values) in (_BOX, _SCORED_BOX):
            score = values[5] if len(values) == _SCORED_BOX else None
            box = _box(values[1:_BOX], image, note)
        elif len(values) > _SCORED_BOX:
            score = None if len(values) % 2 else values[-1]
            mask = _outline(values[1 : len(values) - (score is not None)], image)
            box = masks.bbox(mask)
        else:
            raise Refused("its line has fewer than five values")
        if score is not None and not 0 <= score <= 1:
            raise Refused("its last value, the score, is not between 0 and 1")
        return IncomingInstance(
            image_key=image.key,
            label_key=self.label_keys[int(values[0])],
            where=self.where(page, raw),
            mask=mask,
            box=box,
            area=float(masks.area(mask)) if mask is not None else box[2] * box[3],
            score=score,
        )


def _is_float(word: str) -> bool:
    try:
        float(word)
    except ValueError:
        return False
    return True


def _numbers(words: Sequence[str]) -> list[float]:
    try:
        values = [float(word) for word in words]
    except ValueError as error:
        raise Refused("its line holds something that is no number") from error
    if not all(math.isfinite(value) for value in values):
        raise Refused("its line holds something that is no finite number")
    return values


def _check_shares(values: Sequence[float]) -> None:
    if not all(-_SLACK <= value <= 1 + _SLACK for value in values):
        raise Refused("its values are not shares of the image between 0 and 1")


def _box(values: Sequence[float], image: FileImage, note: Callable[[str], None]) -> Box:
    _check_shares(values)
    cx, w = values[0] * image.width, values[2] * image.width
    cy, h = values[1] * image.height, values[3] * image.height
    x, y, w, h = (round(value, _DIGITS) for value in (cx - w / 2, cy - h / 2, w, h))
    return box_inside(sized_box(x, y, w, h), image, note)


def _outline(values: Sequence[float], image: FileImage) -> Rle:
    _check_shares(values)
    points = np.asarray(values, dtype=np.float64).reshape(-1, 2) * (image.width, image.height)
    ring = np.round(points, _DIGITS)
    mask = masks.from_polygons([masks.Polygon(ring)], height=image.height, width=image.width)
    if not mask.any():
        raise Refused("its outline encloses no pixel")
    return masks.encode(mask)
