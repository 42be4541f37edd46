"""Writes a project as a YOLO dataset: data.yaml, classes.txt, and a text file an image with boxes or outlines.

A mask of several parts or with holes is written as one ring with bridges of no width, which encloses exactly its
pixels by the even-odd rule: YOLO knows one outline an object.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path, PurePosixPath
from typing import Literal, TypeAlias

import yaml

from engine.control import QUIET, Control
from engine.formats.exported import box_of
from engine.formats.folder_write import tell_losses, where, write_folder
from engine.geometry.keyhole import one_ring
from engine.records import State
from engine.report import Report, ReportBuilder
from engine.storage.exports import ExportedImage, ExportedInstance
from engine.workspace import Workspace
from models import masks

Task: TypeAlias = Literal["segment", "detect"]

_DIGITS = 7


def write(
    workspace: Workspace,
    folder: Path,
    *,
    task: Task = "segment",
    states: Iterable[State] = (State.ACCEPTED,),
    pictures: bool = False,
    control: Control = QUIET,
) -> Report:
    """Export to ``folder``: outlines for ``segment``, boxes for ``detect``; ``pictures`` copies the images as well.

    An earlier export is replaced when the new one is whole. Raises CannotWrite, DiskFull, Cancelled, BadImage and the
    workspace's errors.
    """
    return write_folder(workspace, folder, _Pages(task), states=states, pictures=pictures, control=control)


class _Pages:
    """YOLO's files."""

    def __init__(self, task: Task) -> None:
        self._outlines = task == "segment"
        self._labels: Sequence[str] = ()
        self._report = ReportBuilder("")

    def begin(self, labels: Sequence[str], report: ReportBuilder) -> None:
        self._labels, self._report = labels, report

    def file(self, name: PurePosixPath) -> PurePosixPath:
        return "labels" / name.with_suffix(".txt")

    def picture(self, name: PurePosixPath) -> PurePosixPath:
        return "images" / name

    def refusal(self, instance: ExportedInstance) -> str:
        if instance.iscrowd:
            return "it is a crowd, which YOLO cannot say"
        if self._outlines and instance.mask is None:
            return "it has no mask, and a file of outlines holds nothing else"
        return "" if box_of(instance)[2] else "it has neither mask nor box"

    def text(self, image: ExportedImage, name: str, instances: Sequence[tuple[ExportedInstance, int]]) -> str:
        return "".join(f"{number} {self._shape(image, instance)}\n" for instance, number in instances)

    def _shape(self, image: ExportedImage, instance: ExportedInstance) -> str:
        if self._outlines and instance.mask is not None:
            tell_losses(self._report, instance, shape="", attributes=bool(instance.attributes))
            polygons = masks.to_polygons(masks.decode(instance.mask))
            if len(polygons) > 1 or polygons[0].holes:
                text = "it has holes or several parts; its outline joins them by bridges of no width"
                self._report.note("annotations", text, where(instance))
            shares = one_ring(polygons) / (image.width, image.height)
            return " ".join(_share(value) for value in shares.ravel().tolist())
        shape = "only its box was written" if instance.mask is not None else ""
        tell_losses(self._report, instance, shape=shape, attributes=bool(instance.attributes))
        x, y, w, h = box_of(instance)
        centre = ((x + w / 2) / image.width, (y + h / 2) / image.height, w / image.width, h / image.height)
        return " ".join(_share(value) for value in centre)

    def beside(self, pictures: bool) -> dict[str, str]:
        names = yaml.safe_dump({"names": dict(enumerate(self._labels))}, allow_unicode=True, sort_keys=False)
        where_pictures = "" if pictures else "# The pictures were not exported: put them into images/.\n"
        config = f"{where_pictures}path: .\ntrain: images\nval: images\n{names}"
        return {"data.yaml": config, "classes.txt": "".join(f"{label}\n" for label in self._labels)}


def _share(value: float) -> str:
    return f"{value:.{_DIGITS}f}".rstrip("0").rstrip(".")
