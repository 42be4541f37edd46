"""Writes a project as a COCO file: the same project gives the same bytes, one record a line, in the order of ids."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import IO, Any, Literal, TypeAlias

import orjson

from engine.control import QUIET, Control
from engine.formats.coco_read import NO_LABEL
from engine.formats.exported import Names, box_of, exported_id, number, run_lengths, scores_of
from engine.formats.output import writing_file
from engine.records import LabelRecord, SkeletonRecord, State
from engine.report import Report, ReportBuilder
from engine.skeletons.names import propose_flips
from engine.storage.exports import Asked, ExportedInstance, Tops
from engine.storage.reader import Reader
from engine.workspace import Workspace
from models import masks

Segmentation: TypeAlias = Literal["rle", "polygon"]

_EVERY = 1000
_SORTED = orjson.OPT_SORT_KEYS
_CANCELLED = "The export was cancelled. No file was written."
_RESERVED = ("categories", "images", "annotations")


def write(
    workspace: Workspace,
    file: Path,
    *,
    segmentation: Segmentation = "rle",
    states: Iterable[State] = (State.ACCEPTED,),
    scores: bool = False,
    control: Control = QUIET,
) -> Report:
    """Export to ``file``, which appears whole or not at all, and return the account.

    ``rle`` keeps every mask exactly; ``polygon`` writes outlines for all but crowds and counts what they lose. Images
    without instances are included. ``scores`` adds SA-1B's fields where they are known. Raises CannotWrite,
    DiskFull, Cancelled and the workspace's errors.
    """
    with workspace.read() as reader, writing_file(file) as out:
        title = f"Export {file.name}"
        return _Writing(reader, out, segmentation, frozenset(states), control, title, scores=scores).run()


class _Writing:
    """One export over one snapshot."""

    def __init__(
        self,
        reader: Reader,
        out: IO[bytes],
        segmentation: Segmentation,
        states: frozenset[State],
        control: Control,
        title: str,
        *,
        scores: bool,
    ) -> None:
        self._reader = reader
        self._out = out
        self._polygons = segmentation == "polygon"
        self._states = states
        self._control = control
        self._scores = scores
        self._report = ReportBuilder(title)
        self._tops: Tops = reader.exports.tops()
        self._labels = {label.id: label for label in reader.labels.all()}
        self._skeletons = {skeleton.id: skeleton for skeleton in reader.skeletons.all()}
        self._label_ids = {label.id: self._label_id(label) for label in self._labels.values()}
        self._no_label_id = max(self._label_ids.values(), default=0) + 1

    def run(self) -> Report:
        """Write the whole file."""
        counted = self._reader.instances.count_by("state")
        chosen = sum(number for state, number in counted.items() if state in self._states)
        self._report.came("images", self._reader.images.count())
        self._report.came("categories", len(self._labels))
        self._report.came("annotations", sum(counted.values()))
        for state, count in sorted(counted.items()):
            if state not in self._states:
                self._report.drop("annotations", f"its state is {state}, which was not asked for", count=count)
        self._out.write(b"{")
        for name, value in self._top_fields():
            self._out.write(orjson.dumps(name) + b": " + orjson.dumps(value, option=_SORTED) + b",\n")
        self._section("categories", self._categories(), last=False)
        self._section("images", self._images(), last=False)
        self._section("annotations", self._annotations(chosen), last=True)
        self._out.write(b"\n}\n")
        self._control.step(chosen, chosen, what=_CANCELLED)
        return self._report.build()

    def _top_fields(self) -> list[tuple[str, Any]]:
        project = self._reader.project()
        fields: dict[str, Any] = {"info": {"description": project.name}, "licenses": []}
        fields |= {name: value for name, value in project.info.items() if name not in _RESERVED}
        first = [(name, fields.pop(name)) for name in ("info", "licenses")]
        return first + sorted(fields.items())

    def _section(self, name: str, records: Iterator[bytes], *, last: bool) -> None:
        self._out.write(orjson.dumps(name) + b": [")
        before = b"\n"
        for record in records:
            self._out.write(before)
            self._out.write(record)
            before = b",\n"
        self._out.write(b"\n]" if last else b"\n],\n")

    def _label_id(self, label: LabelRecord) -> int:
        return exported_id(label.coco_id, label.id, self._tops.labels)

    def _categories(self) -> Iterator[bytes]:
        for label in sorted(self._labels.values(), key=self._label_id):
            self._report.went("categories")
            yield _record(self._category(label), label.extra)
        unlabelled = self._reader.instances.count_without_label(self._states)
        if unlabelled:
            text = f"they have no label; written under the category {self._no_label_id} 'unlabelled'"
            self._report.note("annotations", text, count=unlabelled)
            yield _record({"id": self._no_label_id, "name": "unlabelled", NO_LABEL: True}, {})

    def _category(self, label: LabelRecord) -> dict[str, Any]:
        values: dict[str, Any] = {"id": self._label_id(label), "name": label.name}
        above = label.supercategory
        if not above and label.parent_id is not None:
            above = self._labels[label.parent_id].name
        if above:
            values["supercategory"] = above
        if not label.is_thing or "isthing" in label.extra:
            values["isthing"] = int(label.is_thing)
        if label.skeleton_id is not None:
            skeleton: SkeletonRecord = self._skeletons[label.skeleton_id]
            values["keypoints"] = list(skeleton.joints)
            values["skeleton"] = [[first + 1, second + 1] for first, second in skeleton.edges]
            # Flip pairs that the names tell come back with the names.
            if set(skeleton.flip_pairs) != set(propose_flips(skeleton.joints)) or skeleton.sigmas:
                text = "COCO has no place for a skeleton's flip pairs, sigmas and colours; they were not written"
                self._report.note("categories", text, label.name)
        return values

    def _images(self) -> Iterator[bytes]:
        names = Names(self._reader)
        for image in self._reader.exports.images():
            if not image.width:
                self._report.drop("images", "it could not be read, so its size is not known", image.path)
                continue
            name = names.of(image)
            if name != image.path:
                text = "another folder has the same path; the folder's name was put before it"
                self._report.note("images", text, name)
            self._report.went("images")
            image_id = exported_id(image.coco_id, image.id, self._tops.images)
            values = {"id": image_id, "file_name": name, "width": image.width, "height": image.height}
            yield _record(values, image.extra)

    def _annotations(self, total: int) -> Iterator[bytes]:
        written = 0
        for done, (instance, asked) in enumerate(self._instances(), start=1):
            if done % _EVERY == 0:
                self._control.step(done, total, what=_CANCELLED)
            if not instance.image_width:
                reason = "its image could not be read, so it was not written"
                self._report.drop("annotations", reason, f"{instance.id} on {instance.image_path}")
                continue
            written += 1
            yield _record(self._annotation(instance, asked), instance.extra)
        self._report.went("annotations", written)

    def _instances(self) -> Iterator[tuple[ExportedInstance, Asked]]:
        stream = self._reader.exports.instances(self._states)
        # Prompts are read for many instances at once, and not at all where nobody wants them.
        while some := list(islice(stream, _EVERY)):
            asked = self._reader.exports.asked(some) if self._scores else {}
            yield from ((each, asked.get(each.id, Asked())) for each in some)

    def _annotation(self, instance: ExportedInstance, asked: Asked) -> dict[str, Any]:
        label_id = instance.label_id
        values: dict[str, Any] = {
            "id": self._instance_id(instance),
            "image_id": exported_id(instance.image_coco_id, instance.image_id, self._tops.images),
            "category_id": self._no_label_id if label_id is None else self._label_ids[label_id],
            "segmentation": self._segmentation(instance),
            "area": number(instance.area),
            "bbox": box_of(instance),
            "iscrowd": int(instance.iscrowd),
        }
        if instance.keypoints is not None:
            values["keypoints"] = [value for joint in instance.keypoints for value in joint]
            values["num_keypoints"] = sum(1 for joint in instance.keypoints if joint[2])
        if instance.attributes:
            values["attributes"] = instance.attributes
        if self._scores:
            known = scores_of(instance, asked)
            values |= {name: value for name, value in known.items() if value not in (None, [])}
        return values

    def _instance_id(self, instance: ExportedInstance) -> int:
        return exported_id(instance.coco_id, instance.id, self._tops.instances)

    def _segmentation(self, instance: ExportedInstance) -> Any:
        mask = instance.mask
        if mask is None:
            return []
        if not self._polygons or instance.iscrowd:
            return run_lengths(mask)
        rings, lost, pixels = masks.to_coco_polygons(masks.decode(mask))
        if lost:
            where = f"{self._instance_id(instance)} on {instance.image_path}: {pixels} pixels"
            self._report.note("annotations", "polygons cannot keep its holes or its exact shape", where)
        return [[number(value) for value in ring] for ring in rings]


def _record(values: dict[str, Any], extra: Mapping[str, Any]) -> bytes:
    """Write one record: our fields in their order, then the unknown ones that came with it, sorted by name."""
    for name in sorted(extra):
        values.setdefault(name, extra[name])
    return orjson.dumps(values)
