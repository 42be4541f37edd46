"""Three skeletons to start from, with places for a drawing: x right, y down, both 0..1, the person facing us."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from annotator.dialogs.skeleton_text import Pair, propose_flips

Place = tuple[float, float]


@dataclass(frozen=True, slots=True)
class SkeletonTemplate:
    """A known skeleton; ``places`` are where a drawing shows its joints, by name."""

    title: str
    name: str
    edges: tuple[Pair, ...]
    places: Mapping[str, Place]

    @property
    def joints(self) -> tuple[str, ...]:
        """The joints' names in order."""
        return tuple(self.places)

    @property
    def flip_pairs(self) -> tuple[Pair, ...]:
        """Joints that change places in a mirrored picture."""
        return propose_flips(self.joints)


# Joints and edges as in the COCO person keypoints annotations (Lin et al. 2014, release of 2017), counted from 0.
COCO_17 = SkeletonTemplate(
    title="COCO-17",
    name="COCO-17",
    edges=(
        (15, 13), (13, 11), (16, 14), (14, 12), (11, 12), (5, 11), (6, 12), (5, 6), (5, 7), (6, 8),
        (7, 9), (8, 10), (1, 2), (0, 1), (0, 2), (1, 3), (2, 4), (3, 5), (4, 6),
    ),
    places={
        "nose": (0.50, 0.14),
        "left_eye": (0.56, 0.09),
        "right_eye": (0.44, 0.09),
        "left_ear": (0.63, 0.12),
        "right_ear": (0.37, 0.12),
        "left_shoulder": (0.68, 0.28),
        "right_shoulder": (0.32, 0.28),
        "left_elbow": (0.79, 0.43),
        "right_elbow": (0.21, 0.43),
        "left_wrist": (0.85, 0.57),
        "right_wrist": (0.15, 0.57),
        "left_hip": (0.61, 0.56),
        "right_hip": (0.39, 0.56),
        "left_knee": (0.64, 0.75),
        "right_knee": (0.36, 0.75),
        "left_ankle": (0.66, 0.94),
        "right_ankle": (0.34, 0.94),
    },
)  # fmt: skip

# Joint order of the Leeds Sports Pose data set (Johnson and Everingham 2010).
LSP_14 = SkeletonTemplate(
    title="LSP-14",
    name="LSP-14",
    edges=(
        (0, 1), (1, 2), (3, 4), (4, 5), (2, 3), (6, 7), (7, 8), (9, 10), (10, 11), (8, 12), (9, 12),
        (2, 8), (3, 9), (12, 13),
    ),
    places={
        "right_ankle": (0.34, 0.94),
        "right_knee": (0.36, 0.75),
        "right_hip": (0.40, 0.56),
        "left_hip": (0.60, 0.56),
        "left_knee": (0.64, 0.75),
        "left_ankle": (0.66, 0.94),
        "right_wrist": (0.15, 0.56),
        "right_elbow": (0.21, 0.42),
        "right_shoulder": (0.33, 0.28),
        "left_shoulder": (0.67, 0.28),
        "left_elbow": (0.79, 0.42),
        "left_wrist": (0.85, 0.56),
        "neck": (0.50, 0.23),
        "head_top": (0.50, 0.06),
    },
)  # fmt: skip

# The wrist and four joints a finger, from the palm outwards (the order of Simon et al. 2017).
HAND_21 = SkeletonTemplate(
    title="Hand-21",
    name="Hand-21",
    edges=tuple(
        (0 if step == 0 else 4 * finger + step, 4 * finger + step + 1) for finger in range(5) for step in range(4)
    ),
    places={
        "wrist": (0.52, 0.94),
        "thumb_1": (0.36, 0.85),
        "thumb_2": (0.25, 0.74),
        "thumb_3": (0.16, 0.65),
        "thumb_4": (0.08, 0.57),
        "index_1": (0.36, 0.54),
        "index_2": (0.31, 0.38),
        "index_3": (0.28, 0.27),
        "index_4": (0.26, 0.17),
        "middle_1": (0.50, 0.51),
        "middle_2": (0.49, 0.33),
        "middle_3": (0.49, 0.20),
        "middle_4": (0.49, 0.09),
        "ring_1": (0.63, 0.54),
        "ring_2": (0.66, 0.38),
        "ring_3": (0.68, 0.26),
        "ring_4": (0.70, 0.15),
        "little_1": (0.76, 0.60),
        "little_2": (0.82, 0.48),
        "little_3": (0.86, 0.40),
        "little_4": (0.90, 0.31),
    },
)

TEMPLATES = (COCO_17, LSP_14, HAND_21)
