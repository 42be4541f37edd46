"""How good poses from boxes are, from true boxes and from boxes as people and detectors draw them."""

from __future__ import annotations

import time
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from statistics import median
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.measure.keypoint_ap import FoundPose, KeypointAp, TruePose, keypoint_ap
from engine.measure.pose import (
    PDJ_SHARES,
    box_lengths,
    head_lengths,
    joints_found,
    limbs_found,
    oks,
    torso_lengths,
)
from engine.measure.true_poses import TruePeople
from engine.records import Keypoints
from engine.simulate.posing import TOLERANCE, Effort, correcting, effort, placing, summary
from engine.skeletons.names import propose_flips
from models.api import BoxPrompt, KeypointCandidate, PoseBackend
from models.joint_names import limbs_in, mirror_of, place, sigmas_named
from models.people import Person

NOISE = 0.1
"""Each side of a noisy box is off by up to this share of the box's width or height, evenly spread."""
_NEAR = 0.2
_HEAD_SHARE = 0.5
_PDJ = {"0.1": 9, "0.2": 19}
_SMALLEST = 4.0
Pixels = NDArray[np.uint8]


@dataclass(slots=True)
class PoseScore:
    """Everything measured of one backend; lists have one pose a person, in the order of ``people``."""

    backend: str
    people: list[Person] = field(default_factory=list)
    exact: list[KeypointCandidate] = field(default_factory=list)
    noisy: list[KeypointCandidate] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)


def measure_image(
    backend: PoseBackend, pixels: Pixels, people: Sequence[Person], joints: Sequence[str], score: PoseScore
) -> None:
    """Ask the boxes of all ``people`` on the photograph ``pixels`` together, as they are and with noise."""
    boxes = [_inside(BoxPrompt(*person.box), pixels) for person in people]
    begin = time.perf_counter()
    score.exact += backend.predict(pixels, boxes, joints)
    score.seconds.append((time.perf_counter() - begin) / len(boxes))
    noisy = [_inside(_moved(BoxPrompt(*person.box), person.name), pixels) for person in people]
    score.noisy += backend.predict(pixels, noisy, joints)
    score.people += people


def summarise(score: PoseScore, joints: tuple[str, ...]) -> dict[str, Any]:
    """Return the figures of one backend, ready for a table or JSON: shares in [0, 1], None where nothing counts.

    Joints that the backend does not know (confidence 0 everywhere) are named and left out of everything.
    """
    truth = TruePeople(joints, tuple(score.people))
    known = np.array([pose.keypoints for pose in score.exact], dtype=np.float64)[:, :, 2].max(axis=0) > 0
    return {
        "backend": score.backend,
        "people": len(score.people),
        "unknown_joints": [name for name, is_known in zip(joints, known.tolist(), strict=True) if not is_known],
        "exact": _figures(truth, score.exact, known),
        "noisy": _figures(truth, score.noisy, known),
        "by_hand": summary([effort(placing(_keypoints(person.joints))) for person in truth.people]),
        "corrected": {
            "exact": summary(_corrected(truth, score.exact)),
            "noisy": summary(_corrected(truth, score.noisy)),
        },
        "seconds_person": round(median(score.seconds), 5),
    }


def similarities(truth: TruePeople, poses: Sequence[KeypointCandidate]) -> NDArray[np.float64]:
    """Return ``float64[N]``: each pose's OKS; nan for people without a joint that the backend knows."""
    predicted, true, labelled = _arrays(truth, poses)
    labelled &= predicted[:, :, 2].max(axis=0) > 0
    areas = np.array([person.area for person in truth.people])
    return oks(predicted[:, :, :2], true, labelled, areas, sigmas_named(truth.joints))


