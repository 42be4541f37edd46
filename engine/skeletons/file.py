"""Skeletons as JSON files: what ``maskwright skeletons`` reads and writes.

An object with ``name`` and ``joints``, each joint a name or an object of ``name``, ``was`` (its name in the stored
skeleton; empty for a new joint), ``sigma`` and ``color``; ``edges`` and ``flip_pairs`` are pairs of joints' names.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from engine.errors import BadFile
from engine.records import SkeletonRecord
from engine.skeletons.names import Pair, propose_flips
from engine.skeletons.templates import SkeletonTemplate
from models.joint_names import plain


@dataclass(frozen=True, slots=True)
class SkeletonFile:
    """A skeleton as read; ``was`` are the joints' former names, None where the file names none."""

    name: str
    joints: tuple[str, ...]
    was: tuple[str | None, ...]
    edges: tuple[Pair, ...]
    flip_pairs: tuple[Pair, ...]
    sigmas: tuple[float, ...]
    colors: tuple[str, ...]

    def sources(self, stored: Sequence[str]) -> tuple[int | None, ...]:
        """Return which stored joint each one is: by its former name, else by its name; raises BadFile."""
        known = {plain(name): place for place, name in enumerate(stored)}
        found: list[int | None] = []
        for name, was in zip(self.joints, self.was, strict=True):
            if was and plain(was) not in known:
                raise BadFile(
                    f"The joint '{name}' was '{was}', but the skeleton has no such joint. Nothing was changed."
                )
            place = known.get(plain(name if was is None else was)) if was != "" else None
            found.append(None if place in found else place)
        return tuple(found)


def to_json(skeleton: SkeletonRecord | SkeletonTemplate) -> dict[str, Any]:
    """Return a skeleton as the file holds it."""
    joints: list[dict[str, Any]] = [{"name": name} for name in skeleton.joints]
    for key, values in (("sigma", skeleton.sigmas), ("color", skeleton.colors)):
        for joint, value in zip(joints, values, strict=False):
            joint[key] = value
    named = {
        key: [[skeleton.joints[first], skeleton.joints[second]] for first, second in pairs]
        for key, pairs in (("edges", skeleton.edges), ("flip_pairs", skeleton.flip_pairs))
    }
    return {"name": skeleton.name, "joints": joints, **named}


def read(path: Path) -> SkeletonFile:
    """Read a file; without flip pairs they are proposed from left and right in the names. Raises BadFile."""
    try:
        raw = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise BadFile(f"{path} cannot be read: {error.strerror}.") from error
    except ValueError as error:
        raise BadFile(f"{path} is not a JSON file: {error}.") from error
    try:
        return _skeleton(raw)
    except BadFile as error:
        raise BadFile(f"{path}: {error}") from error


def _skeleton(raw: Any) -> SkeletonFile:
    if not isinstance(raw, Mapping) or not isinstance(raw.get("joints"), list) or not raw["joints"]:
        raise BadFile('an object is expected, like {"name": "arm", "joints": ["elbow", "wrist"]}.')
    joints = [{"name": each} if isinstance(each, str) else each for each in raw["joints"]]
    if not all(isinstance(each, Mapping) and isinstance(each.get("name"), str) for each in joints):
        raise BadFile("a joint is a name, or an object with a name.")
    names = tuple(each["name"].strip() for each in joints)
    flips = _pairs(raw, "flip_pairs", names) if "flip_pairs" in raw else propose_flips(names)
    return SkeletonFile(
        name=str(raw.get("name", "")),
        joints=names,
        was=tuple(None if each.get("was") is None else str(each["was"]) for each in joints),
        edges=_pairs(raw, "edges", names),
        flip_pairs=flips,
        sigmas=tuple(_number(value) for value in _all_or_none(joints, "sigma")),
        colors=tuple(str(value) for value in _all_or_none(joints, "color")),
    )


def _pairs(raw: Mapping[str, Any], key: str, names: Sequence[str]) -> tuple[Pair, ...]:
    places = {name: place for place, name in enumerate(names)}
    given = raw.get(key, [])
    if not isinstance(given, list):
        raise BadFile(f"'{key}' is a list of pairs of joints.")
    pairs = []
    for pair in given:
        known = isinstance(pair, list) and len(pair) == 2 and all(isinstance(each, str) for each in pair)
        if not known or not all(each in places for each in pair):
            raise BadFile(f"{json.dumps(pair)} in '{key}' does not name two of the joints.")
        pairs.append((places[pair[0]], places[pair[1]]))
    return tuple(pairs)


def _all_or_none(joints: Sequence[Mapping[str, Any]], key: str) -> list[Any]:
    values = [each[key] for each in joints if key in each]
    if values and len(values) != len(joints):
        raise BadFile(f"{len(values)} of {len(joints)} joints have a {key}; give every joint one, or none.")
    return values


def _number(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise BadFile(f"the sigma {json.dumps(value)} is not a number.")
    return float(value)
