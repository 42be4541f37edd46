"""The data check over a whole project: what it finds, and what repairing would change."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from engine.control import QUIET, Control
from engine.datacheck.kinds import Kind
from engine.datacheck.mend import mend
from engine.datacheck.scenes import AT_ONCE, Finding, look, scenes
from engine.workspace import Workspace

STOPPED = "The check was stopped. Nothing was changed."


@dataclass(frozen=True, slots=True)
class Forecast:
    """What a repair would do: instances changed and deleted, pixels of masks, and what is locked and stays."""

    images: int = 0
    changed: int = 0
    deleted: int = 0
    pixels: int = 0
    locked: int = 0

    def sentence(self) -> str:
        """Say it in one line."""
        parts = [
            f"{_things(self.changed, 'object')} changed" if self.changed else "",
            f"{self.pixels:,} pixels" if self.pixels else "",
            f"{_things(self.deleted, 'object')} deleted" if self.deleted else "",
            f"{_things(self.locked, 'locked one')} left as it is" if self.locked == 1 else "",
            f"{self.locked:,} locked ones left as they are" if self.locked > 1 else "",
        ]
        told = ", ".join(part for part in parts if part)
        return f"On {_things(self.images, 'image')}: {told}." if told else "Nothing would change."


def sweep(workspace: Workspace, *, images: Sequence[int] | None = None, control: Control = QUIET) -> list[Finding]:
    """Return what is wrong on all images, or on these. Each stretch of images is a snapshot of its own.

    Progress is counted in images. Raises Cancelled.
    """
    if images is None:
        with workspace.read() as reader:
            images = sorted(reader.images.ids())
    found: list[Finding] = []
    for start in range(0, len(images), AT_ONCE):
        control.step(start, len(images), what=STOPPED)
        with workspace.read() as reader:
            found += look(reader, images[start : start + AT_ONCE])
    control.step(len(images), len(images), what=STOPPED)
    return found


def forecast(
    workspace: Workspace, findings: Iterable[Finding], *, label_id: int | None = None, control: Control = QUIET
) -> Forecast:
    """Return what repairing these would change, without changing anything. Raises Cancelled."""
    by_image: dict[int, list[Finding]] = defaultdict(list)
    for each in findings:
        by_image[each.image_id].append(each)
    ids = sorted(by_image)
    touched: set[int] = set()
    changed: set[int] = set()
    deleted: set[int] = set()
    locked: set[int] = set()
    pixels = 0
    for start in range(0, len(ids), AT_ONCE):
        control.step(start, len(ids), what=STOPPED)
        with workspace.read() as reader:
            for image, scene in scenes(reader, ids[start : start + AT_ONCE]):
                by_id = {each.id: each for each in scene.instances}
                for fault in (each.fault for each in by_image[image.id]):
                    mine = by_id.get(fault.instance_id)
                    if mine is None or mine.locked:
                        locked.update(() if mine is None else (mine.id,))
                        continue
                    other = by_id.get(fault.other_id or 0)
                    size, asked = (image.width, image.height), scene.asked.get(mine.id)
                    what = mend(fault, mine, other, size, asked, label_id, scene.skeletons.get(mine.label_id or 0))
                    # A label that is still to be chosen changes the object all the same.
                    if what is not None or fault.kind is Kind.NO_LABEL:
                        (deleted if what is not None and what.delete else changed).add(mine.id)
                        pixels += 0 if what is None else what.pixels
                        touched.add(image.id)
    return Forecast(len(touched), len(changed - deleted), len(deleted), pixels, len(locked))


def _things(number: int, thing: str) -> str:
    return f"1 {thing}" if number == 1 else f"{number:,} {thing}s"
