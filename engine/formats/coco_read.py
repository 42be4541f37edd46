"""Reads a COCO file of instances, keypoints and categories into a project.

The file is read twice: once without its annotations (categories, images and everything unknown), once for the
annotations, one at a time, inside the one transaction that stores them. So sections may come in any order and memory
does not grow with the annotations.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from engine.control import QUIET, Control
from engine.errors import BadFile
from engine.formats import coco_values
from engine.formats.boxes import FileImage, Refused
from engine.formats.coco_values import id_key
from engine.formats.json_stream import read_items, read_top
from engine.formats.match import Finder, Found, misfit
from engine.ops.imports import ImportFile
from engine.ops.incoming import ORIGINAL_ID, IncomingImage, IncomingInstance, IncomingLabel
from engine.records import State
from engine.report import Report, ReportBuilder
from engine.workspace import Workspace

NO_LABEL = "maskwright_no_label"
"""Marks the category under which instances without a label are exported, so that they come back without one."""

_CATEGORY_FIELDS = frozenset({"id", "name", "supercategory", "keypoints", "skeleton"})
_IMAGE_FIELDS = frozenset({"id", "file_name", "width", "height"})
_EVERY = 1000
_MANY_EXAMPLES = 1000
_CANCELLED = "The import was cancelled. Nothing was imported."


def read(
    workspace: Workspace,
    file: Path,
    *,
    images: Path | None = None,
    state: State = State.ACCEPTED,
    control: Control = QUIET,
) -> Report:
    """Import ``file``; ``images`` is the folder its file names are relative to (default: the project's images).

    All of it is stored or, with an error, none. Raises BadFile, Cancelled and the workspace's errors.
    """
    if images is not None and not images.is_dir():
        raise BadFile(f"{images}: there is no such folder of images. Nothing was imported.")
    reading = _Reading(workspace, file, images, control)
    return workspace.execute(reading.op(state)).value


class _Reading:
    """One reading of one file."""

    def __init__(self, workspace: Workspace, file: Path, images: Path | None, control: Control) -> None:
        self._workspace = workspace
        self._file = file
        self._folder = images
        self._control = control
        self._report = ReportBuilder(f"Import {file.name}")
        self._labels: dict[str, int | None] = {}
        self._incoming_labels: list[IncomingLabel] = []
        self._images: dict[str, FileImage] = {}
        self._lost: dict[str, _Lost] = {}
        self._raw_images: list[dict[str, Any]] = []
        self._total = 0
        for what in ("images", "categories", "annotations"):
            self._report.came(what, 0)

    def op(self, state: State) -> ImportFile:
        """Read all but the annotations, find the images, and return the op that stores everything."""

        def on_read(_size: int) -> None:
            self._control.step(0, None, what=_CANCELLED)

        rest, total, replaced = read_top(
            self._file,
            each={"categories": self._category, "images": self._image},
            skip="annotations",
            on_read=on_read,
        )
        if total is None and not self._raw_images and not self._labels:
            raise BadFile(
                f"{self._file}: this is JSON, but not a COCO dataset: it has no 'images', 'annotations' or "
                "'categories'. Nothing was imported."
            )
        self._total = total or 0
        if replaced:
            self._report.note("file", "NaN or Infinity is no JSON; read as null", count=replaced)
        incoming = self._match()
        return ImportFile(
            kind="coco",
            file=self._file.name,
            labels=tuple(self._incoming_labels),
            images=tuple(incoming),
            instances=self._annotations(),
            report=self._report,
            info=coco_values.keepable(rest, lambda text: self._report.note("file", text)),
            state=state,
        )

    def _category(self, raw: Any) -> None:
        self._report.came("categories")
        if not isinstance(raw, dict) or id_key(raw.get("id")) is None:
            self._report.drop("categories", "it is no object with an id", str(raw)[:60])
            return
        key = str(id_key(raw["id"]))
        name = " ".join(str(raw.get("name") or f"category {key}").replace("\x00", "").split()) or f"category {key}"
        if key in self._labels:
            self._report.drop("categories", "its id occurs twice; the first one counts", f"{key} {name}")
            return
        if raw.get(NO_LABEL):
            self._labels[key] = None
            self._report.went("categories")
            return
        same = next((label.key for label in self._incoming_labels if label.name == name), None)
        if same is not None:
            self._report.drop("categories", "its name occurs twice; both become one label", f"{key} {name}")
            self._labels[key] = same
            return
        self._labels[key] = len(self._incoming_labels)
        self._incoming_labels.append(self._label(raw, name))

    def _label(self, raw: dict[str, Any], name: str) -> IncomingLabel:
        def note(text: str) -> None:
            self._report.note("categories", text, name)

        number, original = coco_values.split_id(raw["id"])
        extra = {field: value for field, value in raw.items() if field not in _CATEGORY_FIELDS}
        if original is not None:
            extra[ORIGINAL_ID] = original
            note("its id is no number that fits; it gets a new one")
        joints, edges = _skeleton(raw, note)
        supercategory = raw.get("supercategory")
        return IncomingLabel(
            key=len(self._incoming_labels),
            name=name,
            supercategory=supercategory if isinstance(supercategory, str) else "",
            is_thing=bool(raw.get("isthing", True)),
            joints=joints,
            edges=edges,
            coco_id=number,
            extra=coco_values.keepable(extra, note),
        )

    def _image(self, raw: Any) -> None:
        self._report.came("images")
        key = id_key(raw.get("id")) if isinstance(raw, dict) else None
        if key is None:
            self._report.drop("images", "it is no object with an id", str(raw)[:60])
            return
        if not isinstance(raw.get("file_name"), str):
            self._lose(key, str(raw["id"]), "it has no file name")
            return
        self._raw_images.append(raw)

    def _match(self) -> list[IncomingImage]:
        seen: set[str] = set()
        with self._workspace.read() as reader:
            finder = Finder(self._workspace, reader, self._folder)
        named: list[tuple[int, str]] = []
        for number, raw in enumerate(self._raw_images):
            key = str(id_key(raw["id"]))
            if key in seen:
                self._report.drop("images", "its id occurs twice; the first one counts", raw["file_name"])
                continue
            seen.add(key)
            named.append((number, raw["file_name"]))
        found, reasons = finder.find(named, control=self._control)
        incoming: list[IncomingImage] = []
        for number, name in named:
            raw = self._raw_images[number]
            key = str(id_key(raw["id"]))
            reason = reasons.get(number) or misfit(
                found[number], coco_values.whole(raw.get("width")), coco_values.whole(raw.get("height"))
            )
            if reason:
                self._lose(key, name, reason)
                continue
            place = found[number]
            self._images[key] = FileImage(number, place.width, place.height, name)
            incoming.append(self._incoming_image(number, raw, place))
        self._raw_images.clear()
        return incoming

    def _incoming_image(self, number: int, raw: dict[str, Any], place: Found) -> IncomingImage:
        def note(text: str) -> None:
            self._report.note("images", text, raw["file_name"])

        if place.orientation != 1:
            note("the picture carries an EXIF turn; coordinates were taken as those of the displayed picture")
        coco_id, original = coco_values.split_id(raw["id"])
        extra = {field: value for field, value in raw.items() if field not in _IMAGE_FIELDS}
        if original is not None:
            extra[ORIGINAL_ID] = original
            note("its id is no number that fits; it gets a new one")
        return IncomingImage(
            key=number,
            image_id=place.image_id,
            root=place.root,
            root_name=place.root_name,
            new=place.new,
            coco_id=coco_id,
            extra=coco_values.keepable(extra, note),
        )

    def _lose(self, key: str, name: str, reason: str) -> None:
        self._lost.setdefault(key, _Lost(name, reason))

    def _annotations(self) -> Iterator[IncomingInstance]:
        if self._total:
            for number, raw in enumerate(read_items(self._file, "annotations"), start=1):
                self._report.came("annotations")
                if number % _EVERY == 0:
                    self._control.step(number, self._total, what=_CANCELLED)
                instance = self._annotation(raw)
                if instance is not None:
                    yield instance
        self._control.step(self._total, self._total, what=_CANCELLED)
        for lost in self._lost.values():
            waiting = f"{lost.name} ({lost.waiting} annotation{'' if lost.waiting == 1 else 's'} waiting)"
            self._report.drop("images", lost.reason, waiting, examples=_MANY_EXAMPLES)

    def _annotation(self, raw: Any) -> IncomingInstance | None:
        if not isinstance(raw, dict):
            self._report.drop("annotations", "it is no object", str(raw)[:60])
            return None
        where = f"{raw.get('id', 'without id')}"
        image_key = id_key(raw.get("image_id"))
        image = None if image_key is None else self._images.get(image_key)
        if image is None:
            lost = None if image_key is None else self._lost.get(image_key)
            if lost is not None:
                lost.waiting += 1
                self._report.drop("annotations", f"its image was not taken: {lost.reason}", f"{where} on {lost.name}")
            else:
                self._report.drop("annotations", "its image_id names no image of the file", where)
            return None
        label_key: int | None = None
        if raw.get("category_id") is not None:
            key = id_key(raw["category_id"])
            if key is None or key not in self._labels:
                self._report.drop("annotations", "its category_id names no category of the file", where)
                return None
            label_key = self._labels[key]
        notes: list[str] = []
        try:
            instance = coco_values.instance_of(raw, image, label_key, notes.append)
        except Refused as refused:
            self._report.drop("annotations", str(refused), f"{where} on {image.name}")
            return None
        for text in notes:
            self._report.note("annotations", text, instance.where)
        if instance.original_id is not None:
            self._report.note(
                "annotations", f"its id is no number that fits; kept as '{ORIGINAL_ID}', numbered anew", instance.where
            )
        return instance


class _Lost:
    """An image of the file that was not taken, and how many annotations wait for it."""

    __slots__ = ("name", "reason", "waiting")

    def __init__(self, name: str, reason: str) -> None:
        self.name = name
        self.reason = reason
        self.waiting = 0


def _skeleton(raw: dict[str, Any], note: Any) -> tuple[tuple[str, ...], tuple[tuple[int, int], ...]]:
    """Return joint names, made unique, and zero-based edges."""
    names = raw.get("keypoints")
    if not isinstance(names, list) or not names:
        return (), ()
    joints: list[str] = []
    for number, name in enumerate(names, start=1):
        text = str(name) if isinstance(name, str) and name else f"joint {number}"
        if text in joints:
            note("two of its keypoints have the same name; the second was renamed")
            text = f"{text} {number}"
        joints.append(text)
    edges: list[tuple[int, int]] = []
    given = raw.get("skeleton")
    for pair in given if isinstance(given, list) else []:
        ends = [coco_values.whole(end) for end in pair] if isinstance(pair, list) else []
        if len(ends) == 2 and all(end is not None and 1 <= end <= len(joints) for end in ends):
            edges.append((int(ends[0] or 0) - 1, int(ends[1] or 0) - 1))
        else:
            note("an edge of its skeleton names a joint that is not there; it was left out")
    return tuple(joints), tuple(edges)
