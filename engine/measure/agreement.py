"""How well people agree who annotated the same poses, and the sigmas that follow from it."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.errors import BadFile, InvalidOp
from engine.measure.pose import oks, sigmas_of
from engine.training_data import project_as_coco
from models import people as labelled
from models.joint_names import plain, sigmas_named
from models.people import Person

_SAME = 0.3
"""IoU of boxes from which on two annotators are taken to mean the same object."""
_PROJECT = ".maskwright"


@dataclass(frozen=True, slots=True)
class Answers:
    """What one annotator labelled: joints by name, and people by the photograph's file name."""

    source: str
    joints: tuple[str, ...]
    people: tuple[Person, ...]


def read_answers(source: Path, *, label: str = "") -> Answers:
    """Read the accepted poses of a project, or those of a COCO keypoint file; raises BadFile and InvalidOp."""
    with tempfile.TemporaryDirectory(prefix="maskwright-agreement-") as folder:
        file = source
        if source.suffix == _PROJECT:
            file = Path(folder) / "poses.json"
            project_as_coco(str(source), file, task="pose", label=label)
        try:
            joints, people = labelled.read([], [(file, Path())], pictures=False)
        except (OSError, ValueError, KeyError) as error:
            raise BadFile(f"The poses of {source} cannot be read: {error}") from error
    return Answers(str(source), joints, tuple(people))


def agreement(answers: Sequence[Answers]) -> dict[str, Any]:
    """Return the mean OKS of each two annotators and each joint's sigma, ready for a table or JSON.

    Objects are matched by file name and box with those of the first annotator. Sigmas count objects that everybody
    labelled, and of them the joints that everybody labelled; None where there are none. Raises InvalidOp.
    """
    if len(answers) < 2:
        raise InvalidOp("Agreement needs the poses of at least two annotators.")
    joints = answers[0].joints
    for each in answers[1:]:
        if [plain(name) for name in each.joints] != [plain(name) for name in joints]:
            raise InvalidOp(f"{each.source} has other joints than {answers[0].source}: {', '.join(each.joints)}.")
    matched = [_matched(answers[0].people, each.people) for each in answers]
    common = [row for row in zip(*matched, strict=True) if all(person is not None for person in row)]
    if not common:
        raise InvalidOp("No object was labelled by everybody: are these the same photographs, by the same file names?")
    poses = np.array([[person.joints for person in row if person is not None] for row in common]).swapaxes(0, 1)
    areas = np.array([np.mean([person.area for person in row if person is not None]) for row in common])
    known = np.asarray((poses[..., 2] > 0).all(axis=0))
    sigmas = sigmas_of(poses[..., :2], known, areas)
    usual = sigmas_named(joints)
    return {
        "objects": len(common),
        "annotators": [
            {"source": each.source, "objects": len(each.people), "matched": sum(one is not None for one in found)}
            for each, found in zip(answers, matched, strict=True)
        ],
        "pairs": [
            {"first": answers[a].source, "second": answers[b].source, "oks": _similar(poses[a], poses[b], areas, usual)}
            for a, b in combinations(range(len(answers)), 2)
        ],
        "joints": {
            name: {"number": int(number), "sigma": _told(sigma), "usual": round(float(common_sigma), 4)}
            for name, number, sigma, common_sigma in zip(joints, known.sum(axis=0), sigmas, usual, strict=True)
        },
    }


def _similar(
    first: NDArray[np.float64], second: NDArray[np.float64], areas: NDArray[np.float64], sigmas: NDArray[np.float64]
) -> float | None:
    """Return the mean OKS over the joints that both labelled, which is the same whoever is taken for the truth."""
    both = (first[..., 2] > 0) & (second[..., 2] > 0)
    values = oks(first[..., :2], second[..., :2], both, areas, sigmas)
    kept = values[~np.isnan(values)]
    return _told(float(kept.mean())) if kept.size else None


def _matched(wanted: Sequence[Person], people: Sequence[Person]) -> list[Person | None]:
    """Return for each of ``wanted`` who of ``people`` is the same, best boxes first, each once."""
    by_name: dict[str, list[int]] = {}
    for number, person in enumerate(people):
        by_name.setdefault(person.path.name, []).append(number)
    pairs = [
        (_overlap(one.box, people[number].box), place, number)
        for place, one in enumerate(wanted)
        for number in by_name.get(one.path.name, [])
    ]
    found: list[Person | None] = [None] * len(wanted)
    taken: set[int] = set()
    for overlap, place, number in sorted(pairs, key=lambda pair: (-pair[0], pair[1], pair[2])):
        if overlap >= _SAME and found[place] is None and number not in taken:
            found[place] = people[number]
            taken.add(number)
    return found


def _overlap(first: tuple[float, float, float, float], second: tuple[float, float, float, float]) -> float:
    wide = min(first[2], second[2]) - max(first[0], second[0])
    high = min(first[3], second[3]) - max(first[1], second[1])
    inside = max(wide, 0.0) * max(high, 0.0)
    areas = sum((box[2] - box[0]) * (box[3] - box[1]) for box in (first, second))
    return inside / (areas - inside) if inside else 0.0


def _told(value: float) -> float | None:
    return None if np.isnan(value) else round(float(value), 4)
