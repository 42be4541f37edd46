"""Writes a project as Pascal VOC's XML files: Annotations/ with a file an image, and classes.txt.

Coordinates are continuous, from 0 to the image's size, as today's tools write and read them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path, PurePosixPath
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

from engine.control import QUIET, Control
from engine.formats.exported import box_of, number
from engine.formats.folder_write import tell_losses, write_folder
from engine.records import State
from engine.report import Report, ReportBuilder
from engine.storage.exports import ExportedImage, ExportedInstance
from engine.workspace import Workspace

_FLAGS = ("truncated", "occluded", "difficult")
_OURS = frozenset({*_FLAGS, "pose"})
_DATABASE = "Maskwright"
_NO_XML = {code: None for code in range(32) if code not in (9, 10, 13)}


def write(
    workspace: Workspace,
    folder: Path,
    *,
    states: Iterable[State] = (State.ACCEPTED,),
    pictures: bool = False,
    control: Control = QUIET,
) -> Report:
    """Export boxes to ``folder``; ``pictures`` copies the images into JPEGImages as well.

    An earlier export is replaced when the new one is whole. Raises CannotWrite, DiskFull, Cancelled, BadImage and the
    workspace's errors.
    """
    return write_folder(workspace, folder, _Pages(), states=states, pictures=pictures, control=control)


class _Pages:
    """Pascal VOC's files."""

    def __init__(self) -> None:
        self._labels: Sequence[str] = ()
        self._report = ReportBuilder("")

    def begin(self, labels: Sequence[str], report: ReportBuilder) -> None:
        self._labels, self._report = labels, report

    def file(self, name: PurePosixPath) -> PurePosixPath:
        return "Annotations" / name.with_suffix(".xml")

    def picture(self, name: PurePosixPath) -> PurePosixPath:
        return "JPEGImages" / name

    def refusal(self, instance: ExportedInstance) -> str:
        if instance.iscrowd:
            return "it is a crowd, which Pascal VOC cannot say"
        return "" if box_of(instance)[2] else "it has neither mask nor box"

    def text(self, image: ExportedImage, name: str, instances: Sequence[tuple[ExportedInstance, int]]) -> str:
        root = Element("annotation")
        above = str(PurePosixPath(name).parent)
        _add(root, "folder", "" if above == "." else above)
        _add(root, "filename", name)
        _add(SubElement(root, "source"), "database", _DATABASE)
        size = SubElement(root, "size")
        for side, value in (("width", image.width), ("height", image.height), ("depth", 3)):
            _add(size, side, str(value))
        _add(root, "segmented", "0")
        for instance, class_number in instances:
            self._object(root, instance, self._labels[class_number])
        ElementTree.indent(root)
        return ElementTree.tostring(root, encoding="unicode") + "\n"

    def _object(self, root: Element, instance: ExportedInstance, label: str) -> None:
        item = SubElement(root, "object")
        known = {name: value for name, value in instance.attributes.items() if name in _OURS}
        _add(item, "name", label)
        _add(item, "pose", str(known.get("pose") or "Unspecified"))
        for flag in _FLAGS:
            _add(item, flag, str(int(bool(known.get(flag)))))
        x, y, w, h = box_of(instance)
        box = SubElement(item, "bndbox")
        for corner, value in (("xmin", x), ("ymin", y), ("xmax", x + w), ("ymax", y + h)):
            _add(box, corner, str(number(round(float(value), 3))))
        shape = "Pascal VOC's XML holds boxes only; its mask was not written" if instance.mask is not None else ""
        tell_losses(self._report, instance, shape=shape, attributes=len(known) < len(instance.attributes))

    def beside(self, pictures: bool) -> dict[str, str]:
        return {"classes.txt": "".join(f"{label}\n" for label in self._labels)}


def _add(above: Element, name: str, text: str) -> None:
    SubElement(above, name).text = text.translate(_NO_XML)