def _figures(truth: TruePeople, poses: Sequence[KeypointCandidate], known: NDArray[np.bool_]) -> dict[str, Any]:
    predicted, true, labelled = _arrays(truth, poses)
    at, labelled = predicted[:, :, :2], labelled & known
    lengths, unit = _lengths(truth, true, labelled)
    by_joint = joints_found(at, true, labelled, lengths, PDJ_SHARES)
    limbs = limbs_in(truth.joints)
    pcp = limbs_found(at, true, labelled, limbs)
    similar = similarities(truth, poses)
    off = np.linalg.norm(at - true, axis=2) / lengths[:, None]
    counted = labelled & np.isfinite(off)
    swapped = _swapped(truth.joints, at, true, labelled)
    either = np.where(swapped[:, None, None], at[:, list(mirror_of(truth.joints))], at)
    aside = joints_found(either, true, labelled, lengths, PDJ_SHARES)
    return {
        "unit": unit,
        "pck": {share: _told(_mean(by_joint[row])) for share, row in _PDJ.items()},
        "pdj": [_told(_mean(row)) for row in by_joint],
        "pckh": _told(_mean(_of_head(truth, at, true, labelled))),
        "pcp": _told(_mean(pcp)),
        "limbs": {
            f"{truth.joints[first]} - {truth.joints[second]}": _told(value)
            for (first, second), value in zip(limbs, pcp.tolist(), strict=True)
        },
        "oks": _told(_mean(similar)),
        "ap": {name: _told(value) for name, value in asdict(_ap(truth, poses, known)).items()},
        "joints": {
            name: {
                "number": int(counted[:, number].sum()),
                **{share: _told(by_joint[row, number]) for share, row in _PDJ.items()},
                "median_off": _told(_median(off[counted[:, number], number])),
                "confidence": _told(_mean(predicted[:, number, 2])),
            }
            for number, name in enumerate(truth.joints)
            if known[number]
        },
        "swapped": _told(float(swapped.mean())),
        "pck_sides_aside": {share: _told(_mean(aside[row])) for share, row in _PDJ.items()},
        "confidence_tells": _told(_order(predicted[:, :, 2][counted], off[counted] <= _NEAR)),
    }


def _corrected(truth: TruePeople, poses: Sequence[KeypointCandidate]) -> list[Effort]:
    """Return what a person does in the window to make each pose true; a joint the backend does not know is placed."""
    pairs = propose_flips(truth.joints)
    efforts = []
    for person, pose in zip(truth.people, poses, strict=True):
        proposed = tuple((x, y, 2 if sure > 0 else 0) for x, y, sure in pose.keypoints)
        x0, y0, x1, y1 = person.box
        reach = TOLERANCE * max(x1 - x0, y1 - y0)
        scores = [sure for _, _, sure in pose.keypoints]
        efforts.append(effort(correcting(proposed, scores, _keypoints(person.joints), pairs, reach)))
    return efforts


def _keypoints(joints: NDArray[np.float64]) -> Keypoints:
    """Return true joints as a person would store them: those labelled are visible."""
    return tuple((x, y, 2) if v > 0 else (0.0, 0.0, 0) for x, y, v in joints.tolist())


def _arrays(
    truth: TruePeople, poses: Sequence[KeypointCandidate]
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.bool_]]:
    predicted = np.array([pose.keypoints for pose in poses], dtype=np.float64)
    true = np.array([person.joints for person in truth.people])
    return predicted, true[:, :, :2], true[:, :, 2] > 0


def _lengths(
    truth: TruePeople, true: NDArray[np.float64], labelled: NDArray[np.bool_]
) -> tuple[NDArray[np.float64], str]:
    """Return what distances are measured in: torsos, or boxes where the joints of a torso have other names."""
    shoulder, hip = place(truth.joints, "left_shoulder"), place(truth.joints, "right_hip")
    if shoulder is None or hip is None:
        return box_lengths([BoxPrompt(*person.box) for person in truth.people]), "box"
    lengths = torso_lengths(true, labelled, shoulder, hip)
    return np.where(lengths > 0, lengths, np.nan), "torso"


