"""Writes a project the way SA-1B is published: a JSON file an image, beside each other as the images are.

A file holds ``image`` (image_id, width, height, file_name) and ``annotations``, each with bbox, area, segmentation,
predicted_iou, point_coords, crop_box, id and stability_score. Boxes are x, y, w, h in image pixels and count the last
row and column in, as COCO's do. What nobody knows of a mask (a hand-made one was never scored) is null.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from pathlib import Path, PurePosixPath
from typing import Any

import orjson

from engine.control import QUIET, Control
from engine.errors import CannotWrite
from engine.formats.exported import Names, box_of, exported_id, number, run_lengths, scores_of
from engine.formats.output import sync_folder, writing_file
from engine.records import State
from engine.report import Report, ReportBuilder
from engine.storage.exports import Asked, ExportedImage, ExportedInstance
from engine.storage.reader import Reader
from engine.workspace import Workspace

_ENDING = ".json"
_BEGINS = b'{"image":'
_CANCELLED = "The export was cancelled. The files that were written are whole; the others were left as they were."


def write(
    workspace: Workspace,
    folder: Path,
    *,
    states: Iterable[State] = (State.ACCEPTED,),
    control: Control = QUIET,
) -> Report:
    """Export to files below ``folder``, each whole or not there, and return the account.

    Images without instances get a file too. A file that is there and is no SA-1B file stops the export before anything
    is written. Raises CannotWrite, DiskFull, Cancelled and the workspace's errors.
    """
    if folder.exists() and not folder.is_dir():
        raise CannotWrite(f"{folder} is a file. Name a folder: SA-1B has a file for each image.")
    with workspace.read() as reader:
        return _Writing(reader, folder, frozenset(states), control).run()


class _Writing:
    """One export over one snapshot."""

    def __init__(self, reader: Reader, folder: Path, states: frozenset[State], control: Control) -> None:
        self._reader = reader
        self._folder = folder
        self._states = states
        self._control = control
        self._report = ReportBuilder(f"Export {folder.name}")
        self._tops = reader.exports.tops()
        self._names = Names(reader)

    def run(self) -> Report:
        counted = self._reader.instances.count_by("state")
        self._report.came("images", self._reader.images.count())
        self._report.came("annotations", sum(counted.values()))
        for state, count in sorted(counted.items()):
            if state not in self._states:
                self._report.drop("annotations", f"its state is {state}, which was not asked for", count=count)
        files = self._files()
        for each in sorted(files.values()):
            _refuse(self._folder / each)
        for done, image in enumerate(self._reader.exports.images()):
            self._control.step(done, len(files), what=_CANCELLED)
            self._image(image, files.get(image.id))
        for parent in {(self._folder / each).parent for each in files.values()}:
            sync_folder(parent)
        self._control.step(len(files), len(files), what=_CANCELLED)
        self._tell_strangers({self._folder / each for each in files.values()})
        return self._report.build()

    def _files(self) -> dict[int, Path]:
        """Return a file below the folder for every image of known size: photo.jpg has photo.json."""
        sized = (each for each in self._reader.exports.images() if each.width)
        paths = {each.id: PurePosixPath(self._names.of(each)) for each in sized}
        # A project made by somebody else must not write beside the folder.
        paths = {key: path for key, path in paths.items() if ".." not in path.parts and not path.is_absolute()}
        files = {key: path.with_suffix(_ENDING) for key, path in paths.items()}
        # photo.jpg and photo.png keep their endings: photo.jpg.json. Some disks do not tell A from a.
        for numbered in (False, True):
            taken = Counter(str(file).casefold() for file in files.values())
            for key, file in files.items():
                if taken[str(file).casefold()] > 1:
                    number_too = f".{key}" if numbered else ""
                    files[key] = file.with_name(f"{paths[key].name}{number_too}{_ENDING}")
        return {key: Path(file) for key, file in files.items()}

    def _image(self, image: ExportedImage, file: Path | None) -> None:
        instances = self._reader.exports.instances_of(image.id, self._states)
        if file is None:
            leads_out = "its path leads out of the folder"
            reason = leads_out if image.width else "it could not be read, so its size is not known"
            self._report.drop("images", reason, image.path)
            if instances:
                text = "its image was left out, so it was not written"
                self._report.drop("annotations", text, image.path, count=len(instances))
            return
        asked = self._reader.exports.asked(instances)
        head = {
            "image_id": exported_id(image.coco_id, image.id, self._tops.images),
            "width": image.width,
            "height": image.height,
            "file_name": self._names.of(image),
        }
        written = [
            orjson.dumps(values)
            for each in instances
            if (values := self._annotation(image, each, asked.get(each.id, Asked()))) is not None
        ]
        with writing_file(self._folder / file, one_of_many=True) as out:
            out.write(_BEGINS + b" " + orjson.dumps(head) + b',\n"annotations": [')
            out.write(b"".join((b"\n" if place == 0 else b",\n") + each for place, each in enumerate(written)))
            out.write(b"\n]}\n" if written else b"]}\n")
        self._report.went("images")
        self._report.went("annotations", len(written))

    def _annotation(self, image: ExportedImage, instance: ExportedInstance, asked: Asked) -> dict[str, Any] | None:
        own_id = exported_id(instance.coco_id, instance.id, self._tops.instances)
        where = f"{own_id} on {image.path}"
        if instance.mask is None:
            self._report.drop("annotations", "it has no mask, and SA-1B holds nothing else", where)
            return None
        self._tell_losses(instance, asked, where)
        scores = scores_of(instance, asked)
        # Whoever asked without a window asked the whole image.
        window = scores["crop_box"] or [0, 0, image.width, image.height]
        return {
            "bbox": box_of(instance),
            "area": number(instance.area),
            "segmentation": run_lengths(instance.mask),
            "predicted_iou": scores["predicted_iou"],
            "point_coords": scores["point_coords"],
            "crop_box": window,
            "id": own_id,
            "stability_score": scores["stability_score"],
        }

    def _tell_losses(self, instance: ExportedInstance, asked: Asked, where: str) -> None:
        losses = {
            "SA-1B has no place for labels; theirs were not written": instance.label_id is not None,
            "SA-1B has no place for keypoints; theirs were not written": instance.keypoints is not None,
            "SA-1B has no place for crowds; they are written like any other mask": instance.iscrowd,
            "SA-1B has no place for attributes and other tools' fields; theirs were not written": bool(
                instance.attributes or instance.extra
            ),
            "SA-1B has no place for what is part of what; it was not written": instance.parent_id is not None,
            "SA-1B has no place for exclude clicks and prompt boxes; they were not written": asked.others > 0,
            "they were never scored, so predicted_iou or stability_score is null": None
            in (instance.score, instance.stability),
        }
        for text, lost in losses.items():
            if lost:
                self._report.note("annotations", text, where)

    def _tell_strangers(self, written: set[Path]) -> None:
        """Files of an earlier export of other images would be taken for this one's."""
        text = "JSON files that this export did not write are in the folder; they were left alone"
        for folder in sorted({file.parent for file in written}):
            for file in sorted(folder.glob(f"*{_ENDING}")):
                if file not in written:
                    self._report.note("images", text, str(file.relative_to(self._folder)))


def _refuse(file: Path) -> None:
    """Keep another tool's annotations, which may lie beside the images under the same names, from being replaced."""
    try:
        with file.open("rb") as opened:
            begins = opened.read(len(_BEGINS))
    except OSError:
        return
    if begins and begins != _BEGINS:
        raise CannotWrite(f"{file} is there and is no SA-1B file. Choose another folder; nothing was written.")
