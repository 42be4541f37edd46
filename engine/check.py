"""Looks a project over: database, masks, boxes, image files. It reports and never changes anything."""

from __future__ import annotations

import math
import struct
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from engine.control import QUIET, Control
from engine.errors import BadImage, BadProject
from engine.imaging.probe import probe
from engine.records import ImageRecord, Rle
from engine.report import ReportBuilder, Told
from engine.storage.health import StoredGeometry
from engine.storage.reader import Reader
from engine.workspace import Workspace
from models import masks

_SIZE = struct.Struct(">II")
_EVERY = 1000
_THREADS = 4
_FILES_AT_ONCE = 200
_CANCELLED = "The check was cancelled."


@dataclass(frozen=True, slots=True)
class CheckReport:
    """What was looked at, and every finding with how often it holds and a few examples."""

    looked_at: dict[str, int]
    findings: tuple[Told, ...]

    @property
    def ok(self) -> bool:
        """True when nothing was found."""
        return not self.findings

    def to_json(self) -> dict[str, Any]:
        """Return plain values for ``--json``."""
        told = [
            {"what": line.what, "finding": line.text, "count": line.count, "examples": list(line.examples)}
            for line in self.findings
        ]
        return {"ok": self.ok, "looked_at": self.looked_at, "findings": told}


def check(workspace: Workspace, *, images: bool = True, control: Control = QUIET) -> CheckReport:
    """Check the database and every mask; with ``images`` also read every image file. Raises Cancelled."""
    found = ReportBuilder("Check")
    looked_at = {"instances": 0, "images": 0}
    try:
        with workspace.read() as reader:
            _database(reader, found)
            total = reader.instances.count()
            for number, row in enumerate(reader.health.geometries(), start=1):
                looked_at["instances"] = number
                for text in _geometry(row):
                    found.drop("instances", text, f"instance {row.id} on {row.image_path or 'no image'}")
                if number % _EVERY == 0:
                    control.step(number, total, what=_CANCELLED)
            if images:
                looked_at["images"] = _files(reader, found, control)
    except BadProject as error:
        # A database too damaged to be read through is a finding, the worst one.
        found.drop("database", str(error))
    return CheckReport(looked_at, found.build().dropped)


def _database(reader: Reader, found: ReportBuilder) -> None:
    for line in reader.health.integrity():
        found.drop("database", "SQLite finds the file damaged; restore a backup", line)
    for line in reader.health.broken_links():
        found.drop("database", "a row points to one that is not there", line)
    for line in reader.health.orphans():
        found.drop("database", "a prompt or candidate belongs to no instance", line)


def _geometry(row: StoredGeometry) -> Iterator[str]:
    box = (row.bbox_x, row.bbox_y, row.bbox_w, row.bbox_h)
    sides = [side for side in box if side is not None]
    if sides and (len(sides) < 4 or not all(math.isfinite(side) for side in sides) or min(sides[2:]) <= 0):
        yield "its box has no size"
    if row.mask is None:
        return
    if len(row.mask) < _SIZE.size:
        yield "its mask is damaged"
        return
    height, width = _SIZE.unpack_from(row.mask)
    mask = Rle(height, width, bytes(row.mask[_SIZE.size :]))
    try:
        masks.check(mask)
    except ValueError:
        yield "its mask is damaged"
        return
    if row.image_width and (width, height) != (row.image_width, row.image_height):
        yield "its mask has another size than its image"
    area = masks.area(mask)
    if area == 0:
        yield "its mask is empty"
        return
    if row.area != area:
        yield "its area is not its mask's"
    if box != masks.bbox(mask):
        yield "its box is not its mask's"


def _files(reader: Reader, found: ReportBuilder, control: Control) -> int:
    total, done = reader.images.count(), 0
    waiting: list[ImageRecord] = []

    def settle(pool: ThreadPoolExecutor) -> None:
        for image, text in zip(waiting, pool.map(_file, waiting), strict=True):
            if text:
                found.drop("images", text, image.path)
        waiting.clear()

    with ThreadPoolExecutor(_THREADS) as pool:
        for image in reader.images.stream():
            waiting.append(image)
            done += 1
            if len(waiting) == _FILES_AT_ONCE:
                settle(pool)
                control.step(done, total, what=_CANCELLED)
        settle(pool)
    return done


def _file(image: ImageRecord) -> str:
    if not image.file.exists():
        return "the file is missing; put it back or add its new folder"
    try:
        now = probe(image.file)
    except BadImage as error:
        return str(error).removeprefix(f"{image.file}: ")
    if not image.width:
        return ""
    if (now.width, now.height) != (image.width, image.height):
        return "the file has another size than when it was added"
    if image.content_hash and now.content_hash != image.content_hash:
        return "the file's contents changed since it was added"
    return ""
