"""True poses to measure against: labelled folders with an ``index.json``, and COCO keypoint files."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from engine.errors import BadFile
from models import people as labelled
from models.people import Person


@dataclass(frozen=True, slots=True)
class TruePeople:
    """People who are all labelled with the same joints."""

    joints: tuple[str, ...]
    people: tuple[Person, ...]


def read_people(
    folders: Sequence[Path],
    files: Sequence[tuple[Path, Path]] = (),
    *,
    limit: int | None = None,
    only_held: bool = True,
) -> TruePeople:
    """Read everybody of the validation part in ``folders`` and COCO ``files`` (file, folder of images).

    ``limit`` takes that many, picked by a hash of their names, so that every run takes the same. People with fewer
    than two labelled joints are left out. Raises BadFile: nothing there, or two sources name different joints.
    """
    try:
        joints, everybody = labelled.read(folders, files)
    except (OSError, ValueError, KeyError) as error:
        raise BadFile(f"Poses cannot be read: {error}") from error
    found = [person for person in everybody if person.held or not only_held]
    if not found:
        raise BadFile("Nobody there belongs to the validation part (one photograph in seven, by the hash of its name).")
    found.sort(key=lambda person: hashlib.sha256(person.name.encode()).hexdigest())
    return TruePeople(joints, tuple(sorted(found[:limit], key=lambda person: person.name)))
