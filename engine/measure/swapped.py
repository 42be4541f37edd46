"""Poses whose left and right joints were changed over, found by how they are built, or by a backend's answer.

A pose that is changed over as a whole looks like one seen from behind: only a face that is seen, or a backend, tells.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from engine.records import Keypoints, SkeletonRecord
from models.joint_names import place

Pairs = tuple[tuple[int, int], ...]

_SHORTER = 0.7
"""Pairs are suspect if the links they move are together at most so long once they are changed over.

Of the 2,999 labelled people of LSP extended 3 % are found suspect, of 139 of COCO 1 %; with wrists changed over on
purpose 62 and 33 %, with knees 40 and 6 %: limbs that hang beside each other are as long either way.
"""
_WIDE = 0.4
"""Shoulders and hips tell where a person faces if they are so wide, in lengths of the body between them."""
_MOST_PAIRS = 10
"""Every combination of so many pairs is tried; of larger skeletons one pair at a time."""
_FACE = ("nose", "left_eye", "right_eye")


def swapped_pairs(keypoints: Keypoints, skeleton: SkeletonRecord) -> Pairs:
    """Return the flip pairs that seem to be changed over, fewest first; none if the pose is plausible.

    Three things are looked at: whether limbs get much shorter with some pairs changed over; whether shoulders and hips
    face opposite ways; whether a face is seen on a body that faces away. Unlabelled joints (0) tell nothing.
    """
    joints = np.array(keypoints, dtype=np.float64)
    labelled = joints[:, 2] > 0
    pairs = tuple(pair for pair in skeleton.flip_pairs if labelled[list(pair)].all())
    if not pairs:
        return ()
    return _by_length(joints, labelled, skeleton, pairs) or _by_facing(joints, skeleton, pairs)


def nearer_swapped(keypoints: Keypoints, answer: Sequence[tuple[float, float, float]], flip_pairs: Pairs) -> bool:
    """Tell whether a backend's ``answer`` (x, y, confidence) is much nearer to the pose with its sides changed over.

    Much nearer is half the distance, over the joints of pairs that are labelled and that the backend is sure of.
    """
    joints, found = np.array(keypoints, dtype=np.float64), np.array(answer, dtype=np.float64)
    straight = changed = 0.0
    for first, second in flip_pairs:
        both = [first, second]
        if (joints[both, 2] > 0).all() and (found[both, 2] > 0.3).all():
            straight += float(np.linalg.norm(joints[both, :2] - found[both, :2], axis=1).sum())
            changed += float(np.linalg.norm(joints[both, :2] - found[both[::-1], :2], axis=1).sum())
    return changed < straight / 2


def changed_over(keypoints: Keypoints, pairs: Pairs) -> Keypoints:
    """Return the pose with both joints of each of ``pairs`` in each other's place, visibility included."""
    moved = list(keypoints)
    for first, second in pairs:
        moved[first], moved[second] = moved[second], moved[first]
    return tuple(moved)


def _by_length(
    joints: NDArray[np.float64], labelled: NDArray[np.bool_], skeleton: SkeletonRecord, pairs: Pairs
) -> Pairs:
    links = np.array([edge for edge in skeleton.edges if labelled[list(edge)].all()], dtype=np.int64).reshape(-1, 2)
    if not len(links):
        return ()
    tries = _tries(len(pairs))
    places = np.tile(np.arange(len(joints)), (len(tries), 1))
    for number, (first, second) in enumerate(pairs):
        on = tries[:, number]
        places[on, first], places[on, second] = second, first
    lengths = np.linalg.norm(joints[places[:, links[:, 0]], :2] - joints[places[:, links[:, 1]], :2], axis=2)
    # Only links that a try moves are compared: the rest of a large skeleton must not drown them.
    moved = np.abs(lengths - lengths[0]) > 1e-9
    now, then = (moved * lengths[0]).sum(axis=1), (moved * lengths).sum(axis=1)
    suspect = np.flatnonzero((now > 0) & (then <= _SHORTER * now))
    if not len(suspect):
        return ()
    best = suspect[np.argmin((then - now)[suspect] + 1e-6 * tries[suspect].sum(axis=1))]
    return tuple(pair for number, pair in enumerate(pairs) if tries[best, number])


@lru_cache(maxsize=32)
def _tries(count: int) -> NDArray[np.bool_]:
    """Return ``bool[T, count]``: which pairs are changed over, none first, at most half: the others are alike."""
    if count > _MOST_PAIRS:
        return np.vstack([np.zeros((1, count), dtype=np.bool_), np.eye(count, dtype=np.bool_)])
    every = (np.arange(2**count)[:, None] >> np.arange(count)) & 1
    few = every[every.sum(axis=1) <= count / 2].astype(np.bool_)
    return np.asarray(few[np.argsort(few.sum(axis=1), kind="stable")])


def _by_facing(joints: NDArray[np.float64], skeleton: SkeletonRecord, pairs: Pairs) -> Pairs:
    """Compare which way shoulders, hips and the face look; the fewest pairs that would settle it are named."""
    names = skeleton.joints
    shoulders, hips = _pair_of(names, "shoulder", pairs), _pair_of(names, "hip", pairs)
    if shoulders is None or hips is None:
        return ()
    up = joints[list(shoulders), :2].mean(axis=0) - joints[list(hips), :2].mean(axis=0)
    length = float(np.hypot(*up))
    if not length:
        return ()
    above, below = (_facing(joints, girdle, up) / length**2 for girdle in (shoulders, hips))
    if abs(above) < _WIDE or abs(below) < _WIDE:
        return ()
    if (above > 0) != (below > 0):
        legs = tuple(pair for pair in pairs if any(word in names[pair[0]].lower() for word in ("hip", "knee", "ankle")))
        rest = tuple(pair for pair in pairs if pair not in legs)
        return min(legs, rest, key=len)
    face = [at for name in _FACE if (at := place(names, name)) is not None]
    seen = len(face) == len(_FACE) and bool((joints[face, 2] == 2).all())
    return pairs if seen and above < 0 else ()


def _facing(joints: NDArray[np.float64], girdle: tuple[int, int], up: NDArray[np.float64]) -> float:
    """Return how wide a girdle is across the body: above 0 if its left is where it is in people who face us."""
    left, right = joints[girdle[0], :2], joints[girdle[1], :2]
    across = left - right
    return float(up[0] * across[1] - up[1] * across[0])


def _pair_of(names: Sequence[str], kind: str, pairs: Pairs) -> tuple[int, int] | None:
    """Return the places of the left and right joint of that kind if they are labelled."""
    left, right = place(names, f"left_{kind}"), place(names, f"right_{kind}")
    if left is None or right is None or not any({left, right} == set(pair) for pair in pairs):
        return None
    return left, right
