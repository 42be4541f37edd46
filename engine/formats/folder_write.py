"""Writes datasets that keep a text file beside each picture: what goes out, under which names, and what is left out."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Sequence
from pathlib import Path, PurePosixPath
from typing import Protocol

from engine.control import Control
from engine.errors import BadImage
from engine.formats.exported import Names
from engine.formats.match import tidy
from engine.formats.output import writing_folder
from engine.records import LabelRecord, State
from engine.report import Report, ReportBuilder
from engine.storage.exports import ExportedImage, ExportedInstance
from engine.workspace import Workspace

UNLABELLED = "unlabelled"
_CANCELLED = "The export was cancelled. No file was written."


class Pages(Protocol):
    """What a format must know: the files of a picture, and what stands beside them."""

    def begin(self, labels: Sequence[str], report: ReportBuilder) -> None:
        """Take the class names in their order."""

    def file(self, name: PurePosixPath) -> PurePosixPath:
        """Return where the annotations of the picture ``name`` go."""

    def picture(self, name: PurePosixPath) -> PurePosixPath:
        """Return where the picture itself goes."""

    def refusal(self, instance: ExportedInstance) -> str:
        """Return why an instance cannot be written, or nothing."""

    def text(self, image: ExportedImage, name: str, instances: Sequence[tuple[ExportedInstance, int]]) -> str:
        """Return the annotations of one image; each instance comes with its class number."""

    def beside(self, pictures: bool) -> dict[str, str]:
        """Return the other files by name; ``pictures`` says whether the pictures are there too."""


def write_folder(
    workspace: Workspace, folder: Path, pages: Pages, *, states: Iterable[State], pictures: bool, control: Control
) -> Report:
    """Export to ``folder``, which appears whole or not at all; ``pictures`` copies the images into it as well.

    Raises CannotWrite, DiskFull, Cancelled, BadImage and the workspace's errors.
    """
    chosen = frozenset(states)
    report = ReportBuilder(f"Export {folder.name}")
    with workspace.read() as reader, writing_folder(folder) as out:
        counted = reader.instances.count_by("state")
        total = reader.images.count()
        report.came("images", total)
        labels = sorted(reader.labels.all(), key=lambda label: (label.position, label.id))
        report.came("categories", len(labels))
        report.went("categories", len(labels))
        report.came("annotations", sum(counted.values()))
        for state, number in sorted(counted.items()):
            if state not in chosen:
                report.drop("annotations", f"its state is {state}, which was not asked for", count=number)
        unlabelled = reader.instances.count_without_label(chosen)
        numbers, names = _numbered(labels, unlabelled, report)
        pages.begin(names, report)
        writing = _Writing(out, pages, numbers, report)
        places = Names(reader)
        for done, image in enumerate(reader.exports.images()):
            control.step(done, total, what=_CANCELLED)
            instances = reader.exports.instances_of(image.id, chosen)
            name = writing.image(image, places.of(image), instances)
            if name is not None and pictures:
                writing.copy(reader.images.get(image.id).file, name)
        for beside, text in pages.beside(pictures).items():
            (out / beside).write_text(text, encoding="utf-8", newline="\n")
        control.step(total, total, what=_CANCELLED)
    return report.build()


def _numbered(
    labels: Sequence[LabelRecord], unlabelled: int, report: ReportBuilder
) -> tuple[dict[int | None, int], list[str]]:
    """Return class numbers by label id and the names in that order."""
    numbers: dict[int | None, int] = {label.id: number for number, label in enumerate(labels)}
    names = [label.name for label in labels]
    if unlabelled:
        numbers[None] = names.index(UNLABELLED) if UNLABELLED in names else len(names)
        names += [] if UNLABELLED in names else [UNLABELLED]
        report.note("annotations", f"they have no label; written as '{UNLABELLED}'", count=unlabelled)
    return numbers, names


class _Writing:
    """One export into a folder that nobody sees yet."""

    def __init__(self, out: Path, pages: Pages, numbers: dict[int | None, int], report: ReportBuilder) -> None:
        self._out = out
        self._pages = pages
        self._numbers = numbers
        self._report = report
        self._taken: set[str] = set()

    def image(self, image: ExportedImage, name: str, instances: Sequence[ExportedInstance]) -> PurePosixPath | None:
        """Write one image's annotations and return its name in the dataset; None when it was left out."""
        path = tidy(name)[0]
        file = self._pages.file(PurePosixPath(path)) if path else None
        reason = self._refusal(image, file)
        if reason or file is None:
            self._report.drop("images", reason, image.path)
            if instances:
                self._report.drop("annotations", f"its image was left out: {reason}", image.path, count=len(instances))
            return None
        self._taken.add(str(file).casefold())
        kept = []
        for instance in instances:
            refusal = self._pages.refusal(instance)
            if refusal:
                self._report.drop("annotations", refusal, where(instance))
            else:
                kept.append((instance, self._numbers[instance.label_id]))
        target = self._out / file
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(self._pages.text(image, path, kept), encoding="utf-8", newline="\n")
        self._report.went("images")
        self._report.went("annotations", len(kept))
        return PurePosixPath(path)

    def _refusal(self, image: ExportedImage, file: PurePosixPath | None) -> str:
        if not image.width:
            return "it could not be read, so its size is not known"
        if file is None:
            return "its path leads out of the folder"
        if str(file).casefold() in self._taken:
            return "another image has the same name but for its ending, and would have the same file"
        return ""

    def copy(self, source: Path, name: PurePosixPath) -> None:
        """Copy the picture; raises BadImage when it is no longer there."""
        target = self._out / self._pages.picture(name)
        target.parent.mkdir(parents=True, exist_ok=True)
        if not source.is_file():
            raise BadImage(f"{source}: the image is not there any more. Export without pictures, or put it back.")
        shutil.copyfile(source, target)


def where(instance: ExportedInstance) -> str:
    """Name an instance in the report."""
    return f"{instance.id} on {instance.image_path}"


def tell_losses(report: ReportBuilder, instance: ExportedInstance, *, shape: str, attributes: bool) -> None:
    """Note what neither format has a place for; ``attributes`` says whether those were left out too."""
    losses = {
        shape: bool(shape),
        "this format has no place for keypoints; theirs were not written": instance.keypoints is not None,
        "this format has no place for attributes and other tools' fields; theirs were not written": attributes
        or bool(instance.extra),
        "this format has no place for what is part of what; it was not written": instance.parent_id is not None,
    }
    for text, lost in losses.items():
        if lost:
            report.note("annotations", text, where(instance))