def _of_head(
    truth: TruePeople, at: NDArray[np.float64], true: NDArray[np.float64], labelled: NDArray[np.bool_]
) -> NDArray[np.float64]:
    top, neck = place(truth.joints, "head_top"), place(truth.joints, "neck")
    if top is None or neck is None:
        return np.array([np.nan])
    heads = head_lengths(true, labelled, top, neck)
    return np.asarray(joints_found(at, true, labelled, heads, np.array([_HEAD_SHARE]))[0])


def _ap(truth: TruePeople, poses: Sequence[KeypointCandidate], known: NDArray[np.bool_]) -> KeypointAp:
    trues = [
        TruePose(
            str(person.path),
            tuple((x, y, int(v > 0 and is_known)) for (x, y, v), is_known in zip(person.joints, known, strict=True)),
            person.area,
            (*person.box[:2], person.box[2] - person.box[0], person.box[3] - person.box[1]),
        )
        for person in truth.people
    ]
    founds = [
        FoundPose(str(person.path), tuple((x, y) for x, y, _ in pose.keypoints), pose.score)
        for person, pose in zip(truth.people, poses, strict=True)
    ]
    return keypoint_ap(trues, founds, sigmas_named(truth.joints))


def _swapped(
    joints: tuple[str, ...], at: NDArray[np.float64], true: NDArray[np.float64], labelled: NDArray[np.bool_]
) -> NDArray[np.bool_]:
    """Return ``bool[N]``: whose pose would be nearer with left and right changed over."""
    mirror = list(mirror_of(joints))
    straight = np.where(labelled, np.linalg.norm(at - true, axis=2), 0.0).sum(axis=1)
    changed = np.where(labelled, np.linalg.norm(at[:, mirror] - true, axis=2), 0.0).sum(axis=1)
    return np.asarray(changed < straight)


def _order(sure: NDArray[np.float64], right: NDArray[np.bool_]) -> float:
    """Return the chance that a joint that was found has more confidence than one that was not (area under ROC)."""
    if right.all() or not right.any():
        return float("nan")
    found, missed = np.sort(sure[right]), sure[~right]
    below = np.searchsorted(found, missed, side="left") + np.searchsorted(found, missed, side="right")
    return float(1 - below.mean() / 2 / len(found))


def _inside(box: BoxPrompt, pixels: Pixels) -> BoxPrompt:
    """Cut the box at the image: nobody can draw one beyond it."""
    height, width = pixels.shape[:2]
    x0, y0 = min(max(box.x0, 0.0), width - _SMALLEST), min(max(box.y0, 0.0), height - _SMALLEST)
    return BoxPrompt(x0, y0, max(min(box.x1, width), x0 + _SMALLEST), max(min(box.y1, height), y0 + _SMALLEST))


def _moved(box: BoxPrompt, name: str) -> BoxPrompt:
    """Return the box with each side moved, the same way in every run."""
    rng = np.random.default_rng(zlib.crc32(name.encode()))
    width, height = box.x1 - box.x0, box.y1 - box.y0
    shift = rng.uniform(-NOISE, NOISE, 4) * (width, height, width, height)
    return BoxPrompt(*(np.array([box.x0, box.y0, box.x1, box.y1]) + shift).tolist())


def _mean(values: NDArray[np.float64]) -> float:
    kept = values[~np.isnan(values)]
    return float(kept.mean()) if kept.size else float("nan")


def _median(values: NDArray[np.float64]) -> float:
    return float(np.median(values)) if values.size else float("nan")


def _told(value: float) -> float | None:
    return None if np.isnan(value) else round(float(value), 4)


def by_image(people: Iterable[Person]) -> list[list[Person]]:
    """Return the people of each photograph together."""
    images: dict[str, list[Person]] = {}
    for person in people:
        images.setdefault(str(person.path), []).append(person)
    return list(images.values())
