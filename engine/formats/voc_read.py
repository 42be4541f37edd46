"""Reads Pascal VOC's XML files (boxes) into a project.

Coordinates are taken as today's tools write them: continuous, from 0 to the image's size. Files of the challenge itself
(their source names "The VOC... Database") count pixels from 1 and include the last one, and are read so.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from engine.control import QUIET, Control
from engine.errors import BadFile
from engine.formats.boxes import FileImage, Refused, box_inside, sized_box
from engine.formats.folder_read import BadPage, Dataset, Page, image_folder, read_text, store
from engine.ops.incoming import IncomingInstance, IncomingLabel
from engine.records import State
from engine.report import Report, ReportBuilder
from engine.workspace import Workspace

_ANNOTATIONS = "Annotations"
_CHALLENGE = "The VOC"
_FLAGS = ("truncated", "difficult", "occluded")
_NO_POSE = ("", "unspecified")
_CORNERS = ("xmin", "ymin", "xmax", "ymax")


def read(
    workspace: Workspace,
    file: Path,
    *,
    images: Path | None = None,
    state: State = State.ACCEPTED,
    control: Control = QUIET,
) -> Report:
    """Import one XML file or a folder of them; ``images`` is the folder of the pictures (default: the dataset's own).

    All of it is stored or, with an error, none. Raises BadFile, Cancelled and the workspace's errors.
    """
    folder, files = _files(file)
    place = image_folder(images, folder)
    report = ReportBuilder(f"Import {file.name}")
    labels: dict[str, IncomingLabel] = {}
    pages: list[Page] = []
    reasons: list[str] = []
    for number, each in enumerate(files):
        if number % 100 == 0:
            control.step(0, None, what="The import was cancelled. Nothing was imported.")
        try:
            root = _root(each)
        except BadPage as error:
            pages.append(Page(each, "", str(error)))
            reasons.append(str(error))
            continue
        pages.append(_page(each, root))
        for name in (_name(item) for item in root.findall("object")):
            if name:
                labels.setdefault(name, IncomingLabel(len(labels), name))
    if len(reasons) == len(files):
        raise BadFile(f"{files[0]}: this is no Pascal VOC file ({reasons[0]}). Nothing was imported.")
    dataset = Dataset("voc", file.name, folder, tuple(labels.values()), tuple(pages))
    source = _Source({name: label.key for name, label in labels.items()})
    return store(workspace, dataset, source, report, images=place, state=state, control=control)


def _files(place: Path) -> tuple[Path, list[Path]]:
    """Return the dataset's folder and its XML files."""
    if place.is_dir():
        folder = place.parent if place.name == _ANNOTATIONS else place
        inside = folder / _ANNOTATIONS
        files = sorted((inside if inside.is_dir() else folder).rglob("*.xml"))
        if not files:
            raise BadFile(f"{place}: no Pascal VOC file (.xml) is in this folder. Nothing was imported.")
        return folder, files
    if not place.is_file():
        raise BadFile(f"{place}: there is no such file or folder. Nothing was imported.")
    return (place.parent.parent if place.parent.name == _ANNOTATIONS else place.parent), [place]


def _root(file: Path) -> Element:
    text = read_text(file)
    if "<!DOCTYPE" in text or "<!ENTITY" in text:
        # Entities can grow a small file to fill the memory, and no VOC file needs them.
        raise BadPage("it declares a document type, which no VOC file does")
    try:
        root = ElementTree.fromstring(text)
    except ElementTree.ParseError as error:
        raise BadPage("it is no well-formed XML") from error
    except ValueError as error:
        raise BadPage("its XML declares an encoding that it does not have") from error
    if root.tag != "annotation":
        raise BadPage("it is XML, but its first element is not 'annotation'")
    return root


def _page(file: Path, root: Element) -> Page:
    name = (root.findtext("filename") or "").strip()
    if not name:
        return Page(file, "", "it names no picture")
    width, height = (_whole(root.findtext(f"size/{side}")) for side in ("width", "height"))
    return Page(file, name, width=width or None, height=height or None)


def _whole(text: str | None) -> int | None:
    return int(text) if text is not None and text.strip().isdecimal() and len(text) < 10 else None


def _name(item: Element) -> str:
    return " ".join((item.findtext("name") or "").split())


class _Source:
    """Knows what an object element means."""

    def __init__(self, labels: dict[str, int]) -> None:
        self._labels = labels

    def objects(self, page: Page) -> Sequence[tuple[int, Element, bool]]:
        root = _root(page.file)
        challenge = (root.findtext("source/database") or "").strip().startswith(_CHALLENGE)
        return [(number, item, challenge) for number, item in enumerate(root.findall("object"), start=1)]

    def where(self, page: Page, raw: tuple[int, Element, bool]) -> str:
        return f"object {raw[0]} of {page.file.name}"

    def instance(
        self, page: Page, raw: tuple[int, Element, bool], image: FileImage, note: Callable[[str], None]
    ) -> IncomingInstance:
        _number, item, challenge = raw
        name = _name(item)
        if not name:
            note("it has no class name; stored without a label")
        x0, y0, x1, y1 = _corners(item)
        if challenge:
            x0, y0 = x0 - 1, y0 - 1
        box = box_inside(sized_box(x0, y0, x1 - x0, y1 - y0), image, note)
        if item.find("part") is not None:
            note("its parts (head, hands, feet) were left out")
        if item.find("polygon") is not None:
            note("its polygon was left out, its box was taken")
        return IncomingInstance(
            image_key=image.key,
            label_key=self._labels.get(name),
            where=self.where(page, raw),
            box=box,
            area=box[2] * box[3],
            attributes=_attributes(item),
        )


def _corners(item: Element) -> list[float]:
    box = item.find("bndbox")
    if box is None:
        raise Refused("it has no upright box (bndbox)")
    try:
        values = [float(box.findtext(corner) or "") for corner in _CORNERS]
    except ValueError as error:
        raise Refused("its box is not four finite numbers") from error
    if not all(math.isfinite(value) for value in values):
        raise Refused("its box is not four finite numbers")
    return values


def _attributes(item: Element) -> dict[str, Any]:
    found: dict[str, Any] = {flag: True for flag in _FLAGS if (item.findtext(flag) or "").strip() == "1"}
    pose = (item.findtext("pose") or "").strip()
    return found if pose.lower() in _NO_POSE else {**found, "pose": pose}
