"""What the names of joints tell: how far people's clicks spread, which swap sides, what is linked, what is a limb."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

_SIGMAS = {
    "nose": 0.026,
    "eye": 0.025,
    "ear": 0.035,
    "shoulder": 0.079,
    "elbow": 0.072,
    "wrist": 0.062,
    "hip": 0.107,
    "knee": 0.087,
    "ankle": 0.089,
    "neck": 0.079,
    "head_top": 0.079,
}
"""COCO's spreads by kind of joint; neck and top of the head as in CrowdPose (Li et al., CVPR 2019)."""
_OTHER_SIGMA = 0.08
"""For joints nobody has measured: about the mean of COCO's body joints."""
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_FILLERS = ("of", "the", "joint")
_SAME_KIND = {"headtop": "head top", "crown": "head top", "neck upper": "neck"}
"""Kinds of joint (words in order) that other data sets call otherwise: MPII's upper neck is LSP's neck."""
_SIDES = {"left": "right", "right": "left", "l": "r", "r": "l"}
LIMBS = (
    ("left_shoulder", "left_elbow"),
    ("left_elbow", "left_wrist"),
    ("right_shoulder", "right_elbow"),
    ("right_elbow", "right_wrist"),
    ("left_hip", "left_knee"),
    ("left_knee", "left_ankle"),
    ("right_hip", "right_knee"),
    ("right_knee", "right_ankle"),
    ("neck", "head_top"),
)
"""What PCP counts: upper and lower arms and legs, and the head."""
_LINKS = (
    *LIMBS,
    ("neck", "left_shoulder"),
    ("neck", "right_shoulder"),
    ("left_shoulder", "left_hip"),
    ("right_shoulder", "right_hip"),
    ("left_hip", "right_hip"),
    ("nose", "left_eye"),
    ("nose", "right_eye"),
    ("left_eye", "left_ear"),
    ("right_eye", "right_ear"),
)


def plain(name: str) -> str:
    """Return ``name`` in the one spelling by which names are compared: "Left Knee" is "left_knee"."""
    return "_".join(name.casefold().replace("-", " ").replace("_", " ").split())


def meaning(name: str) -> str:
    """Return what a joint's name says, whoever spelled it: "LShoulder", "shoulder_l" and "Left shoulder" are alike."""
    words = plain(_HUMP.sub(" ", name)).split("_")
    side = side_of("_".join(words))
    kind = " ".join(sorted(word for word in words if word not in _SIDES and word not in _FILLERS))
    return f"{side} {_SAME_KIND.get(kind, kind)}".strip()


def matched(known: Sequence[str], wanted: Sequence[str]) -> list[int | None]:
    """Return for each wanted joint the place among ``known`` of the one that it means, or None; none is given twice.

    A name that is spelled alike goes before one that only means the same.
    """
    spelled = {plain(name): number for number, name in reversed(list(enumerate(known)))}
    meant = {meaning(name): number for number, name in reversed(list(enumerate(known)))}
    found = [spelled.get(plain(name)) for name in wanted]
    given = {number for number in found if number is not None}
    for at, name in enumerate(wanted):
        number = meant.get(meaning(name)) if found[at] is None else None
        if number is not None and number not in given:
            found[at] = number
            given.add(number)
    return found


def side_of(name: str) -> str:
    """Return "left", "right" or an empty text."""
    words = plain(name).split("_")
    if "left" in words or "l" in words:
        return "left"
    return "right" if "right" in words or "r" in words else ""


def mirror_of(names: Sequence[str]) -> tuple[int, ...]:
    """Return for each joint the number of its mirror image, itself where it has none."""
    known = {plain(name): number for number, name in enumerate(names)}
    swapped = ("_".join(_SIDES.get(word, word) for word in plain(name).split("_")) for name in names)
    return tuple(known.get(other, number) for number, other in enumerate(swapped))


def sigmas_named(names: Sequence[str]) -> NDArray[np.float64]:
    """Return ``float64[K]`` sigmas for OKS: COCO's where the kind of joint is known, else their mean."""
    kinds = ("_".join(word for word in plain(name).split("_") if word not in _SIDES) for name in names)
    return np.array([_SIGMAS.get(kind, _OTHER_SIGMA) for kind in kinds], dtype=np.float64)


def limbs_in(names: Sequence[str]) -> list[tuple[int, int]]:
    """Return the limbs of ``LIMBS`` both of whose ends are among ``names``, as places in it."""
    return _pairs(LIMBS, names)


def links_in(names: Sequence[str]) -> list[tuple[int, int]]:
    """Return what is drawn as lines between the joints ``names``."""
    return _pairs(_LINKS, names)


def place(names: Sequence[str], wanted: str) -> int | None:
    """Return where the joint that ``wanted`` means is among ``names``, or None."""
    return next((number for number, name in enumerate(names) if plain(name) == plain(wanted)), None)


def _pairs(pairs: Iterable[tuple[str, str]], names: Sequence[str]) -> list[tuple[int, int]]:
    known = {plain(name): number for number, name in enumerate(names)}
    return [(known[first], known[second]) for first, second in pairs if first in known and second in known]
