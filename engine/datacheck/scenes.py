"""Reads what the data check looks at, image by image, in few queries."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from engine.datacheck.kinds import Fault, Scene
from engine.datacheck.looks import faults
from engine.records import DismissalRecord, ImageRecord, InstanceRecord, State
from engine.storage.reader import Reader

MADE_FROM_BOX = "box2mask"
"""The tool whose masks are held against their box, as long as nobody has reshaped them."""
AT_ONCE = 100
"""Images read at a time."""
_SHOWN = (State.ACCEPTED, State.PROPOSED)


@dataclass(frozen=True, slots=True)
class Finding:
    """A fault with its image; ``left`` once somebody has said to leave it and the objects are as they were then."""

    image_id: int
    path: str
    label_id: int | None
    locked: bool
    fault: Fault
    left: bool = False


def scene_of(reader: Reader, image_id: int) -> Scene:
    """Return one image's scene. Raises NotFound."""
    reader.images.get(image_id)
    return next(scene for _, scene in scenes(reader, (image_id,)))


def scenes(reader: Reader, image_ids: Sequence[int]) -> Iterator[tuple[ImageRecord, Scene]]:
    """Yield those of the images that are there, in the order of ids."""
    by_id = {each.id: each for each in reader.skeletons.all()}
    skeletons = {each.id: by_id[each.skeleton_id] for each in reader.labels.all() if each.skeleton_id in by_id}
    for start in range(0, len(image_ids), AT_ONCE):
        images = reader.images.some(image_ids[start : start + AT_ONCE])
        held: dict[int, list[InstanceRecord]] = defaultdict(list)
        for each in reader.instances.of_images([image.id for image in images], _SHOWN):
            held[each.image_id].append(each)
        made = [
            each.id
            for some in held.values()
            for each in some
            if each.provenance.tool == MADE_FROM_BOX and not each.edits
        ]
        asked = reader.instances.boxes_asked(made)
        for image in images:
            here = tuple(held[image.id])
            mine = {each.id: asked[each.id] for each in here if each.id in asked}
            yield image, Scene(image.width, image.height, here, mine, skeletons)


def look(reader: Reader, image_ids: Sequence[int]) -> list[Finding]:
    """Return what is wrong on these images, what was left alone included (and marked)."""
    found: list[Finding] = []
    for image, scene in scenes(reader, image_ids):
        here = faults(scene)
        if here:
            by_id = {each.id: each for each in scene.instances}
            left = left_alone(reader.dismissals.of_image(image.id), by_id)
            for fault in here:
                mine = by_id[fault.instance_id]
                found.append(Finding(image.id, image.path, mine.label_id, mine.locked, fault, key(fault) in left))
    return found


def key(fault: Fault) -> tuple[str, int, int | None]:
    """Return what tells a fault from others."""
    return str(fault.kind), fault.instance_id, fault.other_id


def left_alone(
    dismissals: Sequence[DismissalRecord], by_id: dict[int, InstanceRecord]
) -> set[tuple[str, int, int | None]]:
    """Return the keys of faults to be left alone: a fault comes back once one of its objects is another than then."""
    return {
        (each.kind, each.instance_id, each.other_id)
        for each in dismissals
        if each.seen == fingerprint(by_id.get(each.instance_id), by_id.get(each.other_id or 0))
    }


def fingerprint(*instances: InstanceRecord | None) -> str:
    """Return a digest of what the data check looks at of these instances."""
    digest = hashlib.blake2b(digest_size=8)
    for each in instances:
        if each is not None:
            counts = b"" if each.mask is None else each.mask.counts
            told = (each.id, each.label_id, each.bbox, each.keypoints, len(counts))
            digest.update(repr(told).encode() + counts)
    return digest.hexdigest()
